// A share as a bar, for the eye alone: the number stands beside it. It never moves by animation. One box whose background
// is as wide as the share: a box within it would have to be laid out and cut at each change, ninety times for a filter's rows.
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
    <span
      aria-hidden="true"
      className={classes(
        'block h-1.5 rounded-full bg-bar-track bg-no-repeat',
        !warned ? 'bar-fill' : share >= BAD ? 'bar-fill-bad' : 'bar-fill-warn',
        className,
      )}
      style={{ backgroundSize: `${(share * 100).toFixed(1)}%` }}
    />
  )
}
