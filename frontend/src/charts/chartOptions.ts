// How a chart looks and behaves, as uPlot's options; a pure function of what does not change from tick to tick.
import type uPlot from 'uplot'

import { axisTimes } from '@/lib/time'
import { BINARY_UNITS, FORMATTERS, type Unit } from '@/lib/units'

export const SERIES_TOKENS = [
  'series-1',
  'series-2',
  'series-3',
  'series-4',
  'series-5',
  'series-6',
  'series-7',
  'series-8',
] as const

export const CHART_TOKENS = [...SERIES_TOKENS, 'ink-faint', 'line', 'line-strong', 'warn', 'surface'] as const
export type ChartColors = Record<(typeof CHART_TOKENS)[number], string>

/** Something that happened at a moment: a reboot, an alert. */
export interface Mark {
  at: number
  label: string
}

export interface ChartLook {
  names: readonly string[]
  unit: Unit
  stacked: boolean
  maximum: number | null
  colors: ChartColors
}

export interface ChartEvents {
  /** The index under the pointer, here or in another chart of the page; null when it is in none. */
  onCursor: (index: number | null) => void
  onZoom: (start: number, end: number) => void
  /** What to draw on the time axis; asked for at each drawing. */
  marks: () => readonly Mark[]
}

/** All charts of a page share one crosshair. */
const SYNC_KEY = 'sightline'
/** A shorter drag is a click. */
const LEAST_DRAG_PX = 6
const AXIS_FONT = '11px system-ui, sans-serif'

export function seriesToken(index: number): (typeof SERIES_TOKENS)[number] {
  return SERIES_TOKENS[index % SERIES_TOKENS.length] ?? 'series-1'
}

export function chartOptions(look: ChartLook, events: ChartEvents): Omit<uPlot.Options, 'width' | 'height'> {
  const { names, stacked, colors } = look
  return {
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      sync: { key: SYNC_KEY },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      y: false,
    },
    scales: { x: { time: true }, y: { range: (_, __, max) => [0, topOf(max, look)] } },
    axes: [timeAxis(colors), valueAxis(look)],
    series: [{}, ...names.map((name, index) => lineOf(name, index, look))],
    ...(stacked
      ? {
          bands: names.slice(1).map((_, index) => ({ series: [index + 2, index + 1], fill: faded(index + 1, colors) })),
        }
      : {}),
    hooks: {
      setCursor: [
        (plot) => {
          events.onCursor(plot.cursor.idx ?? null)
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < LEAST_DRAG_PX) return
          events.onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      draw: [
        (plot) => {
          for (const mark of events.marks()) drawMark(plot, mark, colors)
        },
      ],
    },
  }
}

/** Axes begin at zero, and a flat line of zeros is drawn at the bottom, not in the middle. */
function topOf(max: number | null, { maximum }: ChartLook): number {
  if (maximum !== null) return maximum
  return max === null || max <= 0 ? 1 : max * 1.08
}

function timeAxis(colors: ChartColors): uPlot.Axis {
  return {
    stroke: colors['ink-faint'],
    font: AXIS_FONT,
    size: 26,
    space: 72,
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
    values: (_, ticks, __, ___, increment) => axisTimes(ticks, increment),
  }
}

function valueAxis({ unit, colors }: ChartLook): uPlot.Axis {
  const format = FORMATTERS[unit]
  return {
    stroke: colors['ink-faint'],
    font: AXIS_FONT,
    size: 68,
    space: 30,
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
    values: (_, ticks) => ticks.map(format),
    ...(BINARY_UNITS.has(unit) ? { incrs: BINARY_INCREMENTS } : {}),
  }
}

/** 1, 2, 4, … up to an exbibyte: what a byte axis may step by. */
const BINARY_INCREMENTS = Array.from({ length: 61 }, (_, power) => 2 ** power)

function lineOf(name: string, index: number, { stacked, names, colors }: ChartLook): uPlot.Series {
  const color = colors[seriesToken(index)]
  const filled = stacked ? index === 0 : names.length === 1
  return {
    label: name,
    stroke: color,
    width: 1.25,
    spanGaps: false,
    ...(filled ? { fill: faded(index, colors) } : {}),
    // A single value between two gaps has no line: it gets a dot, or it would be lost.
    points: { show: true, size: 3, fill: color, filter: (plot, line) => lonelyPoints(plot.data[line] ?? []) },
  }
}

export function lonelyPoints(values: ArrayLike<number | null | undefined>): number[] {
  const lonely: number[] = []
  for (let index = 0; index < values.length; index += 1) {
    if (isGap(values[index]) || !isGap(values[index - 1]) || !isGap(values[index + 1])) continue
    lonely.push(index)
  }
  return lonely
}

function isGap(value: number | null | undefined): boolean {
  return value === null || value === undefined
}

/** The colour of a series, thin enough to see the grid through it. */
function faded(index: number, colors: ChartColors): string {
  return colors[seriesToken(index)].replace(/^rgb\((.*)\)$/, 'rgba($1, 0.22)')
}

function drawMark(plot: uPlot, { at, label }: Mark, colors: ChartColors): void {
  const { min, max } = plot.scales.x ?? {}
  if (min === undefined || max === undefined || at < min || at > max) return
  const { ctx, bbox } = plot
  const x = Math.round(plot.valToPos(at, 'x', true))
  const scale = window.devicePixelRatio
  ctx.save()
  ctx.strokeStyle = colors.warn
  ctx.fillStyle = colors.warn
  ctx.lineWidth = scale
  ctx.setLineDash([4 * scale, 3 * scale])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.font = `${10 * scale}px system-ui, sans-serif`
  const atRight = x > bbox.left + bbox.width * 0.75
  ctx.textAlign = atRight ? 'right' : 'left'
  ctx.fillText(label, x + (atRight ? -4 : 4) * scale, bbox.top + 10 * scale)
  ctx.restore()
}
