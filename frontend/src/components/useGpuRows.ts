// The GPUs of a filtered and sorted list that are on screen, kept live: whole pages, only those that the window touches.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { gpusResource, liveQuery, type FleetGpu, type GpuList } from '@/api/queries'
import { useLive } from '@/api/useLive'
import type { RowWindow } from '@/lib/windowing'

/** As many as the gateway gives at a time: most fleets fit in one. */
const PAGE = 1000

export interface GpuRows {
  /** The newest answer without its rows' place: totals and groups. */
  list: GpuList | undefined
  byPlace: ReadonlyMap<number, FleetGpu>
  /** Those of the first page, for the map. */
  first: readonly FleetGpu[]
  /** True while the rows are those of the filter or sort before. */
  previous: boolean
  error: Error | null
}

interface Query {
  filter: string | undefined
  sort: string | undefined
  group: string | undefined
  window: RowWindow
}

const NONE: readonly FleetGpu[] = []

export function useGpuRows({ filter, sort, group, window }: Query): GpuRows {
  const pageOf = (row: number) => Math.floor(Math.max(0, row) / PAGE) * PAGE
  const ask = (offset: number) => gpusResource({ filter, sort, group, offset, limit: PAGE })
  const { data: upper } = useLive(ask(pageOf(window.first)))
  const { data: lower } = useLive(ask(pageOf(window.end - 1)))
  // While a new filter is on its way, the old rows stay.
  const { queryKey, queryFn, staleTime } = liveQuery(ask(0))
  const head = useQuery({ queryKey, queryFn, staleTime, placeholderData: keepPreviousData })
  const byPlace = useMemo(() => {
    const rows = new Map<number, FleetGpu>()
    for (const page of [head.data, upper, lower]) {
      page?.gpus.forEach((row, index) => rows.set(page.offset + index, row))
    }
    return rows
  }, [head.data, upper, lower])
  return {
    list: upper ?? head.data,
    byPlace,
    first: head.data?.gpus ?? NONE,
    previous: head.isPlaceholderData,
    error: head.error,
  }
}
