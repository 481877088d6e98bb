// How a chart looks and behaves, as uPlot's options; a pure function of what does not change from tick to tick.
import type uPlot from 'uplot'

import { mergeClose, placeLabels } from '@/lib/labels'
import { gapsOf } from '@/lib/series'
import { axisTimes } from '@/lib/time'
import { axisSteps, FORMATTERS, type Unit } from '@/lib/panelUnits'

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

export const CHART_TOKENS = [
  ...SERIES_TOKENS,
  'ink-faint',
  'line',
  'line-strong',
  'warn',
  'bad',
  'surface',
  'gap',
] as const
export type ChartColors = Record<(typeof CHART_TOKENS)[number], string>

/** Something that happened at a moment: a reboot, an alert. */
export interface Mark {
  at: number
  label: string
}

/** A value that matters, and whose it is. */
export interface Threshold {
  value: number
  alert: string
}

/** A line: its name, the number of its colour, and whether it is the same of another time or server. */
export interface LineLook {
  name: string
  color: number
  echo: boolean
}

export interface ChartLook {
  lines: readonly LineLook[]
  unit: Unit
  stacked: boolean
  maximum: number | null
  thresholds: readonly Threshold[]
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
  const { lines, stacked, colors } = look
  return {
    legend: { show: false },
    padding: [8, 18, 0, 0],
    cursor: {
      sync: { key: SYNC_KEY },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      y: false,
    },
    scales: { x: { time: true }, y: { range: (_, min, max) => [bottomOf(min), topOf(max, look)] } },
    axes: [timeAxis(colors), valueAxis(look)],
    series: [{}, ...lines.map((line, index) => lineOf(line, index, look))],
    ...(stacked
      ? {
          bands: lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1], fill: faded(index + 1, colors) })),
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
      // Before the grid and the curves: what lies under them.
      drawClear: [
        (plot) => {
          shadeGaps(plot, colors)
        },
      ],
      draw: [
        (plot) => {
          for (const threshold of look.thresholds) drawThreshold(plot, threshold, colors)
          drawMarks(plot, events.marks(), colors)
        },
      ],
    },
  }
}

/** What can be below zero is shown there. */
function bottomOf(min: number | null): number {
  return min !== null && min < 0 ? min * 1.08 : 0
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
  const steps = axisSteps(unit)
  return {
    stroke: colors['ink-faint'],
    font: AXIS_FONT,
    size: 68,
    space: 30,
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
    values: (_, ticks) => ticks.map(format),
    ...(steps ? { incrs: [...steps] } : {}),
  }
}

function lineOf(look: LineLook, index: number, { stacked, lines, colors }: ChartLook): uPlot.Series {
  const color = colors[seriesToken(look.color)]
  const filled = stacked ? index === 0 : lines.length === 1
  return {
    label: look.name,
    stroke: color,
    // A wider line is an outline to be filled, which takes browsers twice as long to paint.
    width: 1,
    ...(look.echo ? { dash: [4, 3] } : {}),
    spanGaps: false,
    ...(filled ? { fill: faded(look.color, colors) } : {}),
    // A single value between two gaps has no line: it gets a dot, or it would be lost.
    points: { show: false, size: 3, fill: color, filter: (plot, line) => dotsOf(plot.data[line] ?? []) },
  }
}

/** What uPlot draws dots for though it draws none; null is nothing, while an empty list is drawn like a full one. */
function dotsOf(values: ArrayLike<number | null | undefined>): number[] | null {
  const lonely = lonelyPoints(values)
  return lonely.length === 0 ? null : lonely
}

