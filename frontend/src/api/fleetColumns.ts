// The whole fleet in columns, for heat maps: names and numbers side by side, no object per server.
import { queryOptions } from '@tanstack/react-query'

import { get } from '@/api/client'
import { serversResource, type ServerRow, type ServerStatus } from '@/api/queries'
import { ratio } from '@/lib/units'

export const STATUSES: readonly ServerStatus[] = ['up', 'stale', 'down']

/** What a heat map can colour by, besides the status. Not-a-number is missing. */
export const METRICS = {
  cpu: (row) => row.cpu_ratio,
  memory: (row) => ratio(row.memory_used_bytes, row.memory_total_bytes),
  filesystem: (row) => row.filesystem?.used_ratio ?? null,
  gpu: (row) => row.gpu?.utilization_ratio ?? null,
} satisfies Record<string, (row: ServerRow) => number | null>

export type Metric = keyof typeof METRICS

export interface FleetColumns {
  size: number
  ids: string[]
  names: string[]
  /** Index into `STATUSES`. */
  status: Uint8Array
  metrics: Record<Metric, Float32Array>
  /** Labels by key; an empty string where a server has none. */
  labels: Record<string, string[]>
}

const PAGE = 1000
const TICK_MS = 5_000
/** A large fleet is many pages: asked for less often. */
const LARGE_MS = 30_000

/** All servers that match, by name, so that a server's cell stays where it is. */
export function fleetColumnsQuery(filter: string | undefined) {
  return queryOptions({
    queryKey: ['columns', filter ?? ''] as const,
    queryFn: ({ signal }) => loadColumns(filter, signal),
    refetchInterval: ({ state }) => ((state.data?.size ?? 0) > PAGE ? LARGE_MS : TICK_MS),
    staleTime: TICK_MS,
    gcTime: 60_000,
    // Typed arrays are new each time; comparing them costs more than drawing them.
    structuralSharing: false,
    // Cells stay while the next filter's are on their way.
    placeholderData: (previous) => previous,
  })
}

/** Page after page: rows become columns at once, so that no more than one page of objects is held. */
async function loadColumns(filter: string | undefined, signal: AbortSignal): Promise<FleetColumns> {
  const ask = (offset: number) => get(serversResource({ filter, sort: 'name', offset, limit: PAGE }), signal)
  let page = await ask(0)
  const columns = emptyColumns(page.matched)
  fill(columns, 0, page.servers)
  for (let offset = PAGE; offset < columns.size; offset += PAGE) {
    page = await ask(offset)
    fill(columns, offset, page.servers)
  }
  return columns
}

export function emptyColumns(size: number): FleetColumns {
  const metrics = Object.fromEntries(Object.keys(METRICS).map((it) => [it, new Float32Array(size).fill(Number.NaN)]))
  return {
    size,
    ids: Array.from({ length: size }, () => ''),
    names: Array.from({ length: size }, () => ''),
    status: new Uint8Array(size),
    metrics: metrics as Record<Metric, Float32Array>,
    labels: {},
  }
}

export function fill(columns: FleetColumns, offset: number, rows: readonly ServerRow[]): void {
  rows.forEach((row, place) => {
    const index = offset + place
    // The fleet may have grown since the first page told its size.
    if (index >= columns.size) return
    columns.ids[index] = row.id
    columns.names[index] = row.name
    columns.status[index] = STATUSES.indexOf(row.status)
    for (const [name, value] of Object.entries(METRICS)) {
      columns.metrics[name as Metric][index] = value(row) ?? Number.NaN
    }
    for (const [key, value] of Object.entries(row.labels)) {
      const column = (columns.labels[key] ??= Array.from({ length: columns.size }, () => ''))
      column[index] = value
    }
  })
}

/** The indexes of each group, groups by name; all in one when there is nothing to group by. */
export function groupColumns(columns: FleetColumns, label: string | undefined): { name: string; indexes: number[] }[] {
  const all = Array.from({ length: columns.size }, (_, index) => index)
  const values = label === undefined ? undefined : columns.labels[label]
  if (!values) return [{ name: '', indexes: all }]
  const groups = new Map<string, number[]>()
  for (const index of all) {
    const name = values[index] ?? ''
    const group = groups.get(name)
    if (group) group.push(index)
    else groups.set(name, [index])
  }
  return [...groups]
    .map(([name, indexes]) => ({ name, indexes }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}
