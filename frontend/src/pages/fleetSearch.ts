// What the URL of the fleet page says.
import { isHeatMetric, type HeatMetric } from '@/components/heatMetrics'

export interface FleetSearch {
  filter?: string | undefined
  sort?: string | undefined
  /** What the map is coloured by. */
  color?: HeatMetric | undefined
  /** The label that the map and the table are grouped by. */
  group?: string | undefined
  /** Names of the groups whose servers are shown, with commas between. */
  open?: string | undefined
  /** Ids of the table's columns, with commas between. */
  columns?: string | undefined
  /** It hangs on a wall: all that fits on the screen, and nothing to press. */
  kiosk?: string | undefined
}

export function parseFleetSearch(search: Record<string, unknown>): FleetSearch {
  return {
    filter: text(search.filter),
    sort: text(search.sort),
    color: isHeatMetric(search.color) ? search.color : undefined,
    group: text(search.group),
    open: text(search.open),
    columns: text(search.columns),
    kiosk: search.kiosk === undefined ? undefined : '',
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
