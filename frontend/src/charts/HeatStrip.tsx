// Many series of one kind over time, such as cores: a row each, coloured by value, on the time axis of the charts beside it.
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react'

import type { Mark } from '@/charts/chartOptions'
import { pointedInCharts, pointedInStrips } from '@/charts/crosshair'
import { SHADES } from '@/components/heatShades'
import { shadeOf } from '@/lib/heat'
import { inRowOrder, intoColumns, rowHeight } from '@/lib/heatStrip'
import { gridLength, type Chart } from '@/lib/series'
import { axisTimes, formatClock, formatShortDateTime, zoneOffset } from '@/lib/time'
import { FORMATTERS, type Unit } from '@/lib/panelUnits'
import { MISSING } from '@/lib/units'
import { drawCells } from '@/ui/pixels'
import { resolveTokens } from '@/ui/token'
import { useColorScheme } from '@/ui/useTheme'
import { useSize } from '@/ui/useSize'

interface HeatStripProps {
  /** Says what is drawn; for screen readers. */
  label: string
  chart: Chart
  unit: Unit
  /** The value of the last shade. */
  maximum: number
  marks: readonly Mark[]
  onZoom: (start: number, end: number) => void
  height: number
}

/** As wide as the axes of the charts, so that moments stand one above the other. */
const LEFT = 68
const RIGHT = 18
const AXIS = 26
/** A shorter drag is a click. */
const LEAST_DRAG_PX = 6
const LABEL_PX = 14
const DAY = 86_400
const TOKENS = [...SHADES, 'line', 'ink-faint', 'warn'] as const
type Palette = Record<(typeof TOKENS)[number], string>

/** A row and a moment under the pointer. */
interface Pointed {
  row: number | null
  time: number
}

