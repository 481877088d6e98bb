// The geometry and the scale of a heat map: where the cell of an index is, which cell is under a point, which shade.

export interface HeatLayout {
  columns: number
  rows: number
  /** Side of a cell, gap included, in CSS pixels. */
  pitch: number
  gap: number
}

const LARGEST = 26
const SMALLEST = 7

/** The largest cells that show `count` servers within the width and, if it can be, the height. */
export function layoutHeat(count: number, width: number, height: number): HeatLayout {
  for (let pitch = LARGEST; pitch > SMALLEST; pitch -= 1) {
    const columns = Math.max(1, Math.floor(width / pitch))
    if (Math.ceil(count / columns) * pitch <= height) return layout(count, width, pitch)
  }
  return layout(count, width, SMALLEST)
}

function layout(count: number, width: number, pitch: number): HeatLayout {
  const columns = Math.max(1, Math.floor(width / pitch))
  return { columns, rows: Math.ceil(count / columns), pitch, gap: pitch > 10 ? 2 : 1 }
}

/** The index of the cell at a point, or null between, beside and behind the cells. */
export function cellAt({ columns, pitch }: HeatLayout, count: number, x: number, y: number): number | null {
  if (x < 0 || y < 0) return null
  const column = Math.floor(x / pitch)
  if (column >= columns) return null
  const index = Math.floor(y / pitch) * columns + column
  return index < count ? index : null
}

/** The step of a scale of `steps` shades that a ratio of 0..1 falls in. */
export function shadeOf(ratio: number, steps: number): number {
  return Math.min(steps - 1, Math.max(0, Math.floor(ratio * steps)))
}

/** Where an arrow key leads from a cell; the same cell at an edge. */
export function neighbour(index: number, key: string, { columns }: HeatLayout, count: number): number | null {
  const moves: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    Home: 0,
    End: count - 1,
  }
  const next = moves[key]
  if (next === undefined) return null
  return next >= 0 && next < count ? next : index
}
