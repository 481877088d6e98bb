// How live the page is: a word, a shape and the age of what is shown.
import type { LiveState } from '@/api/live'
import { useLiveState } from '@/api/useLive'
import { useFreshness } from '@/components/freshness'
import { formatAge } from '@/lib/time'
import { classes } from '@/ui/classes'

const LOOKS: Record<LiveState['kind'], { label: string; help: string; dot: string; text: string }> = {
  live: { label: 'Live', help: 'Connected: each tick arrives by itself.', dot: 'rounded-full bg-ok', text: 'text-ok' },
  polling: {
    label: 'Polling',
    help: 'WebSockets do not get through, so the page asks every 5 seconds.',
    dot: 'rounded-[2px] bg-warn',
    text: 'text-warn',
  },
  connecting: {
    label: 'Connecting',
    help: 'Opening the connection to the gateway.',
    dot: 'rounded-full border-2 border-current',
    text: 'text-ink-faint',
  },
  waiting: {
    label: 'Reconnecting',
    help: 'The connection to the gateway is lost.',
    dot: 'rotate-45 bg-bad',
    text: 'text-bad',
  },
  paused: {
    label: 'Paused',
    help: 'The tab was hidden.',
    dot: 'rounded-full border-2 border-current',
    text: 'text-ink-faint',
  },
}

const OLD = { label: 'Stale', help: 'Connected, but the gateway has nothing newer.' }
const NONE = { label: 'No values', help: 'Connected, but the gateway has nothing yet.' }

export function ConnectionIndicator() {
  const { kind } = useLiveState()
  const { ageSeconds, missing, old } = useFreshness()
  const { label, help, dot, text } = LOOKS[kind]
  // What is connected shows nothing live for all that.
  const lacks = kind !== 'live' ? null : missing ? NONE : old ? OLD : null
  return (
    <span
      role="group"
      aria-label={`Connection: ${label}`}
      title={lacks?.help ?? help}
      className="flex items-center gap-1.5 px-1 text-xs"
    >
      <span aria-hidden="true" className={classes('size-2', lacks ? 'rounded-[2px] bg-warn' : dot)} />
      <span className={classes('font-medium', lacks ? 'text-warn' : text)}>{lacks?.label ?? label}</span>
      {ageSeconds !== null && <span className="text-ink-faint max-sm:hidden">{formatAge(ageSeconds)} ago</span>}
    </span>
  )
}
