// `/api/v1/map`: a level per server that matches, names apart.
import type { FleetMap } from '../src/api/fleetMap.ts'
import type { ServerRow, ServerStatus } from '../src/api/queries.ts'
import { BadParameter, byName, filterRows, isColumn, valueIn, type Column } from './filter.ts'

const WORST: readonly ServerStatus[] = ['up', 'stale', 'down']
const LEVELS = 99

/** Columns that are no ratios: their scale is that of the moment. */
const UNITS: Partial<Record<Column, FleetMap['unit']>> = {
  load: 'count',
  network: 'bytes_per_second',
  disk: 'bytes_per_second',
  temperature: 'celsius',
  'gpu.temperature': 'celsius',
  gpus: 'count',
  alerts: 'count',
  uptime: 'seconds',
}

export function makeMap(
  rows: readonly ServerRow[],
  by: string,
  group: string | null,
  filter: string,
): Omit<FleetMap, 'at' | 'age_seconds' | 'stale' | 'interval_seconds'> {
  if (!isColumn(by)) throw new BadParameter('by', `there is no column \`${by}\``)
  const sorted = filterRows(rows, filter).toSorted((a, b) => byName.compare(a.name, b.name))
  const values = sorted.map((row) => {
    const value = valueIn(by, row)
    return typeof value === 'number' ? value : null
  })
  const names = group === null ? [] : [...new Set(sorted.map((it) => it.labels[group] ?? ''))].toSorted()
  const groupOf = group === null ? null : sorted.map((it) => names.indexOf(it.labels[group] ?? ''))
  const members = names.map((): number[] => [])
  groupOf?.forEach((place, index) => members[place]?.push(index))
  const unit = UNITS[by] ?? 'ratio'
  const known = values.filter((it) => it !== null)
  const [low, high] = unit === 'ratio' || known.length === 0 ? [0, 1] : extent(known)
  return {
    by,
    group,
    unit,
    low,
    high,
    generation: generationOf(sorted),
    servers: { ids: sorted.map((it) => it.id), names: sorted.map((it) => it.name), group_of: groupOf },
    levels: values.map((it) => (it === null ? -1 : levelOf(it, low, high))),
    status: { stale: places(sorted, 'stale'), down: places(sorted, 'down') },
    firing: sorted.flatMap((it, index) => (it.alerts.firing > 0 ? [index] : [])),
    groups: names.map((name, place) => groupFigures(name, members[place] ?? [], values, sorted)),
  }
}

function extent(values: readonly number[]): [low: number, high: number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
}

function levelOf(value: number, low: number, high: number): number {
  return high > low ? Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * LEVELS) : 0
}

/** The same for the same servers in the same order. */
function generationOf(rows: readonly ServerRow[]): number {
  let generation = 7
  for (const { id } of rows) {
    for (let at = 0; at < id.length; at += 1) generation = (Math.imul(generation, 31) + id.charCodeAt(at)) >>> 0
  }
  return generation
}

function places(rows: readonly ServerRow[], status: ServerStatus): number[] {
  return rows.flatMap((it, index) => (it.status === status ? [index] : []))
}

function groupFigures(
  name: string,
  members: readonly number[],
  values: readonly (number | null)[],
  rows: readonly ServerRow[],
): FleetMap['groups'][number] {
  const known = members
    .map((it) => values[it] ?? null)
    .filter((it) => it !== null)
    .toSorted((a, b) => a - b)
  const worst = Math.max(...members.map((it) => WORST.indexOf(rows[it]?.status ?? 'up')))
  return {
    name,
    count: members.length,
    minimum: known[0] ?? null,
    mean: known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length,
    p95: known[Math.ceil(known.length * 0.95) - 1] ?? null,
    maximum: known.at(-1) ?? null,
    worst_status: WORST[worst] ?? 'up',
  }
}
