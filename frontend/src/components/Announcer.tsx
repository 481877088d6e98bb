// Tells a screen reader what changed about the fleet's state, politely; never the numbers that change all the time.
import { useState } from 'react'

import { OVERVIEW, type Overview } from '@/api/queries'
import { useLive } from '@/api/useLive'

interface States {
  down: number
  stale: number
  firing: number
}

export function Announcer() {
  const { data: states } = useLive(OVERVIEW, selectStates)
  const [known, setKnown] = useState<States | undefined>(undefined)
  const [words, setWords] = useState('')
  if (states && states !== known) {
    setKnown(states)
    // The first states are on the page already.
    if (known) setWords(describeChange(known, states))
  }
  return (
    <p role="status" aria-label="Changes" className="sr-only">
      {words}
    </p>
  )
}

function selectStates({ servers, alerts }: Overview): States {
  return { down: servers.down, stale: servers.stale, firing: alerts.firing }
}

function describeChange(before: States, now: States): string {
  const changes = []
  if (now.down !== before.down) changes.push(`${now.down} ${now.down === 1 ? 'server is' : 'servers are'} down.`)
  if (now.stale !== before.stale) changes.push(`${now.stale} ${now.stale === 1 ? 'server is' : 'servers are'} stale.`)
  if (now.firing !== before.firing) changes.push(`${now.firing} ${now.firing === 1 ? 'alert fires' : 'alerts fire'}.`)
  return changes.join(' ')
}
