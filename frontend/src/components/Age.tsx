// How old something is, counted by the gateway's clock.
import { gatewayNow } from '@/api/clock'
import { formatAge, formatDateTime, isoTime } from '@/lib/time'
import { MISSING } from '@/lib/units'
import { useNowSelected } from '@/ui/useNow'

/** @param since unix seconds of the gateway's clock. */
export function Age({ since }: { since: number | null }) {
  const words = useNowSelected(() => (since === null ? MISSING : formatAge(gatewayNow() - since)))
  if (since === null) return MISSING
  return (
    <time dateTime={isoTime(since)} title={formatDateTime(since)}>
      {words}
    </time>
  )
}
