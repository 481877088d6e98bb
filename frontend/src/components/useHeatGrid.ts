// The cells of the fleet map: from the gateway's live map where the whole of a large fleet is shown, else from its rows.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'

import { GatewayError, type FailureCode } from '@/api/client'
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

const REFUSED: ReadonlySet<FailureCode> = new Set(['not_found', 'bad_request'])

export function useHeatGrid({ filter, total, metric, group }: HeatQuery): {
  grid: HeatGrid | null
  error: Error | null
} {
  // The map knows no filter; what a filter leaves of a large fleet is few, or asked for seldom.
  const whole = filter === undefined && total > LARGE_FLEET
  const resource = mapResource({ by: metric === 'status' ? 'severity' : metric, group })
  useEffect(() => (whole ? live.subscribe(resource) : undefined), [whole, resource])
  const { queryKey, queryFn, staleTime } = liveQuery(resource)
  const map = useQuery({ queryKey, queryFn, staleTime, enabled: whole, structuralSharing: false })
  // Where there is no map the rows serve, slowly: a page newer than its gateway still shows the fleet.
  const large = whole && !(map.error instanceof GatewayError && REFUSED.has(map.error.code))
  const columns = useQuery({ ...fleetColumnsQuery(filter), enabled: !large })
  const grid = useMemo(() => {
    if (large) return map.data ? gridOfMap(map.data, metric) : null
    return columns.data ? gridOfColumns(columns.data, metric, group) : null
  }, [large, map.data, columns.data, metric, group])
  return { grid, error: large ? map.error : columns.error }
}
