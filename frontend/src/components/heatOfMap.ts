// From the gateway's map to the cells of a heat map.
import { LEVELS, STATUSES, type FleetMap } from '@/api/fleetMap'
import { HEAT_METRICS, type HeatMetric } from '@/components/heatMetrics'
import type { HeatGrid, HeatGroup, Scale } from '@/lib/heatGrid'

/** One for all: making one for each comparison takes longer than the comparing. */
const byName = new Intl.Collator('en', { numeric: true })

export function gridOfMap(map: FleetMap, metric: HeatMetric): HeatGrid {
  const { ids, names, group_of } = map.servers ?? { ids: [], names: [], group_of: null }
  const size = ids.length
  const status = new Uint8Array(size)
  for (const index of map.status.stale) status[index] = STATUSES.indexOf('stale')
  for (const index of map.status.down) status[index] = STATUSES.indexOf('down')
  const values = metric === 'status' ? null : Float32Array.from(map.levels, (level) => valueOf(map, level))
  return {
    size,
    ids,
    names,
    status,
    values,
    scale: scaleOf(map, metric),
    groups: groupsOf(map, group_of, size, status),
  }
}

function scaleOf({ by, unit, low, high }: FleetMap, metric: HeatMetric): Scale {
  return { unit: by === 'network' ? 'traffic' : unit, low, high, judged: HEAT_METRICS[metric].judged }
}

function valueOf({ low, high }: FleetMap, level: number): number {
  return level < 0 ? Number.NaN : low + (level / LEVELS) * (high - low)
}

/** The gateway's own figures of a group: it has the values, here are only their levels. */
function groupsOf(map: FleetMap, groupOf: readonly number[] | null, size: number, status: Uint8Array): HeatGroup[] {
  if (groupOf === null || map.groups.length === 0) {
    const indexes = Array.from({ length: size }, (_, index) => index)
    const worst = status.reduce((a, b) => Math.max(a, b), 0)
    return [{ name: '', indexes, count: size, mean: null, p95: null, maximum: null, status: worst }]
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
