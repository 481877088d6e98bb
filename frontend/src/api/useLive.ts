// Live resources and the connection's state, for components.
import { useQuery, type keepPreviousData, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

import type { Resource } from '@/api/client'
import { live } from '@/api/gateway'
import type { LiveState } from '@/api/live'
import { liveQuery } from '@/api/queries'

/**
 * The newest answer of a resource, kept live as long as the component is there; or what `select` takes of it, and then a
 * frame that leaves that as it was draws nothing. Without `select` nothing is compared: the whole would be, with another
 * list's, too. While another resource is on its way, `placeholderData` says what stands there.
 */
export function useLive<Body, Selected = Body>(
  resource: Resource<Body>,
  select?: (body: Body) => Selected,
  placeholderData?: typeof keepPreviousData,
): UseQueryResult<Selected> {
  const enabled = useSubscription(resource)
  const { queryKey, queryFn, staleTime } = liveQuery(resource)
  return useQuery({ queryKey, queryFn, staleTime, select, enabled, placeholderData })
}

/** Keeps a resource live as long as the component is there. False while frames bring it: to ask by GET would be twice. */
export function useSubscription(resource: string): boolean {
  useEffect(() => live.subscribe(resource), [resource])
  return useAsks()
}

/** Whether what is live must be asked for by GET, because no frames come. */
export function useAsks(): boolean {
  return useSyncExternalStore(live.onState, asksByGet)
}

function asksByGet(): boolean {
  return live.state.kind !== 'live'
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(live.onState, () => live.state)
}

/** Since when the connection is lost, in milliseconds of the browser's clock; null while it is not. */
export function useLostSince(): number | null {
  return useSyncExternalStore(live.onState, () => live.lostSince)
}
