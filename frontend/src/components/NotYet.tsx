// A page for which the gateway has nothing yet: why, that it comes by itself, and where more is said.
import { Link } from '@tanstack/react-router'

import { Failure } from '@/ui/Message'

export function NotYet({ title, error }: { title: string; error: Error }) {
  return (
    <Failure title={title} error={error}>
      <p className="text-ink-soft">
        As soon as the gateway has values, they appear here.{' '}
        <Link to="/health" className="font-medium text-accent underline underline-offset-2">
          Health
        </Link>{' '}
        says what it waits for.
      </p>
    </Failure>
  )
}