export function HeatStrip({ label, chart, unit, maximum, marks, onZoom, height }: HeatStripProps) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const dragged = useRef<number | null>(null)
  const isPointedAt = useRef(false)
  const scheme = useColorScheme()
  const width = useSize(box)?.width ?? 0
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const rows = useMemo(() => inRowOrder(chart.series), [chart])
  const pitch = rowHeight(rows.length, height)
  const plotWidth = Math.max(0, width - LEFT - RIGHT)
  const plotHeight = pitch * rows.length

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context || plotWidth === 0) return
    const scale = window.devicePixelRatio
    canvas.current.width = Math.round((plotWidth + LEFT + RIGHT) * scale)
    canvas.current.height = Math.round((plotHeight + AXIS) * scale)
    context.scale(scale, scale)
    const palette = resolveTokens(TOKENS)
    const plot = { width: plotWidth, height: plotHeight }
    drawRows(context, palette, rows, { pitch, width: plotWidth, maximum })
    drawNames(context, palette, rows, pitch)
    drawTimes(context, palette, chart, plot)
    drawMarks(context, palette.warn, chart, plot, marks)
    // The scheme stands for the colours, which are read when it changes.
  }, [rows, chart, marks, maximum, pitch, plotWidth, plotHeight, scheme])

  useEffect(
    () =>
      pointedInCharts.on((time) => {
        // The charts follow this strip, and say so; it knows its row better.
        if (!isPointedAt.current) setPointed(time === null ? null : { row: null, time })
      }),
    [],
  )

  const at = (event: PointerEvent): Pointed | null => {
    const x = event.nativeEvent.offsetX - LEFT
    const row = Math.floor(event.nativeEvent.offsetY / pitch)
    if (x < 0 || x > plotWidth || row < 0 || row >= rows.length) return null
    return { row, time: chart.start + (x / plotWidth) * (chart.end - chart.start) }
  }
  const point = (next: Pointed | null) => {
    isPointedAt.current = next !== null
    setPointed(next)
    pointedInStrips.set(next?.time ?? null)
  }
  return (
    <figure aria-label={label} className="min-w-0 px-2 pb-2">
      <div
        ref={box}
        aria-hidden="true"
        className="relative min-w-0 cursor-crosshair touch-pan-y"
        onPointerMove={(event) => {
          point(at(event))
        }}
        onPointerLeave={() => {
          point(null)
        }}
        onPointerCancel={() => {
          dragged.current = null
        }}
        onPointerDown={(event) => {
          dragged.current = event.nativeEvent.offsetX
          // A drag may end beside the strip.
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerUp={(event) => {
          const from = dragged.current
          dragged.current = null
          if (from === null || Math.abs(event.nativeEvent.offsetX - from) < LEAST_DRAG_PX) return
          const timeAt = (x: number) =>
            chart.start + (Math.min(plotWidth, Math.max(0, x - LEFT)) / plotWidth) * (chart.end - chart.start)
          const [start, end] = [from, event.nativeEvent.offsetX].toSorted((a, b) => a - b).map(timeAt)
          if (start !== undefined && end !== undefined) onZoom(start, end)
        }}
      >
        <canvas ref={canvas} className="block" style={{ width, height: plotHeight + AXIS }} />
        {pointed && (
          <span
            className="pointer-events-none absolute top-0 w-px bg-ink"
            style={{ left: xOf(pointed.time, chart, plotWidth), height: plotHeight }}
          />
        )}
      </div>
      <p className="flex min-h-5 flex-wrap items-center gap-x-3 pl-2 text-xs text-ink-soft" aria-hidden="true">
        <Scale unit={unit} maximum={maximum} />
        <span className="ml-auto">{pointed && wordsOf(pointed, chart, rows, unit)}</span>
      </p>
    </figure>
  )
}

function Scale({ unit, maximum }: { unit: Unit; maximum: number }) {
  const format = FORMATTERS[unit]
  return (
    <span className="inline-flex items-center gap-1">
      {format(0)}
      <span className="flex">
        {SHADES.map((shade) => (
          <span key={shade} className="h-2.5 w-3" style={{ background: `var(--${shade})` }} />
        ))}
      </span>
      {format(maximum)}
      <span className="ml-2 inline-block size-2.5 border border-line-strong bg-surface" /> no value
    </span>
  )
}

/** "core 3: 93.1% 11:45:00"; the moment alone where another chart is pointed at. */
function wordsOf({ row, time }: Pointed, chart: Chart, rows: Chart['series'], unit: Unit): string {
  const words = chart.end - chart.start > DAY ? formatShortDateTime(time) : formatClock(time)
  const series = row === null ? undefined : rows[row]
  if (!series) return words
  // A column is what was measured until its step.
  const value = series.values[Math.min(gridLength(chart) - 1, Math.ceil((time - chart.start) / chart.step))]
  return `${series.name}: ${value === null || value === undefined ? MISSING : FORMATTERS[unit](value)}  ${words}`
}

interface Plot {
  pitch: number
  width: number
  maximum: number
}

function drawRows(context: CanvasRenderingContext2D, palette: Palette, rows: Chart['series'], plot: Plot): void {
  const columns = Math.max(1, Math.min(rows[0]?.values.length ?? 1, Math.floor(plot.width)))
  const values = rows.map((row) => intoColumns(row.values, columns))
  const height = rows.length * plot.pitch
  drawCells(
    context,
    {
      columns,
      rows: rows.length,
      count: rows.length * columns,
      palette: SHADES.map((it) => palette[it]),
      colorOf: (cell) => {
        const value = values[Math.floor(cell / columns)]?.[cell % columns] ?? Number.NaN
        return Number.isNaN(value) ? undefined : shadeOf(value / plot.maximum, SHADES.length)
      },
    },
    { left: LEFT, top: 0, width: plot.width, height },
  )
  // A line between rows that are high enough to lose one.
  if (plot.pitch < 4) return
  for (let row = 1; row <= rows.length; row += 1) context.clearRect(LEFT, row * plot.pitch - 1, plot.width, 1)
}

/** As many names as there is room for. */
function drawNames(context: CanvasRenderingContext2D, palette: Palette, rows: Chart['series'], pitch: number): void {
  const every = Math.ceil(LABEL_PX / pitch)
  context.font = '11px system-ui, sans-serif'
  context.fillStyle = palette['ink-faint']
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  rows.forEach(({ name, echo }, row) => {
    if (row % every !== 0) return
    // Of what is compared with, the core alone: under the line, and in full under the pointer.
    const words = echo ? name.replace(/,.*/, '') : name
    context.fillText(words, LEFT - 6, Math.max(LABEL_PX / 2, (row + 0.5) * pitch), LEFT - 8)
  })
  const compared = rows.findIndex((it) => it.echo)
  if (compared > 0) context.fillRect(0, compared * pitch - 1, context.canvas.clientWidth, 1)
}

const SPACE_PX = 72
const INCREMENTS = [5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY]

function drawTimes(
  context: CanvasRenderingContext2D,
  palette: Palette,
  chart: Chart,
  plot: { width: number; height: number },
): void {
  const { start, end } = chart
  const most = Math.max(1, Math.floor(plot.width / SPACE_PX))
  const increment = INCREMENTS.find((it) => (end - start) / it <= most) ?? 7 * DAY
  // Round times of the zone that is read, not of another.
  const offset = -zoneOffset(start)
  const first = Math.ceil((start - offset) / increment) * increment + offset
  const ticks: number[] = []
  for (let tick = first; tick <= end; tick += increment) ticks.push(tick)
  context.textAlign = 'center'
  context.textBaseline = 'top'
  context.fillStyle = palette['ink-faint']
  axisTimes(ticks, increment).forEach((words, index) => {
    context.fillText(words, xOf(ticks[index] ?? start, chart, plot.width), plot.height + 7)
  })
}

/** Reboots and alerts; the charts beside it say which. */
function drawMarks(
  context: CanvasRenderingContext2D,
  color: string,
  chart: Chart,
  plot: { width: number; height: number },
  marks: readonly Mark[],
): void {
  context.strokeStyle = color
  context.lineWidth = 1
  context.setLineDash([4, 3])
  for (const { at } of marks) {
    if (at < chart.start || at > chart.end) continue
    const x = Math.round(xOf(at, chart, plot.width)) + 0.5
    context.beginPath()
    context.moveTo(x, 0)
    context.lineTo(x, plot.height)
    context.stroke()
  }
}

function xOf(time: number, { start, end }: Chart, width: number): number {
  return LEFT + ((time - start) / (end - start)) * width
}
