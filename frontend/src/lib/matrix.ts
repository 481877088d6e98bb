// Prometheus' answers as we draw them: a matrix on a grid, and what a series is called.
import { gridLength, type Chart, type Series } from '@/lib/series'
import type { Grid } from '@/lib/ranges'

export type Labels = Readonly<Record<string, string>>

/** A value as Prometheus writes it: unix seconds, and the number as text, for it may be NaN or infinite. */
export type Sample = readonly [number, string]

export interface MatrixSeries {
  metric: Labels
  values: readonly Sample[]
}

/** `node_load1{instance="a"}`: as one would ask for it. */
export function metricText(metric: Labels): string {
  const { __name__: name = '', ...labels } = metric
  const matchers = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  if (matchers.length === 0) return name === '' ? '{}' : name
  return `${name}{${matchers.join(', ')}}`
}

/** The labels in which the series differ: what has to be said to tell them apart. */
export function distinguishing(metrics: readonly Labels[]): string[] {
  const names = [...new Set(metrics.flatMap((it) => Object.keys(it)))]
  return names.filter((name) => new Set(metrics.map((it) => it[name])).size > 1)
}

/** Each series by the labels that make it different from the others; a single one in full. */
export function shortNames(metrics: readonly Labels[]): string[] {
  const labels = distinguishing(metrics)
  const one = labels.length === 1 ? labels[0] : undefined
  return metrics.map((metric) => {
    if (labels.length === 0) return metricText(metric)
    if (one !== undefined) return metric[one] ?? '{}'
    return metricText(Object.fromEntries(Object.entries(metric).filter(([name]) => labels.includes(name))))
  })
}

/** Each series on the grid, by the name that tells it apart. */
export function toChart(matrix: readonly MatrixSeries[], grid: Grid): Chart {
  const names = shortNames(matrix.map((it) => it.metric))
  const series = matrix.map(({ values }, at): Series => ({ name: names[at] ?? '', values: onGrid(values, grid) }))
  return { ...grid, series }
}

/** Samples at their places on the grid; where there is none, or one that is no number, there is a gap. */
export function onGrid(samples: readonly Sample[], grid: Grid): (number | null)[] {
  const values = new Array<number | null>(gridLength(grid)).fill(null)
  for (const [time, text] of samples) {
    const place = Math.round((time - grid.start) / grid.step)
    if (place >= 0 && place < values.length) values[place] = finite(text)
  }
  return values
}

/** The number that a sample has; null where that is not a number, or infinite. */
export function finite(text: string): number | null {
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}
