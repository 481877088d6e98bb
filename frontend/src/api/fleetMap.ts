// The fleet as the gateway's map tells it: names once, then a level per server and tick.
import { resource, type Resource, type Schemas } from '@/api/client'
import type { ServerStatus } from '@/api/queries'

export type FleetMap = Schemas['FleetMap']

/** From good to bad; what a cell's status is an index into. */
export const STATUSES: readonly ServerStatus[] = ['up', 'stale', 'down']

/** Steps between the lowest and the highest level. */
export const LEVELS = 99

export const MAP_PATH = '/api/v1/map'

export interface MapQuery {
  /** The column; the gateway refuses one that it does not know. */
  by: string
  group: string | undefined
  filter: string | undefined
}

export function mapResource({ by, group, filter }: MapQuery): Resource<FleetMap> {
  return resource(MAP_PATH, {
    query: { by, ...(group === undefined ? {} : { group }), ...(filter === undefined ? {} : { filter }) },
  })
}

/** A frame with the names of the one before, where they are the same; undefined when they are not known yet. */
export function continueMap(known: FleetMap | undefined, frame: FleetMap): FleetMap | undefined {
  if (frame.servers !== null) return frame
  return known?.servers && known.generation === frame.generation ? { ...frame, servers: known.servers } : known
}
