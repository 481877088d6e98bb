// Every question to the gateway that is not history, defined once: as a resource and as a query.
import { queryOptions } from '@tanstack/react-query'

import { get, resource, type Resource, type Schemas } from '@/api/client'

export type Overview = Schemas['Overview']
export type ServerRow = Schemas['ServerRow']
export type ServerStatus = Schemas['ServerStatus']
export type ServerList = Schemas['ServerList']
export type ServerDetail = Schemas['ServerDetail']
export type Gpu = Schemas['Gpu']
export type FleetGpu = Schemas['FleetGpu']
export type GpuList = Schemas['GpuList']
export type GpuGroup = Schemas['GpuGroup']
export type GpuProcess = Schemas['GpuProcess']
export type GpuWarning = Schemas['GpuWarning']
export type Alert = Schemas['Alert']
export type AlertList = Schemas['AlertList']
export type Health = Schemas['Health']
export type Panel = Schemas['Panel']
export type PanelList = Schemas['PanelList']

export const OVERVIEW = resource('/api/v1/overview')
export const ALERTS = resource('/api/v1/alerts')
export const HEALTH = resource('/api/health')

/** The columns that the gateway sorts by. */
export type SortColumn =
  | 'name'
  | 'status'
  | 'cpu'
  | 'memory'
  | 'filesystem'
  | 'load'
  | 'network'
  | 'disk'
  | 'gpu'
  | 'gpus'
  | 'gpu.warnings'
  | 'temperature'
  | 'uptime'
  | 'alerts'
  | 'severity'

export interface ServersQuery {
  filter?: string | undefined
  /** A column, with a leading `-` for descending. Left out: worst first. */
  sort?: string | undefined
  offset?: number
  limit?: number
}

export function serversResource({ filter, sort, offset, limit }: ServersQuery): Resource<ServerList> {
  return resource('/api/v1/servers', {
    query: {
      ...(filter ? { filter } : {}),
      ...(sort ? { sort } : {}),
      ...(offset ? { offset } : {}),
      ...(limit ? { limit } : {}),
    },
  })
}

export interface GpusQuery {
  filter?: string | undefined
  sort?: string | undefined
  group?: string | undefined
  offset?: number
  limit?: number
}

export function gpusResource({ filter, sort, group, offset, limit }: GpusQuery): Resource<GpuList> {
  return resource('/api/v1/gpus', {
    query: {
      ...(filter ? { filter } : {}),
      ...(sort ? { sort } : {}),
      ...(group ? { group } : {}),
      ...(offset ? { offset } : {}),
      ...(limit ? { limit } : {}),
    },
  })
}

export function serverResource(id: string): Resource<ServerDetail> {
  return resource('/api/v1/servers/{id}', { path: { id } })
}

/** The newest answer of a resource. The live connection keeps it fresh, so it never goes stale by itself. */
export function liveQuery<Body>(resource: Resource<Body>) {
  return queryOptions({
    queryKey: ['live', resource] as const,
    queryFn: ({ signal }) => get(resource, signal),
    staleTime: Infinity,
  })
}

/** The catalogue of panels; it changes only with the gateway itself. */
export const panelsQuery = queryOptions({
  queryKey: ['panels'],
  queryFn: ({ signal }) => get(resource('/api/v1/panels'), signal),
  staleTime: 600_000,
  retry: 2,
})
