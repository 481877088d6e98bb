// What a heat map draws: cells in blocks, and what each block amounts to.
import type { Unit } from '@/lib/panelUnits'

/** Index into the statuses: the higher, the worse. */
export type StatusCode = number

export interface GroupFigures {
  count: number
  mean: number | null
  p95: number | null
  maximum: number | null
  /** The worst among its servers. */
  status: StatusCode
}

export interface HeatGroup extends GroupFigures {
  name: string
  /** Places of its cells. */
  indexes: number[]
}

/** What the shades stand for: the first for `low`, the last for `high`. */
export interface Scale {
  unit: Unit
  low: number
  high: number
  /** True where its top is bad, as with a filesystem; a server that works is not. */
  judged: boolean
}

export interface HeatCells {
  size: number
  ids: readonly string[]
  names: readonly string[]
  status: Uint8Array
  /** Not-a-number is missing; null when the cells are coloured by status. */
  values: Float32Array | null
  scale: Scale
}

export interface HeatGrid extends HeatCells {
  groups: readonly HeatGroup[]
}

/** Whether two say the same, cell for cell and group for group. */
export function sameGrid(a: HeatGrid, b: HeatGrid): boolean {
  return (
    a.size === b.size &&
    a.scale.unit === b.scale.unit &&
    a.scale.low === b.scale.low &&
    a.scale.high === b.scale.high &&
    a.scale.judged === b.scale.judged &&
    sameCells(a.values, b.values) &&
    sameCells(a.status, b.status) &&
    sameCells(a.ids, b.ids) &&
    sameCells(a.names, b.names) &&
    a.groups.length === b.groups.length &&
    a.groups.every((group, index) => sameGroup(group, b.groups[index]))
  )
}

function sameGroup(a: HeatGroup, b: HeatGroup | undefined): boolean {
  return (
    b?.name === a.name &&
    b.count === a.count &&
    b.mean === a.mean &&
    b.p95 === a.p95 &&
    b.maximum === a.maximum &&
    b.status === a.status &&
    sameCells(a.indexes, b.indexes)
  )
}

function sameCells<Cell>(a: ArrayLike<Cell> | null, b: ArrayLike<Cell> | null): boolean {
  if (a === null || b === null || a === b) return a === b
  if (a.length !== b.length) return false
  // Not a number is what is missing, and as missing in both.
  for (let index = 0; index < a.length; index += 1) if (!Object.is(a[index], b[index])) return false
  return true
}

/** Where a value lies on its scale, 0 to 1. */
export function shareOf(value: number, { low, high }: Scale): number {
  return high > low ? (value - low) / (high - low) : 0
}

/** The bounds of the tenths of a scale: eleven values, from its low to its high end. */
export function boundsOf({ low, high }: Scale): number[] {
  return Array.from({ length: 11 }, (_, tenth) => low + (tenth / 10) * (high - low))
}

/** How many of those values fall in each tenth of the scale; the last count is of those that are missing. */
export function tenths(values: Float32Array, indexes: readonly number[], scale: Scale): number[] {
  const counts = Array.from({ length: 11 }, () => 0)
  for (const index of indexes) {
    const value = values[index] ?? Number.NaN
    const tenth = Number.isNaN(value) ? 10 : Math.min(9, Math.max(0, Math.floor(shareOf(value, scale) * 10)))
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  return counts
}
