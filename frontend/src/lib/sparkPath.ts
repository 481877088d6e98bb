// The curve of a sparkline as the path of an SVG.

interface SparkBox {
  /** Top of the scale; the largest value when undefined. */
  maximum: number | undefined
  /** Points that fit the width; fewer values stand at the right end. */
  length: number
  width: number
  height: number
}

/** Commands for each run of values; between two runs the pen is lifted. */
export function sparkPath(values: readonly (number | null)[], { maximum, length, width, height }: SparkBox): string {
  const top = maximum ?? values.reduce<number>((most, it) => Math.max(most, it ?? 0), 1e-9)
  const from = length - values.length
  let path = ''
  values.forEach((value, index) => {
    if (value === null) return
    const x = ((from + index) / (length - 1)) * width
    const y = height - 1 - Math.min(1, value / top) * (height - 2)
    path += `${typeof values[index - 1] === 'number' ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`
  })
  return path
}
