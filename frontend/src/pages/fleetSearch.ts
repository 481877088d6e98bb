// What the URL of the fleet page says.
import { isHeatMetric, type HeatMetric } from '@/components/heatMetrics'

export interface FleetSearch {
  filter?: string | undefined
  sort?: string | undefined
  /** What the map is coloured by. */
  color?: HeatMetric | undefined
  /** The label that the map is grouped by. */
  group?: string | undefined
}

export function parseFleetSearch(search: Record<string, unknown>): FleetSearch {
  return {
    filter: text(search.filter),
    sort: text(search.sort),
    color: isHeatMetric(search.color) ? search.color : undefined,
    group: text(search.group),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
