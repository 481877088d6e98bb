// One panel of a server: asks for its history while it is on screen, beside that of what it is compared with, and shows
// its own failure in its own place.
import { useQuery } from '@tanstack/react-query'
import { memo, useMemo, useRef, useState } from 'react'

import { panelQuery } from '@/api/history'
import type { Panel } from '@/api/queries'
import type { Mark } from '@/charts/chartOptions'
import { HeatStrip } from '@/charts/HeatStrip'
import { QueryLine } from '@/charts/QueryLine'
import { SeriesTable } from '@/charts/SeriesTable'
import { TimeSeriesChart } from '@/charts/TimeSeriesChart'
import { comparedLabel, withCompared, type Compared } from '@/lib/compare'
import type { Range } from '@/lib/ranges'
import { hasValues } from '@/lib/series'
import type { Unit } from '@/lib/panelUnits'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { Failure, Loading } from '@/ui/Message'
import { useOnScreen } from '@/ui/useOnScreen'

const HEIGHT = 168
/** Panels of as many series as the server has cores: lines would be a tangle. */
const AS_STRIP: ReadonlySet<string> = new Set(['cpu_cores'])
const STRIP_HEIGHT = 224

interface PanelCardProps {
  server: string
  panel: Panel
  range: Range
  marks: readonly Mark[]
  compared: Compared | null
  /** Where Grafana is, if there is one. */
  grafana: string | null
  onZoom: (start: number, end: number) => void
  /** Of the plot, in pixels; `fill` takes what its place leaves. */
  height?: number | 'fill'
}

// The server's frames change what is around the charts; each chart changes with its own history.
export const PanelCard = memo(function PanelCard({
  server,
  panel,
  range,
  marks,
  compared,
  grafana,
  onZoom,
  height = HEIGHT,
}: PanelCardProps) {
  const box = useRef<HTMLDivElement>(null)
  const onScreen = useOnScreen(box)
  const [asTable, setAsTable] = useState(false)
  const [withQuery, setWithQuery] = useState(false)
  const query = useQuery({ ...panelQuery({ server, panel: panel.id, range }), enabled: onScreen })
  const { data, error, isPlaceholderData, refetch } = query
  const ago = compared?.kind === 'past' ? compared.ago : 0
  const other = useQuery({
    ...panelQuery({ server: compared?.kind === 'server' ? compared.id : server, panel: panel.id, range, ago }),
    enabled: onScreen && compared !== null,
  })
  const label = compared && comparedLabel(compared)
  const chart = useMemo(() => {
    if (!data) return undefined
    const own = { start: data.start, end: data.end, step: data.step, series: data.series }
    return label !== null && other.data ? withCompared(own, other.data, label, ago) : own
  }, [data, other.data, label, ago])
  const unit = unitOf(panel)
  const fills = height === 'fill'
  const empty = chart !== undefined && !isPlaceholderData && !hasValues(chart.series)

  return (
    // A panel without data folds to a line, behind those that have some.
    <div
      ref={box}
      className={classes(
        'min-w-0',
        fills && 'min-h-0',
        empty && 'order-last',
        (empty || AS_STRIP.has(panel.id)) && 'col-span-full',
        // Behind those of half its width, which would leave a hole before it.
        !empty && AS_STRIP.has(panel.id) && 'order-1',
      )}
    >
      {empty ? (
        <p className="px-3 text-xs text-ink-faint">
          <span className="font-medium">{panel.title}:</span> this server reports nothing here in this range.
          {panel.requires.length > 0 && <> It is made of {panel.requires.join(', ')}.</>}
        </p>
      ) : (
        <Card
          {...(fills ? { className: 'flex h-full flex-col overflow-hidden' } : {})}
          title={<span title={panel.description}>{panel.title}</span>}
          note={noteOf(chart && error, compared && other.error, data?.warnings)}
          actions={
            chart && (
              <>
                <Button
                  aria-pressed={withQuery}
                  aria-label={`PromQL of ${panel.title}`}
                  title="PromQL"
                  onClick={() => {
                    setWithQuery(!withQuery)
                  }}
                >
                  <Icon name="code" className="size-3.5" />
                </Button>
                <Button
                  aria-pressed={asTable}
                  aria-label={`${panel.title} as a table`}
                  title="As a table"
                  onClick={() => {
                    setAsTable(!asTable)
                  }}
                >
                  <Icon name="table" className="size-3.5" />
                </Button>
              </>
            )
          }
        >
          {!chart ? (
            <div className="flex flex-col justify-center" {...(fills ? {} : { style: { minHeight: height + 28 } })}>
              {error ? (
                <Failure title={`${panel.title} cannot be shown.`} error={error}>
                  <Button look="outlined" onClick={() => void refetch()}>
                    Try again
                  </Button>
                </Failure>
              ) : (
                <Loading what={panel.title} />
              )}
            </div>
          ) : (
            <>
              {withQuery && data && <QueryLine expression={data.expression} range={range} grafana={grafana} />}
              {!asTable && (
                <div className={classes(isPlaceholderData && 'opacity-60', fills && 'min-h-0 flex-1')}>
                  {AS_STRIP.has(panel.id) ? (
                    <HeatStrip
                      label={`${panel.title}: ${panel.description}`}
                      chart={chart}
                      unit={unit}
                      maximum={panel.maximum ?? 1}
                      marks={marks}
                      onZoom={onZoom}
                      height={STRIP_HEIGHT}
                    />
                  ) : (
                    <TimeSeriesChart
                      label={`${panel.title}: ${panel.description}`}
                      chart={chart}
                      unit={unit}
                      // Two stacks in one place cannot be told apart.
                      stacked={panel.stacked && compared === null}
                      maximum={panel.maximum}
                      thresholds={panel.thresholds}
                      marks={marks}
                      onZoom={onZoom}
                      height={height}
                    />
                  )}
                </div>
              )}
              <SeriesTable label={panel.title} chart={chart} unit={unit} shown={asTable} />
            </>
          )}
        </Card>
      )}
    </div>
  )
})

/** What goes over a network may be read in bits; what a disk does may not. */
function unitOf({ group, unit }: Panel): Unit {
  return group === 'network' && unit === 'bytes_per_second' ? 'traffic' : unit
}

/** What is not as it should be, the worst first: said beside the title, for the curve stays. */
function noteOf(error: Error | null | undefined, otherError: Error | null, warnings: readonly string[] | undefined) {
  if (error) return <NotRefreshed error={error} />
  if (otherError) return <span title={otherError.message}>nothing to compare with: {otherError.message}</span>
  return warnings?.[0]
}

function NotRefreshed({ error }: { error: Error }) {
  return (
    <span className="inline-flex items-center gap-1 text-warn" title={error.message}>
      <Icon name="warning" className="size-3.5" /> not refreshed
      <span className="sr-only">: {error.message}</span>
    </span>
  )
}
