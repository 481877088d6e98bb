// Series on a grid of steps: continue one with what is new, stack several, sum them up in words.
import type { Grid } from '@/lib/ranges'

export interface Series {
  name: string
  /** One value per step from the grid's start; a gap is null. */
  values: (number | null)[]
  /** Which colour it has; by default that of its place. */
  color?: number
  /** True for the same of another time or server: drawn dashed. */
  echo?: boolean
}

export interface Chart extends Grid {
  series: Series[]
}

/** How many steps a grid has, both ends included. */
export function gridLength({ start, end, step }: Grid): number {
  return Math.max(0, Math.round((end - start) / step) + 1)
}

/** The times of a grid, in unix seconds. */
export function gridTimes(grid: Grid): number[] {
  const length = gridLength(grid)
  const times: number[] = []
  // A loop: each chart makes these at each tick, and `Array.from` takes ten times as long.
  for (let index = 0; index < length; index += 1) times.push(grid.start + index * grid.step)
  return times
}

/**
 * What is left to ask for when `known` is at hand and `wanted` is to be shown; null when it cannot be continued.
 * The last `settle` steps are asked again: their samples may have come after we asked.
 */
export function missingTail(known: Grid | undefined, wanted: Grid, settle: number): Grid | null {
  if (known?.step !== wanted.step) return null
  if ((wanted.start - known.start) % wanted.step !== 0) return null
  const start = Math.max(known.end - settle * wanted.step, wanted.start)
  if (known.start > wanted.start || known.end < wanted.start || start > wanted.end) return null
  return { start, end: wanted.end, step: wanted.step }
}

/** `known`, continued by `tail`, cut to `wanted`. Where both have a step, the newer answer counts. */
export function continueChart<T extends Chart>(known: T, tail: T, wanted: Grid): T {
  const names = new Set([...known.series, ...tail.series].map((it) => it.name))
  const before = new Map(known.series.map((it) => [it.name, it]))
  const after = new Map(tail.series.map((it) => [it.name, it]))
  const lastKnown = { ...wanted, end: Math.min(wanted.end, tail.start - wanted.step) }
  const fromTail = { ...wanted, start: Math.max(wanted.start, tail.start) }
  const series: Series[] = []
  for (const name of names) {
    const old = before.get(name)
    const fresh = after.get(name)
    const values = [...valuesOf(old, known, lastKnown), ...valuesOf(fresh, tail, fromTail)]
    // A series that ended long ago and has no value left in view is gone.
    if (values.some((it) => it !== null)) series.push({ ...(fresh ?? old), name, values })
  }
  return { ...tail, ...wanted, series }
}

/** What a series that is on one grid has on another of the same step: gaps where it has nothing. */
function valuesOf(series: Series | undefined, grid: Grid, wanted: Grid): (number | null)[] {
  const length = gridLength(wanted)
  const skipped = Math.round((wanted.start - grid.start) / grid.step)
  const values = skipped < 0 ? Array.from({ length: Math.min(length, -skipped) }, () => null) : []
  const known = series?.values.slice(Math.max(0, skipped), Math.max(0, skipped + length)) ?? []
  const missing = Array.from({ length: length - values.length - known.length }, () => null)
  return [...values, ...known, ...missing]
}

/** The last steps' scrapes may not have come yet: that is no gap. */
const LATE_STEPS = 2

/**
 * Where nothing at all is known: from the last value before to the first after, as places in the grid. A gap at the
 * start or the end reaches to the edge.
 */
export function gapsOf(columns: readonly ArrayLike<number | null | undefined>[], length: number): [number, number][] {
  const gaps: [number, number][] = []
  let before = -1
  for (let index = 0; index <= length; index += 1) {
    if (index < length && !isKnown(columns, index)) continue
    const atEnd = index === length
    if (index - before > 1 && !(atEnd && index - before - 1 <= LATE_STEPS)) {
      gaps.push([Math.max(0, before), Math.min(index, length - 1)])
    }
    before = index
  }
  return gaps
}

function isKnown(columns: readonly ArrayLike<number | null | undefined>[], index: number): boolean {
  for (const column of columns) if (column[index] !== null && column[index] !== undefined) return true
  return false
}

/** Running totals, first series at the bottom. A gap stays a gap, and adds nothing to those above it. */
export function stack(series: readonly Series[]): (number | null)[][] {
  const totals: number[] = []
  return series.map(({ values }) =>
    values.map((value, index) => {
      if (value === null) return null
      const total = (totals[index] ?? 0) + value
      totals[index] = total
      return total
    }),
  )
}

export interface Summary {
  latest: number | null
  minimum: number | null
  mean: number | null
  maximum: number | null
}

/** What a reader who cannot see the curve wants to know of it. */
export function summarize(values: readonly (number | null)[]): Summary {
  let [minimum, maximum, sum, count] = [Infinity, -Infinity, 0, 0]
  for (const value of values) {
    if (value === null) continue
    if (value < minimum) minimum = value
    if (value > maximum) maximum = value
    sum += value
    count += 1
  }
  if (count === 0) return { latest: null, minimum: null, mean: null, maximum: null }
  return { latest: values.at(-1) ?? null, minimum, mean: sum / count, maximum }
}

/** Whether there is anything to draw. */
export function hasValues(series: readonly Series[]): boolean {
  return series.some(({ values }) => values.some((it) => it !== null))
}
