// A share as a bar, for the eye alone: the number stands beside it. It never moves by animation.
import { classes } from '@/ui/classes'

/** From here on a share deserves a look, from there on an act. */
const WARN = 0.8
const BAD = 0.92

export function Bar({ ratio, className }: { ratio: number | null; className?: string }) {
  const share = ratio === null ? 0 : Math.min(1, Math.max(0, ratio))
  return (
    <span aria-hidden="true" className={classes('block h-1.5 overflow-hidden rounded-full bg-bar-track', className)}>
      <span
        className={classes(
          'block h-full rounded-full',
          share >= BAD ? 'bg-bar-bad' : share >= WARN ? 'bg-bar-warn' : 'bg-bar',
        )}
        style={{ width: `${(share * 100).toFixed(1)}%` }}
      />
    </span>
  )
}
