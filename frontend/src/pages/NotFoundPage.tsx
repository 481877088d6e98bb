// A URL that leads nowhere.
import { Link } from '@tanstack/react-router'

export function NotFoundPage() {
  return (
    <div className="flex flex-col items-center gap-2 py-12">
      <h1 className="text-lg font-semibold">There is no such page.</h1>
      <Link to="/" className="font-medium text-accent underline underline-offset-2">
        Go to the fleet
      </Link>
    </div>
  )
}
