// A small curve without axes, for the eye alone: the number stands beside it. A gap stays a gap.
import { memo } from 'react'

import { sparkPath } from '@/lib/sparkPath'

interface SparklineProps {
  values: readonly (number | null)[]
  /** Top of the scale; the largest value when left out. */
  maximum?: number | undefined
  /** Points that fit the width; fewer values stand at the right end, where now is. */
  length: number
  width: number
  height: number
}

/** A path and no canvas: forty of those would be forty pictures to keep and to put together at each change. */
export const Sparkline = memo(function Sparkline({ values, maximum, length, width, height }: SparklineProps) {
  return (
    <svg aria-hidden="true" data-curve width={width} height={height} className="block overflow-visible">
      <path
        d={sparkPath(values, { maximum, length, width, height })}
        fill="none"
        strokeWidth="1.25"
        strokeLinejoin="round"
        className="stroke-(--series-1)"
      />
    </svg>
  )
})
