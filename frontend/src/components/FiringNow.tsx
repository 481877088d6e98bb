// What fires now: the first few alerts, and the way to all of them.
import { Link } from '@tanstack/react-router'

import { ALERTS } from '@/api/queries'
import { useLive } from '@/api/useLive'
import type { AlertList } from '@/api/queries'
import { alertKey, AlertLine } from '@/components/AlertLine'
import { Card } from '@/ui/Card'

const SHOWN = 4

export function FiringNow() {
  const { data: firing } = useLive(ALERTS, selectFiring)
  if (!firing || firing.length === 0) return null
  return (
    <Card
      title="Firing now"
      note={firing.length}
      actions={
        <Link to="/alerts" className="px-2 font-medium text-accent underline-offset-2 hover:underline">
          All alerts
        </Link>
      }
    >
      <ul role="list" className="pb-1">
        {firing.slice(0, SHOWN).map((alert) => (
          <AlertLine key={alertKey(alert)} alert={alert} />
        ))}
      </ul>
    </Card>
  )
}

function selectFiring({ alerts }: AlertList) {
  return alerts.filter((it) => it.state === 'firing')
}
