// When something held, from values on a grid: stretches without a gap.
import type { Grid } from '@/lib/ranges'

export interface Episode {
  start: number
  end: number
}

/** Stretches in which there is a value above zero. One step long at least: it held at that instant, no one knows for how long. */
export function episodes(values: readonly (number | null)[], { start, step }: Grid): Episode[] {
  const found: Episode[] = []
  values.forEach((value, index) => {
    if (value === null || value <= 0) return
    const at = start + index * step
    const last = found.at(-1)
    if (last?.end === at) last.end = at + step
    else found.push({ start: at, end: at + step })
  })
  return found
}

export function totalSeconds(list: readonly Episode[]): number {
  return list.reduce((total, { start, end }) => total + end - start, 0)
}
