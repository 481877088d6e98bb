// The geometry of a strip of many series over time: a row each, the busiest moment of each pixel.

const TALLEST_ROW = 14

/** As high as the rows can be within the height, and a pixel at least. */
export function rowHeight(rows: number, height: number): number {
  return Math.max(1, Math.min(TALLEST_ROW, Math.floor(height / Math.max(1, rows))))
}

/**
 * The values of a series in so many columns, the largest of those that share one: a core that was busy for a moment is
 * not lost. Not-a-number where none is known.
 */
export function intoColumns(values: readonly (number | null)[], columns: number): Float32Array {
  const result = new Float32Array(columns).fill(Number.NaN)
  if (values.length === 0) return result
  for (let column = 0; column < columns; column += 1) {
    const first = Math.floor((column * values.length) / columns)
    const end = Math.max(first + 1, Math.floor(((column + 1) * values.length) / columns))
    for (let index = first; index < end; index += 1) {
      const value = values[index]
      if (value === null || value === undefined) continue
      const known = result[column] ?? Number.NaN
      result[column] = Number.isNaN(known) ? value : Math.max(known, value)
    }
  }
  return result
}

const byNumber = new Intl.Collator('en', { numeric: true })

/** Core 2 before core 10; those of another time or server after all of the own. */
export function inRowOrder<S extends { name: string; echo?: boolean }>(series: readonly S[]): S[] {
  return series.toSorted(
    (a, b) => Number(a.echo ?? false) - Number(b.echo ?? false) || byNumber.compare(a.name, b.name),
  )
}
