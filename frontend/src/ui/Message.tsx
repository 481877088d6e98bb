// What stands where there is nothing to draw: loading, nothing there, or a failure and what to do about it.
import type { ReactNode } from 'react'

import { Icon } from '@/ui/Icon'

export function Loading({ what }: { what: string }) {
  return (
    <p role="status" className="px-3 py-6 text-center text-ink-faint">
      Loading {what}…
    </p>
  )
}

export function Nothing({ children }: { children: ReactNode }) {
  return <p className="px-3 py-6 text-center text-ink-faint">{children}</p>
}

/** A failure, in the place of what failed. */
export function Failure({ title, error, children }: { title: string; error: Error; children?: ReactNode }) {
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-3 py-6 text-center">
      <p className="flex items-center gap-1.5 font-medium text-bad">
        <Icon name="warning" /> {title}
      </p>
      <p className="max-w-prose text-ink-soft [overflow-wrap:anywhere]">{error.message}</p>
      {children}
    </div>
  )
}
