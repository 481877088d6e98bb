// A row's last hour of CPU, as a small curve for the eye; the number stands in the column beside it.
import { useCallback, useSyncExternalStore } from 'react'

import { trendOf, wantTrend } from '@/api/rowTrends'
import { Sparkline } from '@/ui/Sparkline'

const POINTS = 60

export function RowTrend({ instance }: { instance: string }) {
  const subscribe = useCallback((listener: () => void) => wantTrend(instance, listener), [instance])
  const trend = useSyncExternalStore(subscribe, () => trendOf(instance))
  if (!trend || trend.length === 0) return null
  return <Sparkline values={trend} maximum={1} length={POINTS} width={72} height={18} />
}
