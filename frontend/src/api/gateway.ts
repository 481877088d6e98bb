// The one query cache and the one live connection of the page, and how the second feeds the first.
import { notifyManager, QueryClient } from '@tanstack/react-query'

import { get, GatewayError } from '@/api/client'
import { learnClock } from '@/api/clock'
import { continueMap, MAP_PATH, type FleetMap } from '@/api/fleetMap'
import { inNextFrame } from '@/api/frame'
import { LiveConnection, type LiveSink } from '@/api/live'
import { liveQuery } from '@/api/queries'
import { shareRows } from '@/api/sharedRows'

notifyManager.setScheduler(inNextFrame)

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Coming back is the live connection's work, and it is the better judge of when.
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // A gateway on loopback answers though the browser believes itself offline.
      networkMode: 'always',
      structuralSharing: shareRows,
    },
  },
})

const sink: LiveSink = {
  body(resource, body) {
    const { queryKey } = liveQuery(resource)
    if (resource.startsWith(MAP_PATH)) {
      queryClient.setQueryData(queryKey, (known) => continueMap(known as FleetMap | undefined, body as FleetMap))
    } else queryClient.setQueryData(queryKey, body)
  },
  unchanged(resource) {
    const { queryKey } = liveQuery(resource)
    const known = queryClient.getQueryData(queryKey)
    // A fresh snapshot that says the same is fresh again; a stale one only gets older.
    if (known !== undefined && !isStale(known)) queryClient.setQueryData(queryKey, known)
  },
  failure(resource, error) {
    // The data stays: a failed refresh never hides what is known.
    queryClient
      .getQueryCache()
      .find({ queryKey: liveQuery(resource).queryKey })
      ?.setState({ status: 'error', error, fetchStatus: 'idle', errorUpdatedAt: Date.now() })
  },
  clock: learnClock,
}

function isStale(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stale' in body && body.stale === true
}

export const live = new LiveConnection({
  sink,
  connect: () => new WebSocket(new URL('/api/v1/live', location.href.replace(/^http/, 'ws'))),
  get,
})

/** Starts the connection and lets the tab's visibility pause it. Once, from `main.tsx`. */
export function startLive(): void {
  live.start()
  document.addEventListener('visibilitychange', () => {
    live.setVisible(document.visibilityState === 'visible')
  })
  // What failed while the gateway was away is asked for again as soon as it is back.
  let lost = false
  live.onState(() => {
    const { kind } = live.state
    if (kind === 'waiting') lost = true
    if (kind !== 'live' || !lost) return
    lost = false
    void queryClient.refetchQueries({ predicate: (query) => query.state.error instanceof GatewayError })
  })
}
