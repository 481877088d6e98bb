// `/api/v1/map`: a level per server, names apart.
import type { FleetMap } from '../src/api/fleetMap.ts'
import type { ServerRow, ServerStatus } from '../src/api/queries.ts'
import { BadParameter, byName, isColumn, valueIn } from './filter.ts'

const WORST: readonly ServerStatus[] = ['up', 'stale', 'down']
const LEVELS = 99

export function makeMap(
  rows: readonly ServerRow[],
  by: string,
  group: string | null,
): Omit<FleetMap, 'at' | 'age_seconds' | 'stale' | 'interval_seconds'> {
  if (!isColumn(by)) throw new BadParameter('by', `there is no column \`${by}\``)
  const sorted = rows.toSorted((a, b) => byName.compare(a.name, b.name))
  const values = sorted.map((row) => {
    const value = valueIn(by, row)
    return typeof value === 'number' ? value : null
  })
  const names = group === null ? [] : [...new Set(sorted.map((it) => it.labels[group] ?? ''))].toSorted()
  const groupOf = group === null ? null : sorted.map((it) => names.indexOf(it.labels[group] ?? ''))
  const members = names.map((): number[] => [])
  groupOf?.forEach((place, index) => members[place]?.push(index))
  return {
    by,
    group,
    unit: 'ratio',
    low: 0,
    high: 1,
    // A scenario's members never change, and no two scenarios with a map have as many.
    generation: rows.length,
    servers: { ids: sorted.map((it) => it.id), names: sorted.map((it) => it.name), group_of: groupOf },
    levels: values.map((it) => (it === null ? -1 : Math.round(Math.min(1, Math.max(0, it)) * LEVELS))),
    status: { stale: places(sorted, 'stale'), down: places(sorted, 'down') },
    firing: sorted.flatMap((it, index) => (it.alerts.firing > 0 ? [index] : [])),
    groups: names.map((name, place) => groupFigures(name, members[place] ?? [], values, sorted)),
  }
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
