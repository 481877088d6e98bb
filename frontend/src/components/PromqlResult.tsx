// One query's answer: as a table of now or a graph over the range, with how long it took; its failure in its place.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { gatewayNow } from '@/api/clock'
import { queryInstant, queryRange, type InstantData, type PromqlAnswer, type RangeData } from '@/api/promql'
import { panelsQuery } from '@/api/queries'
import { GrafanaExplore } from '@/charts/QueryLine'
import { SeriesTable } from '@/charts/SeriesTable'
import { TimeSeriesChart } from '@/charts/TimeSeriesChart'
import { metricText, toChart, type Labels } from '@/lib/matrix'
import { gridOf, rangeKey, type Range } from '@/lib/ranges'
import { formatWhole } from '@/lib/units'
import { Card } from '@/ui/Card'
import { DataTable, type Column } from '@/ui/DataTable'
import { classes } from '@/ui/classes'
import { Failure, Loading, Nothing } from '@/ui/Message'

/** More lines on one chart are a carpet; the table has more. */
const MOST_LINES = 40
const MOST_ROWS = 500
const HEIGHT = 300
/** A shorter step is not asked for more often: nobody's data are newer. */
const SHORTEST_REFRESH_MS = 5000

interface PromqlResultProps {
  expression: string
  range: Range
  /** Seconds; null: as the range wants it. */
  step: number | null
  as: 'graph' | 'table'
  onZoom: (start: number, end: number) => void
}

export function PromqlResult({ as, ...query }: PromqlResultProps) {
  return as === 'graph' ? <Graph {...query} /> : <Table {...query} />
}

type QueryProps = Omit<PromqlResultProps, 'as'>

function Graph({ expression, range, step, onZoom }: QueryProps) {
  const gridAt = (now: number) => {
    const grid = gridOf(range, now)
    if (step === null) return grid
    return { start: Math.floor(grid.start / step) * step, end: Math.ceil(grid.end / step) * step, step }
  }
  const refresh = Math.max(gridAt(0).step * 1000, SHORTEST_REFRESH_MS)
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['promql', 'range', expression, rangeKey(range), step],
    queryFn: async ({ signal }) => {
      const grid = gridAt(gatewayNow())
      return { grid, answer: await queryRange(expression, grid, signal) }
    },
    placeholderData: keepPreviousData,
    refetchInterval: range.kind === 'rolling' ? refresh : false,
    staleTime: refresh,
  })
  const series = data?.answer.data.result
  const chart = useMemo(() => data && toChart(data.answer.data.result.slice(0, MOST_LINES), data.grid), [data])
  return (
    <Answer expression={expression} range={range} answer={data?.answer} count={series?.length} error={error}>
      {chart && series && series.length > 0 && (
        <>
          {series.length > MOST_LINES && <Note shown={MOST_LINES} of={series.length} />}
          <div className={classes(isPlaceholderData && 'opacity-60')}>
            <TimeSeriesChart
              label={`Graph of ${expression}`}
              chart={chart}
              unit="count"
              stacked={false}
              maximum={null}
              marks={NO_MARKS}
              onZoom={onZoom}
              height={HEIGHT}
            />
          </div>
          <SeriesTable label={expression} chart={chart} unit="count" shown={false} />
        </>
      )}
    </Answer>
  )
}

const NO_MARKS = [] as const

function Table({ expression, range }: QueryProps) {
  const { data: answer, error } = useQuery({
    queryKey: ['promql', 'instant', expression, rangeKey(range)],
    queryFn: ({ signal }) => queryInstant(expression, range.kind === 'fixed' ? range.end : gatewayNow(), signal),
    placeholderData: keepPreviousData,
    refetchInterval: range.kind === 'rolling' ? SHORTEST_REFRESH_MS : false,
    staleTime: SHORTEST_REFRESH_MS,
  })
  const rows = answer && rowsOf(answer.data)
  return (
    <Answer expression={expression} range={range} answer={answer} count={rows?.length} error={error}>
      {rows && rows.length > 0 && (
        <>
          {rows.length > MOST_ROWS && <Note shown={MOST_ROWS} of={rows.length} />}
          <DataTable
            label={`Values of ${expression}`}
            columns={COLUMNS}
            rows={rows.slice(0, MOST_ROWS)}
            rowKey={(it) => it.name}
          />
        </>
      )}
    </Answer>
  )
}

interface Row {
  name: string
  value: string
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'Series', cell: (it) => <span className="font-mono text-xs whitespace-normal">{it.name}</span>, wide: true },
  { title: 'Value', align: 'right', cell: (it) => <span className="font-mono">{it.value}</span> },
]

/** As Prometheus wrote them: a table of Explore shows the number, not our words for it. */
function rowsOf(data: InstantData): Row[] {
  if (data.resultType === 'vector') return data.result.map(({ metric, value }) => row(metric, value[1]))
  if (data.resultType === 'matrix') {
    return data.result.map(({ metric, values }) => row(metric, values.map(([at, it]) => `${it} @${at}`).join(' ')))
  }
  return [{ name: data.resultType, value: data.result[1] }]
}

function row(metric: Labels, value: string): Row {
  return { name: metricText(metric), value }
}

interface AnswerProps {
  expression: string
  range: Range
  answer: PromqlAnswer<InstantData | RangeData> | undefined
  count: number | undefined
  error: Error | null
  children: React.ReactNode
}

/** What is said of every answer: how much, how fast, from where, and what was wrong. */
function Answer({ expression, range, answer, count, error, children }: AnswerProps) {
  const { data: panels } = useQuery(panelsQuery)
  const note = answer && (
    <span role="status">
      {formatWhole(count)} series in {answer.milliseconds.toFixed(0)} ms
      {answer.cache !== null && `, cache: ${answer.cache}`}
    </span>
  )
  return (
    <Card
      title={<code className="font-mono text-xs [overflow-wrap:anywhere]">{expression}</code>}
      note={note}
      actions={<GrafanaExplore grafana={panels?.grafana_url ?? null} expression={expression} range={range} />}
    >
      {answer?.warnings.map((it) => (
        <p key={it} className="mx-3 mb-2 rounded bg-warn-soft px-2 py-1 text-xs">
          {it}
        </p>
      ))}
      {error && <Failure title="This query has no answer." error={error} />}
      {!error && !answer && <Loading what="the answer" />}
      {!error && count === 0 && <Nothing>No series: nothing has this name and these labels in this range.</Nothing>}
      {children}
    </Card>
  )
}

function Note({ shown, of }: { shown: number; of: number }) {
  return (
    <p className="px-3 pb-1 text-xs text-ink-soft">
      The first {formatWhole(shown)} of {formatWhole(of)} series. An aggregation such as <code>topk(10, …)</code> says
      more.
    </p>
  )
}
