// What a heat map draws, wherever it came from: cells in blocks, and what each block amounts to.

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

export interface HeatGrid {
  size: number
  ids: readonly string[]
  names: readonly string[]
  status: Uint8Array
  /** Not-a-number is missing; null when the cells are coloured by status. */
  values: Float32Array | null
  groups: readonly HeatGroup[]
}

/** What a group amounts to: the mean and the 95th percentile of the values that are known. */
export function figuresOf(
  indexes: readonly number[],
  values: ArrayLike<number> | null,
  status: ArrayLike<number>,
): GroupFigures {
  const known = values
    ? Float64Array.from(indexes, (it) => values[it] ?? Number.NaN).filter((it) => !Number.isNaN(it))
    : []
  const sorted = Float64Array.from(known).toSorted()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null
  return {
    count: indexes.length,
    mean: sorted.length === 0 ? null : sorted.reduce((a, b) => a + b, 0) / sorted.length,
    p95: sorted.length === 0 ? null : at(0.95),
    maximum: sorted.at(-1) ?? null,
    status: indexes.reduce((worst, it) => Math.max(worst, status[it] ?? 0), 0),
  }
}

/** How many values fall in each tenth; the last count is of those that are missing. */
export function tenths(values: Float32Array): number[] {
  const counts = Array.from({ length: 11 }, () => 0)
  for (const value of values) {
    const tenth = Number.isNaN(value) ? 10 : Math.min(9, Math.max(0, Math.floor(value * 10)))
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  return counts
}
