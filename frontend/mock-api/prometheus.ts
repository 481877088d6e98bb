// The gateway's Prometheus API, as far as the pages ask: figures of the mock fleet for the expressions that they use.
import type { ServerRow } from '../src/api/queries.ts'
import { wander } from './noise.ts'

type Labels = Record<string, string>
type Sample = [labels: Labels, value: number]

const JOBS: readonly Sample[] = [
  [{ job: 'gateway' }, 1],
  [{ job: 'prometheus' }, 1],
]

const RULES = [
  {
    name: 'InstanceDown',
    query: 'up == 0',
    duration: 60,
    severity: 'critical',
    summary: '{{ $labels.instance }} has not answered for a minute',
  },
  {
    name: 'FilesystemAlmostFull',
    query: 'instance:node_filesystem_used:ratio > 0.95',
    duration: 300,
    severity: 'warning',
    summary: 'A filesystem is almost full',
  },
  {
    name: 'CpuBusy',
    query: 'instance:node_cpu_utilization:ratio > 0.9',
    duration: 900,
    severity: 'warning',
    summary: 'The CPUs are busy',
  },
  {
    name: 'ClockSkew',
    query: 'abs(node_time_seconds - timestamp(node_time_seconds)) > 5',
    duration: 120,
    severity: 'warning',
    summary: 'The clock is off',
  },
  {
    name: 'GpuHot',
    query: 'DCGM_FI_DEV_GPU_TEMP >= 87',
    duration: 300,
    severity: 'warning',
    summary: 'A GPU is too hot',
  },
] as const

/** Answers what is below `/prometheus/api/v1/`; null for what no page asks. */
export function answerPromql(url: URL, rows: readonly ServerRow[], now: number): unknown {
  const query = url.searchParams.get('query') ?? ''
  if (url.pathname.endsWith('/rules')) return success({ groups: [{ name: 'all', rules: rules(rows) }] })
  if (url.pathname.endsWith('/query_range')) return success(matrix(query, url.searchParams, rows))
  if (url.pathname.endsWith('/query')) return success(vector(query, rows, now))
  return null
}

function success(data: unknown) {
  return { status: 'success', data }
}

function rules(rows: readonly ServerRow[]) {
  const firing = new Set(rows.some((it) => it.status === 'down') ? ['InstanceDown', 'FilesystemAlmostFull'] : [])
  return RULES.map(({ name, query, duration, severity, summary }) => ({
    type: 'alerting',
    name,
    query,
    duration,
    labels: { severity },
    annotations: { summary },
    state: firing.has(name) ? 'firing' : name === 'CpuBusy' && firing.size > 0 ? 'pending' : 'inactive',
    health: 'ok',
    alerts: [],
  }))
}

/** Values now, by what the expression asks to be told apart. */
function vector(query: string, rows: readonly ServerRow[], now: number) {
  return {
    resultType: 'vector',
    result: samplesOf(query, rows).map(([metric, value]) => ({ metric, value: [now, String(value)] })),
  }
}

function samplesOf(query: string, rows: readonly ServerRow[]): readonly Sample[] {
  const down = rows.filter((it) => it.status === 'down').length
  if (query.includes('node_time_seconds')) {
    return rows.slice(0, 5).map((row, index): Sample => [{ instance: row.instance, job: row.job }, 0.4 / (index + 1)])
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
  if (!query.includes('by (job)')) return [[{}, 12]]
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

function matrix(query: string, search: URLSearchParams, rows: readonly ServerRow[]) {
  const [start, end, step] = ['start', 'end', 'step'].map((it) => Number(search.get(it))) as [number, number, number]
  const points = (at: (time: number, index: number) => number | null) => {
    const values: [number, string][] = []
    for (let time = start, index = 0; time <= end; time += step, index += 1) {
      const value = at(time, index)
      if (value !== null) values.push([time, String(value)])
    }
    return values
  }
  const result = linesOf(query, rows).map(([metric, at]) => ({ metric, values: points(at) }))
  return { resultType: 'matrix', result }
}

type At = (time: number, index: number) => number | null

function linesOf(query: string, rows: readonly ServerRow[]): [Labels, At][] {
  const down = rows.find((it) => it.status === 'down')
  if (query.includes('ALERTS')) {
    if (!down) return []
    const name = (rule: string, instance: string): Labels =>
      query.includes('(instance)') ? { instance } : { alertname: rule }
    return [
      [name('InstanceDown', down.instance), (_, index) => (index % 90 > 80 ? 1 : null)],
      [name('FilesystemAlmostFull', 'hot-1:9100'), (_, index) => (index > 300 ? 1 : null)],
    ]
  }
  const cpu: At = (time) => 0.5 + 0.4 * wander(7, time, 600)
  const instances = /instance=~"([^"]*)"/.exec(query)?.[1]
  if (instances === undefined) {
    const instance = /instance="([^"]*)"/.exec(query)?.[1] ?? 'hot-1:9100'
    return [[{ instance, job: 'node' }, cpu]]
  }
  const wanted = new Set(instances.replaceAll('\\\\', '').split('|'))
  return rows
    .filter((it) => wanted.has(it.instance) && it.status !== 'down')
    .map((row, index) => [{ instance: row.instance, job: row.job }, (time) => 0.5 + 0.4 * wander(index, time, 600)])
}
