// The names of the labels that servers have, as far as the first of them tell.
import { useQuery } from '@tanstack/react-query'

import { liveQuery, serversResource, type ServerList } from '@/api/queries'

/** Enough to meet every label of a fleet that is labelled by rule. */
const SAMPLE = 100
const FRESH_MS = 60_000

export const labelSampleQuery = {
  ...liveQuery(serversResource({ sort: 'name', limit: SAMPLE })),
  staleTime: FRESH_MS,
}

export function useLabelNames(): readonly string[] {
  const { data } = useQuery({ ...labelSampleQuery, select: labelNames })
  return data ?? NONE
}

const NONE: readonly string[] = []

export function labelNames({ servers }: ServerList): string[] {
  return [...new Set(servers.flatMap((it) => Object.keys(it.labels)))].toSorted()
}
