// A titled surface. The title is the section's name for screen readers, too.
import { useId, type ReactNode } from 'react'

import { classes } from '@/ui/classes'

interface CardProps {
  title: ReactNode
  /** Beside the title: a count, a unit. */
  note?: ReactNode
  /** At the right end of the title's line. */
  actions?: ReactNode
  className?: string
  children: ReactNode
}

export function Card({ title, note, actions, className, children }: CardProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={classes('min-w-0 rounded-md border border-line bg-surface', className)}>
      <header className="flex min-h-9 flex-wrap items-center gap-x-2 px-3 py-1">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {note !== undefined && <span className="text-xs text-ink-faint">{note}</span>}
        {actions !== undefined && <div className="ml-auto flex flex-wrap items-center gap-1">{actions}</div>}
      </header>
      {children}
    </section>
  )
}
