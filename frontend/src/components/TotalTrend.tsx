// A total's last hour, as a small curve for the eye; the number stands beside it.
import { useMemo, useSyncExternalStore } from 'react'

import { onTrend, trend, TREND_LENGTH, type TrendPoint } from '@/api/overviewTrend'
import { Sparkline } from '@/ui/Sparkline'

/** Fewer are a dot, not a trend. */
const LEAST_POINTS = 3

export function TotalTrend({ of, maximum }: { of: keyof TrendPoint; maximum: number | undefined }) {
  const points = useSyncExternalStore(onTrend, trend)
  const values = useMemo(() => points.map((it) => it[of]), [points, of])
  if (points.length < LEAST_POINTS) return null
  return <Sparkline values={values} maximum={maximum} length={TREND_LENGTH} width={56} height={22} />
}
