// One block of a map: a canvas with a cell per server or GPU, for the pointer and for the arrow keys.
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'

import { STATUSES } from '@/api/fleetMap'
import { SHADES, shadesOf } from '@/components/heatShades'
import { cellAt, layoutHeat, neighbour, shadeOf, type HeatLayout } from '@/lib/heat'
import { shareOf, type HeatCells } from '@/lib/heatGrid'
import { classes } from '@/ui/classes'
import { drawCells } from '@/ui/pixels'
import { resolveTokens } from '@/ui/token'
import { useColorScheme } from '@/ui/useTheme'
import { useSize } from '@/ui/useSize'

const TOKENS = [...SHADES, 'heat-warn', 'heat-bad', 'heat-missing', 'heat-up', 'surface', 'ink'] as const

type Palette = Record<(typeof TOKENS)[number], string>

/** A fleet of any size stays above the fold as far as it can. */
const WHOLE_HEIGHT = 210
/** A block among others is as wide as this many of its cells. */
const GROUP_COLUMNS = 12
const GROUP_PITCH = 14

interface HeatBlockProps {
  /** What the map is called. */
  label?: string
  name: string
  /** The only block: takes the whole width. */
  whole: boolean
  /** With fewer cells it stays as high as it was, and what is below it where it was. */
  holds?: boolean
  grid: HeatCells
  indexes: readonly number[]
  describedBy: string
  describe: (index: number) => string
  onPoint: (index: number | null) => void
  onOpen: (index: number) => void
}

export function HeatBlock(props: HeatBlockProps) {
  const {
    label = 'Fleet map',
    name,
    whole,
    holds = false,
    grid,
    indexes,
    describedBy,
    describe,
    onPoint,
    onOpen,
  } = props
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const width = useSize(box)?.width
  const scheme = useColorScheme()
  const [chosen, setChosen] = useState<number | null>(null)
  const layout = whole ? wholeLayout(indexes.length, width) : groupLayout(indexes.length)
  const { columns: across, rows, pitch, gap } = layout
  const [held, setHeld] = useState(0)
  const height = Math.max(rows === 0 ? WHOLE_HEIGHT : rows * pitch, holds ? held : 0)
  if (whole && height !== held) setHeld(height)

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context || rows === 0) return
    const place = { columns: across, rows, pitch, gap }
    scaleCanvas(canvas.current, context, across * pitch, rows * pitch)
    const palette = resolveTokens(TOKENS)
    drawColors(context, palette, place, grid, indexes)
    drawGaps(context, place)
    indexes.forEach((index, cell) => {
      if (grid.status[index] !== 0) drawStatus(context, palette, place, cell, grid, index)
    })
    if (chosen !== null) outline(context, palette, place, chosen)
  }, [grid, indexes, chosen, scheme, across, rows, pitch, gap])

  const point = (cell: number | null) => {
    onPoint(cell === null ? null : (indexes[cell] ?? null))
  }
  const onKey = (event: KeyboardEvent) => {
    const current = chosen ?? 0
    if (event.key === 'Enter' && indexes[current] !== undefined) onOpen(indexes[current])
    const next = neighbour(current, event.key, layout, indexes.length)
    if (next === null) return
    event.preventDefault()
    setChosen(next)
    point(next)
  }
  const cellUnder = (event: PointerEvent | React.MouseEvent) =>
    cellAt(layout, indexes.length, event.nativeEvent.offsetX, event.nativeEvent.offsetY)

  return (
    <div className={classes('min-w-0', whole && 'w-full')} ref={box} style={whole ? { minHeight: height } : {}}>
      {name !== '' && (
        <p className="text-xs text-ink-soft">
          {name} <span className="text-ink-faint">{indexes.length}</span>
        </p>
      )}
      {/* A grid of ten thousand elements would be slower for everybody; the words below say where the keys have led. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the map is a control: keys move in it */}
      <div
        role="application"
        aria-label={name === '' ? label : `${label}, ${name}`}
        aria-describedby={describedBy}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the map is a control: arrow keys move in it
        tabIndex={0}
        onKeyDown={onKey}
        onFocus={() => {
          setChosen((old) => old ?? 0)
        }}
        onBlur={() => {
          setChosen(null)
          point(null)
        }}
        onPointerMove={(event) => {
          point(cellUnder(event))
        }}
        onPointerLeave={() => {
          point(null)
        }}
        onClick={(event) => {
          const cell = cellUnder(event)
          const index = cell === null ? undefined : indexes[cell]
          if (index !== undefined) onOpen(index)
        }}
      >
        <canvas ref={canvas} className="block cursor-pointer" style={{ width: across * pitch, height: rows * pitch }} />
        <span role="status" className="sr-only">
          {chosen !== null && indexes[chosen] !== undefined && describe(indexes[chosen])}
        </span>
      </div>
    </div>
  )
}

