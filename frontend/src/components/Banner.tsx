// Says at the top of every page that what it shows is old, why, and what happens next.
import { live } from '@/api/gateway'
import { useLiveState } from '@/api/useLive'
import { useFreshness } from '@/components/freshness'
import { formatAge } from '@/lib/time'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { useNow } from '@/ui/useNow'

export function Banner() {
  const { ageSeconds, error, lost, old } = useFreshness()
  if (lost) return <LostConnection ageSeconds={ageSeconds} />
  if (!old || ageSeconds === null) return null
  return (
    <Strip>
      <span>
        <strong>Values are {formatAge(ageSeconds)} old.</strong> {error ?? 'The gateway has no newer snapshot.'}
      </span>
    </Strip>
  )
}

function LostConnection({ ageSeconds }: { ageSeconds: number | null }) {
  const state = useLiveState()
  const now = useNow()
  const reason = state.kind === 'waiting' ? state.reason : 'The connection to the gateway is lost.'
  const seconds = state.kind === 'waiting' ? Math.max(0, Math.ceil((state.retryAt - now) / 1000)) : 0
  return (
    <Strip>
      <span>
        <strong>{reason}</strong> {seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again…'}
        {ageSeconds !== null && ` Values are ${formatAge(ageSeconds)} old.`}
      </span>
      <Button
        look="outlined"
        onClick={() => {
          live.retryNow()
        }}
      >
        Try now
      </Button>
    </Strip>
  )
}

function Strip({ children }: { children: React.ReactNode }) {
  return (
    <aside
      aria-label="Notice"
      className="flex items-center gap-3 border-b border-line bg-warn-soft px-4 py-1.5 text-ink"
    >
      <Icon name="warning" className="size-4 text-warn" />
      {children}
    </aside>
  )
}
