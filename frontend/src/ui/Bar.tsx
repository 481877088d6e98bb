// A share as a bar, for the eye alone: the number stands beside it. It never moves by animation.
import { classes } from '@/ui/classes'

/** From here on a share of what fills up deserves a look, from there on an act. */
const WARN = 0.8
const BAD = 0.92

interface BarProps {
  ratio: number | null
  /** False for what works and does not fill up, such as a CPU, a disk's time or a GPU: then no share is a warning. */
  judged?: boolean
  className?: string
}

export function Bar({ ratio, judged = true, className }: BarProps) {
  const warned = judged && ratio !== null && ratio >= WARN
  const share = ratio === null ? 0 : Math.min(1, Math.max(0, ratio))
  return (
    <span aria-hidden="true" className={classes('block h-1.5 overflow-hidden rounded-full bg-bar-track', className)}>
      <span
        className={classes(
          'block h-full rounded-full',
          !warned ? 'bg-bar' : share >= BAD ? 'bg-bar-bad' : 'bg-bar-warn',
        )}
        style={{ width: `${(share * 100).toFixed(1)}%` }}
      />
    </span>
  )
}