/** Without rows until the width is known: as one column, ten thousand cells would push away whatever is below. */
function wholeLayout(count: number, width: number | undefined): HeatLayout {
  return width === undefined ? { columns: 1, rows: 0, pitch: 1, gap: 0 } : layoutHeat(count, width, WHOLE_HEIGHT)
}

function groupLayout(count: number): HeatLayout {
  const columns = Math.min(count, GROUP_COLUMNS)
  return { columns, rows: Math.ceil(count / columns), pitch: GROUP_PITCH, gap: 2 }
}

function scaleCanvas(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
): void {
  const scale = window.devicePixelRatio
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)]
  // To set a size is to get another picture, even one of the same size.
  if (canvas.width !== across) canvas.width = across
  if (canvas.height !== down) canvas.height = down
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, width, height)
}

/** What a cell may have beside the shades of its scale, and the places of these behind them. */
const OTHER_COLORS = ['heat-missing', 'heat-up', 'heat-bad'] as const
const NO_VALUE = SHADES.length
const UP = NO_VALUE + 1
const DOWN = NO_VALUE + 2

function drawColors(
  context: CanvasRenderingContext2D,
  palette: Palette,
  { columns, rows, pitch }: HeatLayout,
  grid: HeatCells,
  indexes: readonly number[],
): void {
  drawCells(
    context,
    {
      columns,
      rows,
      count: indexes.length,
      palette: [...shadesOf(grid.scale), ...OTHER_COLORS].map((it) => palette[it]),
      colorOf: (cell) => colorOf(grid, indexes[cell] ?? 0),
    },
    { left: 0, top: 0, width: columns * pitch, height: rows * pitch },
  )
}

function drawGaps(context: CanvasRenderingContext2D, { columns, rows, pitch, gap }: HeatLayout): void {
  const side = pitch - gap
  for (let column = 0; column < columns; column += 1) {
    context.clearRect(column * pitch + side, 0, gap, rows * pitch)
  }
  for (let row = 0; row < rows; row += 1) context.clearRect(0, row * pitch + side, columns * pitch, gap)
}

/** Down is crossed, stale is cut: neither is told by colour alone. */
function drawStatus(
  context: CanvasRenderingContext2D,
  palette: Palette,
  { columns: across, pitch, gap }: HeatLayout,
  cell: number,
  grid: HeatCells,
  index: number,
): void {
  const x = (cell % across) * pitch
  const y = Math.floor(cell / across) * pitch
  const side = pitch - gap
  const status = STATUSES[grid.status[index] ?? 0]
  if (grid.values !== null && status === 'stale') return
  context.strokeStyle = grid.values === null ? palette.surface : palette.ink
  context.lineWidth = Math.max(1, side / 10)
  context.beginPath()
  context.moveTo(x + side * 0.25, y + side * 0.75)
  context.lineTo(x + side * 0.75, y + side * 0.25)
  if (status === 'down') {
    context.moveTo(x + side * 0.25, y + side * 0.25)
    context.lineTo(x + side * 0.75, y + side * 0.75)
  }
  context.stroke()
}

/** The place of a cell's colour: among the shades, or behind them. */
function colorOf({ status, values, scale }: HeatCells, index: number): number {
  if (values === null) {
    const word = STATUSES[status[index] ?? 0]
    return word === 'up' ? UP : word === 'down' ? DOWN : NO_VALUE
  }
  const value = values[index] ?? Number.NaN
  return Number.isNaN(value) ? NO_VALUE : shadeOf(shareOf(value, scale), SHADES.length)
}

function outline(context: CanvasRenderingContext2D, palette: Palette, layout: HeatLayout, cell: number): void {
  const side = layout.pitch - layout.gap
  context.strokeStyle = palette.ink
  context.lineWidth = 2
  context.strokeRect(
    (cell % layout.columns) * layout.pitch + 1,
    Math.floor(cell / layout.columns) * layout.pitch + 1,
    side - 2,
    side - 2,
  )
}
