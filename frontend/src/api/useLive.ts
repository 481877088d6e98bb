// Live resources and the connection's state, for components.
import { useQuery, type keepPreviousData, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

import type { Resource } from '@/api/client'
import { live } from '@/api/gateway'
import type { LiveState } from '@/api/live'
import { liveQuery } from '@/api/queries'

/** The newest answer of a resource, kept live as long as the component is there. */
export function useLive<Body>(resource: Resource<Body>): UseQueryResult<Body> {
  const enabled = useSubscription(resource)
  const { queryKey, queryFn, staleTime } = liveQuery(resource)
  // Without `select`: what it selects is compared with what it selected before, all of it, also when that was another list.
  return useQuery({ queryKey, queryFn, staleTime, enabled })
}

/**
 * A part of the newest answer: a frame that leaves the part as it was draws nothing. What stands where another resource
 * is still on its way, such as the part of the one before, is `placeholderData`.
 */
export function useLiveSelected<Body, Selected>(
  resource: Resource<Body>,
  select: (body: Body) => Selected,
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
