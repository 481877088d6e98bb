// The rows of a filtered and sorted list that are on screen, kept live: whole pages, only those that the window touches.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { Resource } from '@/api/client'
import { liveQuery, serversResource, type ServerList, type ServerRow } from '@/api/queries'
import { useAsks, useLive } from '@/api/useLive'
import { pagesOf, type RowWindow } from '@/lib/windowing'

/** A first page of this size says how many match. */
const HEAD = 100

/** The first page of a list: what the table begins with, and whoever else wants to know how many match. */
export function headResource({ filter, sort }: Pick<Query, 'filter' | 'sort'>): Resource<ServerList> {
  return serversResource({ filter, sort, limit: HEAD })
}

export interface ServerRows {
  /** How many servers match; null before the first answer. */
  matched: number | null
  /** Rows by their place in the list, as far as they are loaded. */
  byPlace: ReadonlyMap<number, ServerRow>
  byId: ReadonlyMap<string, ServerRow>
  /** True while the rows are those of the filter or sort before. */
  previous: boolean
  error: Error | null
}

interface Query {
  filter: string | undefined
  sort: string | undefined
  window: RowWindow
}

export function useServerRows({ filter, sort, window }: Query): ServerRows {
  const { size, first, last } = pagesOf(window)
  const upper = serversResource({ filter, sort, offset: first, limit: size })
  const { data: firstPage } = useLive(upper)
  const { data: lastPage } = useLive(serversResource({ filter, sort, offset: last, limit: size }))
  // While a new filter is on its way, the old rows stay.
  const head = useHead({ filter, sort, live: upper })

  return useMemo(() => {
    const byPlace = new Map<number, ServerRow>()
    const byId = new Map<string, ServerRow>()
    for (const page of [head.data, firstPage, lastPage]) {
      page?.servers.forEach((row, index) => {
        byPlace.set(page.offset + index, row)
        byId.set(row.id, row)
      })
    }
    const matched = (firstPage ?? lastPage ?? head.data)?.matched ?? null
    return { matched, byPlace, byId, previous: head.isPlaceholderData, error: head.error }
  }, [head.data, head.isPlaceholderData, head.error, firstPage, lastPage])
}

/** The first rows, or those of the filter before. `live` is the resource that frames bring. */
function useHead({ filter, sort, live }: { filter: string | undefined; sort: string | undefined; live: string }) {
  const resource = headResource({ filter, sort })
  const { queryKey, queryFn, staleTime } = liveQuery(resource)
  const asks = useAsks()
  return useQuery({
    queryKey,
    queryFn,
    staleTime,
    enabled: asks || resource !== live,
    placeholderData: keepPreviousData,
  })
}
