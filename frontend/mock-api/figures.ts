// Figures of the mock fleet for the expressions that pages ask: an expression is known by what it names, not evaluated.
import type { ServerRow } from '../src/api/queries.ts'
import { wander } from './noise.ts'

export type Labels = Record<string, string>
export type Figure = [labels: Labels, value: number]
/** A line over time; null where it has a gap. `index` counts the steps from the start of the range. */
export type Curve = [labels: Labels, at: (time: number, index: number) => number | null]

const JOBS: readonly Figure[] = [
  [{ job: 'gateway' }, 1],
  [{ job: 'prometheus' }, 1],
]

/** Values now, by what the expression asks to be told apart; null for one that no page asks. */
export function figuresOf(query: string, rows: readonly ServerRow[]): readonly Figure[] | null {
  const down = rows.filter((it) => it.status === 'down').length
  if (query.includes('node_time_seconds')) {
    return rows.slice(0, 5).map((row, index): Figure => [{ instance: row.instance, job: row.job }, 0.4 / (index + 1)])
  }
  if (query.includes('collector_duration'))
    return [
      [{ collector: 'filesystem' }, 0.021],
      [{ collector: 'cpu' }, 0.002],
    ]
  if (query.includes('offset 1h')) return [[{ collector: 'filesystem' }, 1]]
  if (query.includes('by (collector)'))
    return [
      [{ collector: 'filesystem' }, 1],
      [{ collector: 'nfs' }, rows.length],
    ]
  const told = /^node_network_address_info\{instance="([^"]*)"/.exec(query)?.[1]
  if (told !== undefined) return addressesOf(told)
  if (query.includes('sightline_gateway_')) return [[{}, 12]]
  if (!query.includes('by (job)')) return null
  if (query.startsWith('count')) return [[{ job: 'node' }, rows.length], ...JOBS]
  if (query.includes('scrape_duration'))
    return [
      [{ job: 'node' }, 0.018],
      [{ job: 'gateway' }, 0.002],
      [{ job: 'prometheus' }, 0.005],
    ]
  if (query.includes('timestamp(up)'))
    return [
      [{ job: 'node' }, 3.2],
      [{ job: 'gateway' }, 1.1],
      [{ job: 'prometheus' }, 4],
    ]
  if (query.includes('samples'))
    return [
      [{ job: 'node' }, rows.length * 850],
      [{ job: 'gateway' }, 900],
      [{ job: 'prometheus' }, 1100],
    ]
  return [[{ job: 'node' }, rows.length - down], ...JOBS]
}

/** One server's exporter tells no addresses, as all do unless they are asked to. */
function addressesOf(instance: string): readonly Figure[] {
  if (instance.startsWith('half-1')) return []
  return [
    [{ address: '10.0.3.7', device: 'eth0', scope: 'global' }, 1],
    [{ address: '2001:db8::3:7', device: 'eth0', scope: 'global' }, 1],
  ]
}

/** Lines over time; null for an expression that no page asks. */
export function curvesOf(query: string, rows: readonly ServerRow[]): readonly Curve[] | null {
  if (/^count by \(\w+\) \(ALERTS/.test(query)) return alertCurves(query, rows)
  if (query.includes('"total"')) return totalsOf(query)
  const instances = /instance=~"([^"]*)"/.exec(query)?.[1]
  return instances === undefined ? null : trendsOf(instances, rows)
}

function alertCurves(query: string, rows: readonly ServerRow[]): readonly Curve[] {
  const down = rows.find((it) => it.status === 'down')
  if (!down) return []
  const name = (rule: string, instance: string): Labels =>
    query.includes('(instance)') ? { instance } : { alertname: rule }
  return [
    [name('InstanceDown', down.instance), (_, index) => (index % 90 > 80 ? 1 : null)],
    [name('FilesystemAlmostFull', 'hot-1:9100'), (_, index) => (index > 300 ? 1 : null)],
  ]
}

/** The totals that a question names; without recording rules for disks, so that both ways are gone. */
function totalsOf(query: string): readonly Curve[] {
  const names = [...query.matchAll(/"total", "(\w+)"/g)].map((it) => it[1] ?? '')
  const recorded = query.includes('instance:')
  return names
    .filter((name) => !(recorded && name === 'disk'))
    .map((name, index) => [{ total: name }, (time) => 0.3 + 0.4 * wander(50 + index, time, 900)])
}

function trendsOf(instances: string, rows: readonly ServerRow[]): readonly Curve[] {
  const wanted = new Set(instances.replaceAll('\\\\', '').split('|'))
  return rows
    .filter((it) => wanted.has(it.instance) && it.status !== 'down')
    .map((row, index) => [{ instance: row.instance, job: row.job }, (time) => 0.5 + 0.4 * wander(index, time, 600)])
}
