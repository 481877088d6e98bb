// How old something is, counted by the gateway's clock.
import { gatewayNow } from '@/api/clock'
import { formatAge, formatDateTime, isoTime } from '@/lib/time'
import { MISSING } from '@/lib/units'
import { useNow } from '@/ui/useNow'

/** @param since unix seconds of the gateway's clock. */
export function Age({ since }: { since: number | null }) {
  useNow()
  if (since === null) return MISSING
  return (
    <time dateTime={isoTime(since)} title={formatDateTime(since)}>
      {formatAge(gatewayNow() - since)}
    </time>
  )
}
