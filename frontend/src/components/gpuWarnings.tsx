// What somebody should know of a GPU: words, a shape and a colour for each kind.
import { Age } from '@/components/Age'
import type { GpuWarning } from '@/api/queries'
import { formatRatio, formatWhole } from '@/lib/units'
import { classes } from '@/ui/classes'
import { Icon, type IconName } from '@/ui/Icon'

interface Look {
  /** A word or two, where there is little room. */
  short: string
  icon: IconName
  tone: string
}

const BAD = 'text-bad'
const WARN = 'text-warn'
const KNOW = 'text-ink-soft'

const LOOKS: Record<GpuWarning['kind'], Look> = {
  lost: { short: 'lost', icon: 'cross', tone: BAD },
  ecc_uncorrected: { short: 'ECC', icon: 'warning', tone: BAD },
  row_remap_failed: { short: 'no spares', icon: 'warning', tone: BAD },
  xid: { short: 'XID', icon: 'warning', tone: BAD },
  thermal: { short: 'hot', icon: 'warning', tone: WARN },
  power_brake: { short: 'brake', icon: 'warning', tone: WARN },
  row_remap_pending: { short: 'reset', icon: 'warning', tone: WARN },
  power_capped: { short: 'cap', icon: 'down', tone: KNOW },
  idle_reserved: { short: 'idle', icon: 'clock', tone: KNOW },
}

/** "XID 79", or the kind's own words. */
function shortWarning({ kind, value }: GpuWarning): string {
  return kind === 'xid' && value !== null ? `XID ${value}` : LOOKS[kind].short
}

/** The worst in a word, on how many GPUs, and how many others there are: "2× hot +1". */
export function warningWords(warnings: readonly GpuWarning[]): { worst: string; others: number } | null {
  const [first] = warnings
  if (!first) return null
  const word = shortWarning(first)
  const alike = warnings.filter((it) => shortWarning(it) === word)
  const gpus = alike.reduce((total, it) => total + gpusOf(it), 0)
  return { worst: gpus > 1 ? `${gpus}× ${word}` : word, others: warnings.length - alike.length }
}

/** A warning that names no GPU may say of how many it is. */
function gpusOf({ kind, gpu, value }: GpuWarning): number {
  return kind === 'lost' && gpu === null && value !== null ? value : 1
}

/** In a sentence; a time is left to `<Age>`, which keeps it true. */
export function warningText({ kind, value, meaning }: GpuWarning): string {
  switch (kind) {
    case 'lost':
      return value === null ? 'does not answer' : `${formatWhole(value)} of the machine’s GPUs do not answer`
    case 'ecc_uncorrected':
      return `${formatWhole(value)} memory errors that could not be corrected`
    case 'row_remap_failed':
      return 'a bad memory row could not be replaced'
    case 'xid':
      return `XID ${value}: ${meaning ?? 'NVIDIA’s XID catalogue has its meaning.'}`
    case 'thermal':
      return `held back by heat for ${formatRatio(value)} of the time`
    case 'power_brake':
      return `held back by the power supply for ${formatRatio(value)} of the time`
    case 'row_remap_pending':
      return 'wants a reset: a bad memory row is replaced then'
    case 'power_capped':
      return `held back by its power limit for ${formatRatio(value)} of the time`
    case 'idle_reserved':
      return 'its memory is in use, and it computes nothing'
  }
}

/** The worst in a word, how many others there are, and all of them in the title. */
export function WarningBadge({ warnings }: { warnings: readonly GpuWarning[] }) {
  const [worst] = warnings
  const words = warningWords(warnings)
  if (!worst || !words) return null
  const { icon, tone } = LOOKS[worst.kind]
  const all = warnings.map((it) => (it.gpu === null ? warningText(it) : `GPU ${it.gpu}: ${warningText(it)}`))
  return (
    <span
      className={classes('inline-flex min-w-0 items-center gap-1 align-middle text-xs whitespace-nowrap', tone)}
      title={all.join('\n')}
    >
      <Icon name={icon} className="size-3.5" />
      <span className="truncate">{words.worst}</span>
      {words.others > 0 && <span>+{words.others}</span>}
      <span className="sr-only">: {all.join('; ')}</span>
    </span>
  )
}

/** Each in a line of its own. */
export function WarningList({ label, warnings }: { label: string; warnings: readonly GpuWarning[] }) {
  if (warnings.length === 0) return null
  return (
    <ul role="list" aria-label={label} className="rounded-md border border-line bg-surface py-1">
      {warnings.map((it) => (
        <li
          key={`${it.kind} ${it.gpu ?? ''} ${it.value ?? ''}`}
          className="flex flex-wrap items-baseline gap-x-2 px-3 py-0.5"
        >
          <span className={classes('inline-flex items-center gap-1 font-medium', LOOKS[it.kind].tone)}>
            <Icon name={LOOKS[it.kind].icon} className="size-3.5 self-center" />
            {it.gpu === null ? 'GPUs' : `GPU ${it.gpu}`}
          </span>
          <span>{warningText(it)}</span>
          {it.since !== null && (
            <span className="text-xs text-ink-faint">
              {it.kind === 'idle_reserved' ? 'for ' : ''}
              <Age since={it.since} />
              {it.kind === 'idle_reserved' ? '' : ' ago'}
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
