// One panel of a server: asks for its history while it is on screen, and shows its own failure in its own place.
import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'

import { panelQuery } from '@/api/history'
import type { Panel } from '@/api/queries'
import type { Mark } from '@/charts/chartOptions'
import { SeriesTable } from '@/charts/SeriesTable'
import { TimeSeriesChart } from '@/charts/TimeSeriesChart'
import type { Range } from '@/lib/ranges'
import { hasValues } from '@/lib/series'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/Icon'
import { Failure, Loading } from '@/ui/Message'
import { useOnScreen } from '@/ui/useOnScreen'

const HEIGHT = 168

interface PanelCardProps {
  server: string
  panel: Panel
  range: Range
  marks: readonly Mark[]
  onZoom: (start: number, end: number) => void
}

export function PanelCard({ server, panel, range, marks, onZoom }: PanelCardProps) {
  const box = useRef<HTMLDivElement>(null)
  const onScreen = useOnScreen(box)
  const [asTable, setAsTable] = useState(false)
  const query = useQuery({ ...panelQuery({ server, panel: panel.id, range }), enabled: onScreen })
  const { data, error, isPlaceholderData, refetch } = query
  const chart = useMemo(
    () => data && { start: data.start, end: data.end, step: data.step, series: data.series },
    [data],
  )
  const empty = chart !== undefined && !isPlaceholderData && !hasValues(chart.series)

  return (
    // A panel without data folds to a line, behind those that have some.
    <div ref={box} className={classes('min-w-0', empty && 'order-last col-span-full')}>
      {empty ? (
        <p className="px-3 text-xs text-ink-faint">
          <span className="font-medium">{panel.title}:</span> this server reports nothing here in this range.
        </p>
      ) : (
        <Card
          title={<span title={panel.description}>{panel.title}</span>}
          note={chart && error ? <NotRefreshed error={error} /> : data?.warnings[0]}
          actions={
            chart && (
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
            )
          }
        >
          {!chart ? (
            <div className="flex flex-col justify-center" style={{ minHeight: HEIGHT + 28 }}>
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
              {!asTable && (
                <div className={classes(isPlaceholderData && 'opacity-60')}>
                  <TimeSeriesChart
                    label={`${panel.title}: ${panel.description}`}
                    chart={chart}
                    unit={panel.unit}
                    stacked={panel.stacked}
                    maximum={panel.maximum}
                    marks={marks}
                    onZoom={onZoom}
                    height={HEIGHT}
                  />
                </div>
              )}
              <SeriesTable label={panel.title} chart={chart} unit={panel.unit} shown={asTable} />
            </>
          )}
        </Card>
      )}
    </div>
  )
}

function NotRefreshed({ error }: { error: Error }) {
  return (
    <span className="inline-flex items-center gap-1 text-warn" title={error.message}>
      <Icon name="warning" className="size-3.5" /> not refreshed
      <span className="sr-only">: {error.message}</span>
    </span>
  )
}
