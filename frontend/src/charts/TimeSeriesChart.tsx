// Series over time. The only file that runs uPlot: options stay, data is set, and gaps stay gaps.
import 'uplot/dist/uPlot.min.css'

import { memo, useEffect, useLayoutEffect, useRef, useState } from 'react'
import uPlot from 'uplot'

import { CHART_TOKENS, chartOptions, type LineLook, type Mark, type Threshold } from '@/charts/chartOptions'
import { pointedInCharts, pointedInStrips } from '@/charts/crosshair'
import { Legend } from '@/charts/Legend'
import { gridTimes, stack, type Chart } from '@/lib/series'
import { timeZone } from '@/lib/time'
import type { Unit } from '@/lib/panelUnits'
import { classes } from '@/ui/classes'
import { resolveTokens } from '@/ui/token'
import { useColorScheme } from '@/ui/useTheme'
import { useSize } from '@/ui/useSize'

interface TimeSeriesChartProps {
  /** Says what is drawn; for screen readers. */
  label: string
  chart: Chart
  unit: Unit
  stacked: boolean
  /** Top of the axis; the largest value when null. */
  maximum: number | null
  /** Values that matter: where rules alert. */
  thresholds?: readonly Threshold[]
  marks: readonly Mark[]
  onZoom: (start: number, end: number) => void
  /** Of the plot, in pixels; `fill` takes what its box leaves. */
  height: number | 'fill'
}

/** What a plot reads when it is made or drawn. */
interface Newest {
  data: uPlot.AlignedData
  marks: readonly Mark[]
  onZoom: (start: number, end: number) => void
  width: number
  height: number
}

const NO_THRESHOLDS: readonly Threshold[] = []

export const TimeSeriesChart = memo(function TimeSeriesChart({
  label,
  chart,
  unit,
  stacked,
  maximum,
  thresholds = NO_THRESHOLDS,
  marks,
  onZoom,
  height: given,
}: TimeSeriesChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const scheme = useColorScheme()
  const size = useSize(box)
  const width = size?.width ?? 0
  const fills = given === 'fill'
  const height = fills ? (size?.height ?? 0) : given
  const [cursor, setCursor] = useState<number | null>(null)
  // What changes from tick to tick reaches the plot through here, so that its options need not.
  const newest = useRef<Newest>({ data: [[]], marks, onZoom, width, height })
  useLayoutEffect(() => {
    newest.current = { data: toPlotData(chart, stacked), marks, onZoom, width, height }
  }, [chart, stacked, marks, onZoom, width, height])

  // Text, so that lines that look the same keep the plot.
  const lines = JSON.stringify(
    chart.series.map(({ name, color, echo }, index): LineLook => ({
      name,
      color: color ?? index,
      echo: echo ?? false,
    })),
  )
  const visible = width > 0 && height > 0
  useEffect(() => {
    if (!box.current || !visible) return
    const colors = resolveTokens(CHART_TOKENS)
    const options = chartOptions(
      { lines: JSON.parse(lines) as LineLook[], unit, stacked, maximum, thresholds, colors },
      {
        onCursor: (index) => {
          setCursor(index)
          pointedInCharts.set(index === null ? null : (newest.current.data[0][index] ?? null))
        },
        onZoom: (start, end) => {
          newest.current.onZoom(start, end)
        },
        marks: () => newest.current.marks,
      },
    )
    const { data, width, height } = newest.current
    const made = new uPlot({ ...options, tzDate: inChosenZone, width, height }, data, box.current)
    plot.current = made
    const forget = pointedInStrips.on((time) => {
      made.setCursor({ left: time === null ? -1 : made.valToPos(time, 'x'), top: time === null ? -1 : 0 }, true)
    })
    return () => {
      forget()
      plot.current?.destroy()
      plot.current = null
    }
    // The scheme stands for the colours, which are read when it changes.
  }, [lines, unit, stacked, maximum, thresholds, scheme, visible])

  useEffect(() => {
    plot.current?.setData(newest.current.data)
  }, [chart, marks])

  useEffect(() => {
    if (width > 0 && height > 0) plot.current?.setSize({ width, height })
  }, [width, height])

  return (
    <figure aria-label={label} className={classes('min-w-0 px-2 pb-2', fills && 'flex h-full flex-col')}>
      <div
        ref={box}
        aria-hidden="true"
        className={classes('min-w-0', fills && 'min-h-0 flex-1 overflow-hidden')}
        {...(fills ? {} : { style: { height } })}
      />
      <Legend chart={chart} unit={unit} cursor={cursor} />
    </figure>
  )
})

/** So that ticks stand at round hours and midnights of that zone. */
function inChosenZone(unixSeconds: number): Date {
  return uPlot.tzDate(new Date(unixSeconds * 1000), timeZone())
}

/** Times, then a column per series: as drawn, that is stacked where they are. */
function toPlotData(chart: Chart, stacked: boolean): uPlot.AlignedData {
  return [gridTimes(chart), ...(stacked ? stack(chart.series) : chart.series.map((it) => it.values))]
}
