// The rows of a filtered and sorted list that are on screen, kept live: whole pages, only those that the window touches.
import { keepPreviousData, useQuery } from '@tanstack/react-query'

import { liveQuery, serversResource, type ServerRow } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { pagesOf, type RowWindow } from '@/lib/windowing'

/** A first page of this size says how many match. */
const HEAD = 100

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
  const { data: firstPage } = useLive(serversResource({ filter, sort, offset: first, limit: size }))
  const { data: lastPage } = useLive(serversResource({ filter, sort, offset: last, limit: size }))
  // While a new filter is on its way, the old rows stay.
  const { queryKey, queryFn, staleTime } = liveQuery(serversResource({ filter, sort, limit: HEAD }))
  const head = useQuery({ queryKey, queryFn, staleTime, placeholderData: keepPreviousData })

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
}
