// The cells of the fleet map, live: what the filter leaves of the fleet, by a metric and in groups.
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import { mapResource } from '@/api/fleetMap'
import { liveQuery } from '@/api/queries'
import { useSubscription } from '@/api/useLive'
import type { HeatMetric } from '@/components/heatMetrics'
import { gridOfMap } from '@/components/heatOfMap'
import { sameGrid, type HeatGrid } from '@/lib/heatGrid'

interface HeatQuery {
  filter: string | undefined
  metric: HeatMetric
  group: string | undefined
}

export function useHeatGrid({ filter, metric, group }: HeatQuery): { grid: HeatGrid | null; error: Error | null } {
  const by = metric === 'status' ? 'severity' : metric
  const resource = mapResource({ by, group, filter })
  const enabled = useSubscription(resource)
  const { queryKey, queryFn, staleTime } = liveQuery(resource)
  const { data, error } = useQuery({
    queryKey,
    queryFn,
    staleTime,
    enabled,
    // Ten thousand levels are new each time; comparing them costs more than drawing them.
    structuralSharing: false,
    // Cells stay while another filter's are on their way, but not in the colours of another metric.
    placeholderData: (known) => (known?.by === by && known.group === (group ?? null) ? known : undefined),
  })
  const newest = useMemo(() => (data ? gridOfMap(data, metric) : null), [data, metric])
  // One letter more often leaves every cell: then nothing is drawn or counted anew.
  const [grid, setGrid] = useState(newest)
  // Remembered, for the pointer over the map draws its page again and again.
  const same = useMemo(() => newest === grid || (newest && grid && sameGrid(newest, grid)), [newest, grid])
  if (!same) setGrid(newest)
  return { grid, error }
}
