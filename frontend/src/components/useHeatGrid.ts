// The cells of the fleet map: from the gateway's live map where the whole of a large fleet is shown, else from its rows.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'

import { fleetColumnsQuery } from '@/api/fleetColumns'
import { mapResource } from '@/api/fleetMap'
import { live } from '@/api/gateway'
import { liveQuery } from '@/api/queries'
import type { HeatMetric } from '@/components/heatMetrics'
import { gridOfColumns, gridOfMap, LARGE_FLEET } from '@/components/heatSources'
import type { HeatGrid } from '@/lib/heatGrid'

interface HeatQuery {
  filter: string | undefined
  /** Servers in the fleet, whatever the filter. */
  total: number
  metric: HeatMetric
  group: string | undefined
}

export function useHeatGrid({ filter, total, metric, group }: HeatQuery): {
  grid: HeatGrid | null
  error: Error | null
} {
  // The map knows no filter; what a filter leaves of a large fleet is few, or asked for seldom.
  const large = filter === undefined && total > LARGE_FLEET
  const resource = mapResource({ by: metric === 'status' ? 'severity' : metric, group })
  useEffect(() => (large ? live.subscribe(resource) : undefined), [large, resource])
  const { queryKey, queryFn, staleTime } = liveQuery(resource)
  const map = useQuery({ queryKey, queryFn, staleTime, enabled: large, structuralSharing: false })
  const columns = useQuery({ ...fleetColumnsQuery(filter), enabled: !large })
  const grid = useMemo(() => {
    if (large) return map.data ? gridOfMap(map.data, metric) : null
    return columns.data ? gridOfColumns(columns.data, metric, group) : null
  }, [large, map.data, columns.data, metric, group])
  return { grid, error: large ? map.error : columns.error }
}