export function lonelyPoints(values: ArrayLike<number | null | undefined>): number[] {
  const lonely: number[] = []
  let afterGap = true
  // Each value is looked at once, and none beyond the ends, which would be slow.
  let isHere = values.length > 0 && !isGap(values[0])
  for (let index = 0; index < values.length; index += 1) {
    const isNext = index + 1 < values.length && !isGap(values[index + 1])
    if (isHere && afterGap && !isNext) lonely.push(index)
    afterGap = !isHere
    isHere = isNext
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

const LABEL_FONT_PX = 10
const LABEL_ROWS = 3
/** Marks nearer to each other share a line and a label. */
const MERGE_PX = 4

/** Where nothing was measured, so that a break in a curve is seen as one even where the curve is thin. */
function shadeGaps(plot: uPlot, colors: ChartColors): void {
  const [times, ...columns] = plot.data
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = colors.gap
  for (const [from, to] of gapsOf(columns, times.length)) {
    const [start, end] = [times[from], times[to]]
    if (start === undefined || end === undefined) continue
    const left = Math.round(plot.valToPos(start, 'x', true))
    ctx.fillRect(left, bbox.top, Math.round(plot.valToPos(end, 'x', true)) - left, bbox.height)
  }
  ctx.restore()
}

/** Lines of moments, each with its label where it covers no other. */
function drawMarks(plot: uPlot, marks: readonly Mark[], colors: ChartColors): void {
  const { min, max } = plot.scales.x ?? {}
  if (min === undefined || max === undefined) return
  const { ctx, bbox } = plot
  const scale = window.devicePixelRatio
  const seen = marks.filter(({ at }) => at >= min && at <= max)
  if (seen.length === 0) return
  const placed = mergeClose(
    seen.map(({ at, label }) => ({ x: Math.round(plot.valToPos(at, 'x', true)), label })),
    MERGE_PX * scale,
  )
  ctx.save()
  ctx.font = `${LABEL_FONT_PX * scale}px system-ui, sans-serif`
  const labels = placed.map(({ x, label }) => {
    const width = ctx.measureText(label).width
    const right = bbox.left + bbox.width
    // At the right end it stands before its line.
    return { x: x + 4 * scale + width > right ? x - 4 * scale - width : x + 4 * scale, width }
  })
  const rows = placeLabels(labels, LABEL_ROWS, 6 * scale)
  for (const { x } of placed) drawLine(plot, colors.warn, [x, bbox.top], [x, bbox.top + bbox.height])
  placed.forEach(({ label }, index) => {
    const row = rows[index]
    const place = labels[index]
    if (row === null || row === undefined || !place) return
    drawLabel(plot, label, place.x, bbox.top + (2 + row * (LABEL_FONT_PX + 3)) * scale, colors)
  })
  ctx.restore()
}

function drawThreshold(plot: uPlot, { value, alert }: Threshold, colors: ChartColors): void {
  const { min, max } = plot.scales.y ?? {}
  if (min === undefined || max === undefined || value < min || value > max) return
  const { ctx, bbox } = plot
  const y = Math.round(plot.valToPos(value, 'y', true))
  const scale = window.devicePixelRatio
  ctx.save()
  drawLine(plot, colors.bad, [bbox.left, y], [bbox.left + bbox.width, y])
  ctx.font = `${LABEL_FONT_PX * scale}px system-ui, sans-serif`
  const below = y - bbox.top < (LABEL_FONT_PX + 4) * scale
  const x = bbox.left + bbox.width - ctx.measureText(alert).width - 4 * scale
  drawLabel(plot, alert, x, below ? y + 3 * scale : y - (LABEL_FONT_PX + 3) * scale, colors, colors.bad)
  ctx.restore()
}

function drawLine({ ctx }: uPlot, color: string, from: [number, number], to: [number, number]): void {
  const scale = window.devicePixelRatio
  ctx.strokeStyle = color
  ctx.lineWidth = scale
  ctx.setLineDash([4 * scale, 3 * scale])
  ctx.beginPath()
  ctx.moveTo(...from)
  ctx.lineTo(...to)
  ctx.stroke()
}

/** On a patch of the surface, so that a curve behind it strikes nothing through. */
function drawLabel({ ctx }: uPlot, text: string, x: number, y: number, colors: ChartColors, ink = colors.warn): void {
  const scale = window.devicePixelRatio
  ctx.textAlign = 'left'
  ctx.textBaseline = 'top'
  ctx.fillStyle = colors.surface
  ctx.globalAlpha = 0.85
  ctx.fillRect(x - 2 * scale, y - scale, ctx.measureText(text).width + 4 * scale, (LABEL_FONT_PX + 3) * scale)
  ctx.globalAlpha = 1
  ctx.fillStyle = ink
  ctx.fillText(text, x, y)
}
