// Prometheus' API behind the mock gateway: enough of it for what the pages ask and for what a person writes in Explore.
// An expression is not evaluated. What a page asks has figures made for it; of any other the first metric that it names is
// measured, for the servers that its matchers allow.
import type { ServerRow } from '../src/api/queries.ts'
import { alertsOf } from './alerts.ts'
import { curvesOf, figuresOf, type Curve, type Figure, type Labels } from './figures.ts'
import type { MockServer } from './fleet.ts'
import { listRules } from './rules.ts'
import * as measure from './values.ts'

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
  'instance:node_cpu_utilization:ratio': { help: 'Busy share of all cores.', type: 'gauge', value: measure.cpuRatio },
  'instance:node_filesystem_used:ratio': {
    help: 'Used share of the fullest filesystem.',
    type: 'gauge',
    value: (it, time) => measure.mounts(it, time)[0]?.ratio ?? Number.NaN,
  },
}

export class MockPromql {
  readonly #servers: readonly MockServer[]
  readonly #rows: () => readonly ServerRow[]
  readonly #now: () => number
  /** Questions that were asked before are answered from the cache. */
  readonly #asked = new Set<string>()

  /** @param rows of the newest snapshot */
  constructor(servers: readonly MockServer[], rows: () => readonly ServerRow[], now: () => number) {
    this.#servers = servers
    this.#rows = rows
    this.#now = now
  }

  answer(path: string, search: URLSearchParams): PromqlReply {
    const endpoint = path.replace('/prometheus/api/v1/', '')
    if (endpoint === 'query_range') return this.#query(search, (expression) => this.#range(expression, search))
    if (endpoint === 'query') return this.#query(search, (expression) => this.#instant(expression, search))
    if (endpoint === 'rules') return success({ groups: [{ name: 'all', rules: listRules(this.#rows()) }] })
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
    const curves = curvesOf(expression, this.#rows()) ?? this.#curves(expression)
    const result = curves.map(([metric, at]) => ({
      metric,
      values: times.flatMap((time, index) => {
        const value = at(time, index)
        return value === null ? [] : [[time, String(value)]]
      }),
    }))
    return { resultType: 'matrix', result: result.filter((it) => it.values.length > 0) }
  }

  #instant(expression: string, search: URLSearchParams) {
    const time = Number(search.get('time') ?? this.#now())
    const figures = figuresOf(expression, this.#rows()) ?? this.#figures(expression, time)
    return {
      resultType: 'vector',
      result: figures.map(([metric, value]) => ({ metric, value: [time, String(value)] })),
    }
  }

  #figures(expression: string, time: number): Figure[] {
    return this.#curves(expression).flatMap(([metric, at]) => {
      const value = at(time, 0)
      return value === null ? [] : [[metric, value] satisfies Figure]
    })
  }

  #curves(expression: string): Curve[] {
    const servers = this.#servers.filter((it) => isMeant(expression, it))
    if (/\bALERTS\b/.test(expression)) {
      return servers.flatMap((server) =>
        alertsOf(server, this.#now())
          .filter((it) => it.state === 'firing')
          .map(({ name, since }): Curve => [
            { ...labelsOf('ALERTS', server), alertname: name },
            (time) => (time >= (since ?? 0) ? 1 : null),
          ]),
      )
    }
    const name = Object.keys(METRICS).find((it) => new RegExp(`(?<![\\w:])${it}(?![\\w:])`).test(expression))
    const metric = name === undefined ? undefined : METRICS[name]
    if (name === undefined || metric === undefined) return []
    return servers.map((server) => [labelsOf(name, server), (time) => metric.value(server, time)])
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
