// The whole fleet as the gateway's map tells it: names once, then a level per server and tick.
import type { Resource } from '@/api/client'
import type { ServerStatus } from '@/api/queries'

/** A value per group of servers, in the unit of the map's column. */
export interface MapGroup {
  name: string
  count: number
  minimum: number | null
  mean: number | null
  p95: number | null
  maximum: number | null
  worst_status: ServerStatus
}

export interface FleetMap {
  at: number
  age_seconds: number
  stale: boolean
  interval_seconds: number
  by: string
  group: string | null
  unit: string
  low: number
  high: number
  /** Changes with membership or order. */
  generation: number
  /** Null in a frame whose generation is that of the frame before. */
  servers: { ids: string[]; names: string[]; group_of: number[] | null } | null
  /** Hundredths between `low` and `high`; -1 is no value. */
  levels: number[]
  status: { stale: number[]; down: number[] }
  firing: number[]
  groups: MapGroup[]
}

/** Steps between the lowest and the highest level. */
export const LEVELS = 99

export const MAP_PATH = '/api/v1/map'

export function mapResource({ by, group }: { by: string; group: string | undefined }): Resource<FleetMap> {
  return `${MAP_PATH}?by=${encodeURIComponent(by)}${group === undefined ? '' : `&group=${encodeURIComponent(group)}`}`
}

/** A frame with the names of the one before, where they are the same; undefined when they are not known yet. */
export function continueMap(known: FleetMap | undefined, frame: FleetMap): FleetMap | undefined {
  if (frame.servers !== null) return frame
  return known?.servers && known.generation === frame.generation ? { ...frame, servers: known.servers } : known
}
