// Prometheus' API behind the mock gateway: enough of it for the Explore page and the events of a server's page.
// An expression is not evaluated: the first metric that it names is measured, for the servers that its matchers allow.
import { alertsOf } from './alerts.ts'
import type { MockServer } from './fleet.ts'
import * as measure from './values.ts'

type Labels = Record<string, string>

export interface PromqlReply {
  status: number
  body: unknown
  cache: 'hit' | 'miss' | 'bypass'
}

const METRICS: Record<string, { help: string; type: string; value: (server: MockServer, time: number) => number }> = {
  up: { help: 'Whether the scrape succeeded.', type: 'gauge', value: (it) => (it.condition === 'down' ? 0 : 1) },
  node_load1: { help: '1m load average.', type: 'gauge', value: (it, time) => measure.load(it, time, 60) },
  node_cpu_seconds_total: { help: 'Seconds the CPUs spent in each mode.', type: 'counter', value: measure.cpuRatio },
  node_memory_MemAvailable_bytes: {
    help: 'Memory that programs could have.',
    type: 'gauge',
    value: (it, time) => it.memoryBytes - measure.memoryUsed(it, time),
  },
  node_boot_time_seconds: { help: 'When the system booted.', type: 'gauge', value: (it) => it.bootedAt },
}

export class MockPromql {
  readonly #servers: readonly MockServer[]
  readonly #now: () => number
  /** Questions that were asked before are answered from the cache. */
  readonly #asked = new Set<string>()

  constructor(servers: readonly MockServer[], now: () => number) {
    this.#servers = servers
    this.#now = now
  }

  answer(path: string, search: URLSearchParams): PromqlReply {
    const endpoint = path.replace('/prometheus/api/v1/', '')
    if (endpoint === 'query_range') return this.#query(search, (expression) => this.#range(expression, search))
    if (endpoint === 'query') return this.#query(search, (expression) => this.#instant(expression, search))
    if (endpoint === 'labels') return success(['__name__', 'instance', 'job'])
    if (endpoint === 'label/__name__/values') return success(Object.keys(METRICS))
    if (endpoint === 'label/instance/values') return success(this.#servers.map((it) => it.instance))
    if (endpoint === 'label/job/values') return success(['node'])
    if (endpoint === 'metadata') {
      return success(
        Object.fromEntries(Object.entries(METRICS).map(([name, { help, type }]) => [name, [{ help, type }]])),
      )
    }
    if (endpoint === 'series') return success(this.#servers.map((it) => labelsOf('up', it)))
    return refusal(404, 'not_found', `there is nothing at ${path}`)
  }

  #query(search: URLSearchParams, evaluate: (expression: string) => unknown): PromqlReply {
    const expression = search.get('query') ?? ''
    const wrong = unbalanced(expression)
    if (wrong !== null) return refusal(400, 'bad_data', `invalid parameter "query": ${wrong}`)
    const known = this.#asked.has(expression)
    this.#asked.add(expression)
    return { ...success(evaluate(expression)), cache: known ? 'hit' : 'miss' }
  }

  #range(expression: string, search: URLSearchParams) {
    const [start, end, step] = ['start', 'end', 'step'].map((it) => Number(search.get(it))) as [number, number, number]
    const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step)
    const result = this.#series(expression).map(({ metric, at }) => ({
      metric,
      values: times.flatMap((time) => {
        const value = at(time)
        return value === null ? [] : [[time, String(value)]]
      }),
    }))
    return { resultType: 'matrix', result: result.filter((it) => it.values.length > 0) }
  }

  #instant(expression: string, search: URLSearchParams) {
    const time = Number(search.get('time'))
    const result = this.#series(expression).flatMap(({ metric, at }) => {
      const value = at(time)
      return value === null ? [] : [{ metric, value: [time, String(value)] }]
    })
    return { resultType: 'vector', result }
  }

  #series(expression: string): { metric: Labels; at: (time: number) => number | null }[] {
    const servers = this.#servers.filter((it) => isMeant(expression, it))
    if (/\bALERTS\b/.test(expression)) {
      return servers.flatMap((server) =>
        alertsOf(server, this.#now())
          .filter((it) => it.state === 'firing')
          .map(({ name, since }) => ({
            metric: { ...labelsOf('ALERTS', server), alertname: name },
            at: (time: number) => (time >= (since ?? 0) ? 1 : null),
          })),
      )
    }
    const name = Object.keys(METRICS).find((it) => new RegExp(`\\b${it}\\b`).test(expression))
    const metric = name === undefined ? undefined : METRICS[name]
    if (name === undefined || metric === undefined) return []
    return servers.map((server) => ({ metric: labelsOf(name, server), at: (time) => metric.value(server, time) }))
  }
}

function labelsOf(name: string, { instance }: MockServer): Labels {
  return { __name__: name, instance, job: 'node' }
}

/** Whether the expression's matcher of `instance`, if it has one, takes the server. */
function isMeant(expression: string, { instance }: MockServer): boolean {
  const wanted = /\binstance="([^"]*)"/.exec(expression)?.[1]
  return wanted === undefined || wanted === instance
}

/** What Prometheus says of a bracket that is not closed; null when all are. */
function unbalanced(expression: string): string | null {
  const count = (bracket: string) => expression.split(bracket).length
  if (expression.trim() === '') return '1:1: parse error: no expression found in input'
  const closed = count('(') === count(')') && count('{') === count('}') && count('[') === count(']')
  return closed ? null : `1:${expression.length + 1}: parse error: unexpected end of input`
}

function success(data: unknown): PromqlReply {
  return { status: 200, body: { status: 'success', data }, cache: 'bypass' }
}

function refusal(status: number, errorType: string, error: string): PromqlReply {
  return { status, body: { status: 'error', errorType, error }, cache: 'bypass' }
}
