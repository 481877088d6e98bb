// The two ways to a heat map's cells: the gateway's map of a large fleet, and the rows of one that fits in a page.
import type { FleetColumns } from '@/api/fleetColumns'
import { groupColumns, STATUSES } from '@/api/fleetColumns'
import { LEVELS, type FleetMap } from '@/api/fleetMap'
import type { HeatMetric } from '@/components/heatMetrics'
import { figuresOf, type HeatGrid, type HeatGroup } from '@/lib/heatGrid'

/** From here on the map is asked for instead of the rows. */
export const LARGE_FLEET = 1000

/** One for all: making one for each comparison takes longer than the comparing. */
const byName = new Intl.Collator('en', { numeric: true })

export function gridOfColumns(columns: FleetColumns, metric: HeatMetric, label: string | undefined): HeatGrid {
  const { size, ids, names, status } = columns
  const values = metric === 'status' ? null : columns.metrics[metric]
  const groups = groupColumns(columns, label).map(({ name, indexes }) => ({
    name,
    indexes,
    ...figuresOf(indexes, values, status),
  }))
  return { size, ids, names, status, values, groups }
}

export function gridOfMap(map: FleetMap, metric: HeatMetric): HeatGrid {
  const { ids, names, group_of } = map.servers ?? { ids: [], names: [], group_of: null }
  const size = ids.length
  const status = new Uint8Array(size)
  for (const index of map.status.stale) status[index] = STATUSES.indexOf('stale')
  for (const index of map.status.down) status[index] = STATUSES.indexOf('down')
  const values = metric === 'status' ? null : Float32Array.from(map.levels, (level) => valueOf(map, level))
  return { size, ids, names, status, values, groups: groupsOf(map, group_of, size, values, status) }
}

function valueOf({ low, high }: FleetMap, level: number): number {
  return level < 0 ? Number.NaN : low + (level / LEVELS) * (high - low)
}

/** The gateway's own figures of a group: it has the values, here are only their levels. */
function groupsOf(
  map: FleetMap,
  groupOf: readonly number[] | null,
  size: number,
  values: Float32Array | null,
  status: Uint8Array,
): HeatGroup[] {
  if (groupOf === null || map.groups.length === 0) {
    const indexes = Array.from({ length: size }, (_, index) => index)
    return [{ name: '', indexes, ...figuresOf(indexes, values, status) }]
  }
  const indexes = map.groups.map((): number[] => [])
  groupOf.forEach((group, index) => indexes[group]?.push(index))
  return map.groups
    .map(({ name, count, mean, p95, maximum, worst_status }, place) => ({
      name,
      indexes: indexes[place] ?? [],
      count,
      mean,
      p95,
      maximum,
      status: STATUSES.indexOf(worst_status),
    }))
    .toSorted((a, b) => byName.compare(a.name, b.name))
}
