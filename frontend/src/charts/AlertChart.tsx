// What an alert measures, over the last hours: the measured value of its expression, and the threshold that it crossed.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { rangeQuery, type Line } from '@/api/promqlQueries'
import type { Alert } from '@/api/queries'
import type { Mark } from '@/charts/chartOptions'
import { SeriesTable } from '@/charts/SeriesTable'
import { TimeSeriesChart } from '@/charts/TimeSeriesChart'
import { alertUnit } from '@/lib/alertValue'
import { conditionOf } from '@/lib/promql'
import { narrow } from '@/lib/promqlNarrow'
import type { Range } from '@/lib/ranges'
import { gridLength, hasValues, type Chart } from '@/lib/series'
import { Failure, Loading } from '@/ui/Message'

const RANGE: Range = { kind: 'rolling', id: '3h' }
/** More are a tangle; the alert's own comes first. */
const MOST_LINES = 8
const HEIGHT = 140

export function AlertChart({ alert }: { alert: Alert }) {
  const { measured, threshold } = conditionOf(alert.expression)
  const { data, error } = useQuery(rangeQuery(narrow(measured, whereOf(alert)), RANGE))
  const chart = useMemo(() => {
    if (!data) return null
    const lines = data.lines
      .toSorted((a, b) => agreement(b, alert) - agreement(a, alert))
      .slice(0, MOST_LINES)
      .map((line, index) => ({ name: nameOf(line, index), values: line.values }))
    const limit = threshold && {
      name: `threshold ${threshold.operator}`,
      values: Array.from({ length: gridLength(data) }, () => threshold.value),
    }
    const { start, end, step } = data
    return { start, end, step, series: limit ? [...lines, limit] : lines } satisfies Chart
  }, [data, alert, threshold])
  const marks = useMemo<Mark[]>(
    () => (alert.since === null ? [] : [{ at: alert.since, label: 'holds since' }]),
    [alert.since],
  )

  if (!chart) return error ? <Failure title="The chart cannot be drawn." error={error} /> : <Loading what="the chart" />
  if (data?.lines.length === 0 || !hasValues(chart.series))
    return <p className="text-xs text-ink-faint">Prometheus has no values for this expression in the last 3 hours.</p>
  const measure = alertUnit(alert)
  const unit = measure === null || measure === 'percent' ? 'count' : measure
  const label = `${alert.name}: ${measured}`
  return (
    <div className="min-w-0 rounded border border-line pt-2">
      <TimeSeriesChart
        label={label}
        chart={chart}
        unit={unit}
        stacked={false}
        maximum={null}
        marks={marks}
        onZoom={stay}
        height={HEIGHT}
      />
      <SeriesTable label={alert.name} chart={chart} unit={unit} shown={false} />
    </div>
  )
}

/** A chart of fixed range. */
function stay(): void {
  return
}

/** What the expression is asked about: the alert's own target, when it has one. */
function whereOf({ labels }: Alert): Record<string, string> {
  return labels.instance === undefined ? {} : { instance: labels.instance }
}

function agreement({ metric }: Line, { labels }: Alert): number {
  return Object.entries(metric).filter(([name, value]) => labels[name] === value).length
}

/** What tells the lines apart; what all of an alert's chart share goes without saying. */
function nameOf({ metric }: Line, index: number): string {
  const telling = Object.entries(metric).filter(([name]) => !['__name__', 'instance', 'job'].includes(name))
  const name = telling.map(([, value]) => value).join(' ')
  // Names are keys of the chart: two lines of one name would be one.
  return index === 0 ? name || 'value' : `${name || 'value'} (${index + 1})`
}
