// What the gateway answers to GET on each of its resources, as a function of the scenario and the time.
import type { Schemas } from '../src/api/client.ts'
import type { ServerRow } from '../src/api/queries.ts'
import { alertsOf } from './alerts.ts'
import { BadParameter, filterRows, sortRows } from './filter.ts'
import { makeFleet, type MockServer } from './fleet.ts'
import { gpuRows, listGpus, type GpuRow } from './gpuList.ts'
import { makeMap } from './map.ts'
import { makeOverview } from './overview.ts'
import { MockPromql, type PromqlReply } from './promql.ts'
import { listPanels, panelSeries } from './panels.ts'
import { emptyDetail, INTERVAL_SECONDS, makeDetail, makeRow } from './rows.ts'
import { SCENARIOS, type Scenario, type ScenarioName } from './scenarios.ts'

export interface Answer {
  status: number
  body: unknown
}

/** How long Prometheus has been away in the scenario in which it is. */
const AWAY_SECONDS = 184
const MOST_STEPS = 11_000

export class MockFleet {
  readonly scenario: Scenario
  readonly #servers: MockServer[]
  readonly #now: () => number
  /** The rows of the newest tick: a snapshot, as the gateway keeps one. */
  #snapshot: { at: number; rows: ServerRow[] } = { at: 0, rows: [] }
  #gpuSnapshot: { at: number; rows: GpuRow[] } = { at: 0, rows: [] }
  readonly #startedAt: number
  readonly #mockPromql: MockPromql

  /** @param now unix seconds; a test gives a clock that stands still. */
  constructor(name: ScenarioName, now: () => number) {
    this.scenario = SCENARIOS[name]
    this.#servers = makeFleet(this.scenario.servers)
    this.#now = now
    this.#startedAt = now()
    this.#mockPromql = new MockPromql(this.#servers, () => this.#rows(), now)
  }

  now(): number {
    return this.#now()
  }

  answer(resource: string): Answer {
    const url = new URL(resource, 'http://gateway')
    try {
      return this.#route(url) ?? failure(404, 'not_found', `there is no ${url.pathname}`)
    } catch (error) {
      if (error instanceof BadParameter) return failure(400, 'bad_request', error.message, error.parameter)
      throw error
    }
  }

  #route(url: URL): Answer | null {
    if (this.scenario.withoutSnapshot && url.pathname.startsWith('/api/v1/') && url.pathname !== '/api/v1/panels')
      return failure(503, 'unavailable', `there is no snapshot yet: ${WHY_STALE}`)
    const [, id, panel] = /^\/api\/v1\/servers\/([^/]+)(?:\/panels\/([^/]+))?$/.exec(url.pathname) ?? []
    if (id !== undefined) {
      const name = decodeURIComponent(id)
      const server = this.#servers.find((it) => it.instance === name)
      if (!server) return failure(404, 'not_found', `there is no server \`${name}\``, 'id')
      return panel === undefined
        ? this.#detail(server)
        : this.#panel(server, decodeURIComponent(panel), url.searchParams)
    }
    if (url.pathname === '/api/v1/overview') return ok(this.#overview())
    if (url.pathname === '/api/v1/servers') return ok(this.#list(url.searchParams))
    if (url.pathname === '/api/v1/gpus')
      return ok({ ...this.#times(), ...listGpus(this.#gpus(), url.searchParams) } satisfies Schemas['GpuList'])
    if (url.pathname === '/api/v1/map') {
      const { searchParams } = url
      return ok({
        ...this.#times(),
        ...makeMap(
          this.#rows(),
          searchParams.get('by') ?? 'cpu',
          searchParams.get('group'),
          searchParams.get('filter') ?? '',
        ),
      })
    }
    if (url.pathname === '/api/v1/alerts') return ok(this.#alerts())
    if (url.pathname === '/api/v1/panels')
      return ok({ panels: listPanels(), grafana_url: 'https://grafana.example.com/' } satisfies Schemas['PanelList'])
    if (url.pathname === '/api/health') return ok(this.#health())
    return null
  }

  /** What the proxy answers; the parameters are the URL's or the form's. */
  promql(path: string, search: URLSearchParams): PromqlReply {
    if (this.scenario.prometheusAway) {
      return { status: 503, body: { status: 'error', errorType: 'unavailable', error: WHY_STALE }, cache: 'bypass' }
    }
    return this.#mockPromql.answer(path, search)
  }

  #times() {
    const away = this.scenario.prometheusAway === true
    const now = this.#now()
    const newest = Math.floor(now / INTERVAL_SECONDS) * INTERVAL_SECONDS
    const at = away ? this.#startedAt - AWAY_SECONDS : newest
    return { at, age_seconds: now - at, stale: away, interval_seconds: INTERVAL_SECONDS }
  }

  #rows(): ServerRow[] {
    const { at } = this.#times()
    if (this.#snapshot.at !== at) this.#snapshot = { at, rows: this.#servers.map((it) => makeRow(it, at)) }
    return this.#snapshot.rows
  }

  #gpus(): GpuRow[] {
    const { at } = this.#times()
    if (this.#gpuSnapshot.at !== at) this.#gpuSnapshot = { at, rows: gpuRows(this.#servers, at) }
    return this.#gpuSnapshot.rows
  }

  #overview(): Schemas['Overview'] {
    const times = this.#times()
    return { ...times, error: times.stale ? WHY_STALE : null, warnings: [], ...makeOverview(this.#rows()) }
  }

  #list(search: URLSearchParams): Schemas['ServerList'] {
    const offset = count(search, 'offset', 0, 0, Number.MAX_SAFE_INTEGER)
    const limit = count(search, 'limit', 100, 1, 1000)
    const rows = this.#rows()
    const matching = sortRows(filterRows(rows, search.get('filter') ?? ''), search.get('sort'))
    return {
      ...this.#times(),
      total: rows.length,
      matched: matching.length,
      offset,
      limit,
      servers: matching.slice(offset, offset + limit),
    }
  }

  #detail(server: MockServer): Answer {
    const { at } = this.#times()
    // Nobody had this server open before Prometheus went away: only its row is known.
    const unseen = this.scenario.prometheusAway === true && server.condition === 'hot'
    return ok({
      ...this.#times(),
      server: makeRow(server, at),
      details_error: unseen ? WHY_STALE : null,
      ...(unseen ? { ...emptyDetail(server), alerts: alertsOf(server, at) } : makeDetail(server, at)),
    } satisfies Schemas['ServerDetail'])
  }

  #alerts(): Schemas['AlertList'] {
    const { at, age_seconds, stale } = this.#times()
    const alerts = this.#servers.flatMap((it) => alertsOf(it, at))
    return {
      at,
      age_seconds,
      stale,
      alerts: alerts.toSorted((a, b) => a.state.localeCompare(b.state) || (b.since ?? 0) - (a.since ?? 0)),
    }
  }

  #health(): Schemas['Health'] {
    const { at, age_seconds, stale } = this.#times()
    const now = this.#now()
    const seen = this.scenario.withoutSnapshot !== true
    return {
      status: !seen ? 'unavailable' : stale ? 'degraded' : 'ok',
      version: '0.1.0',
      at: now,
      started_at: this.#startedAt - 86_400,
      snapshot: seen
        ? { at, age_seconds, stale, servers: this.#servers.length }
        : { at: null, age_seconds: null, stale: true, servers: 0 },
      dependencies: [
        {
          name: 'prometheus',
          status: stale ? 'down' : 'up',
          since: stale ? at : this.#startedAt - 86_000,
          latency_seconds: stale ? null : 0.0042,
          error: stale ? WHY_STALE : null,
        },
      ],
    }
  }

  #panel(server: MockServer, id: string, search: URLSearchParams): Answer {
    const grid = parseGrid(search)
    if (this.scenario.prometheusAway) return failure(503, 'upstream', WHY_STALE)
    if (server.condition === 'broken_panels') {
      return failure(
        503,
        'upstream',
        'Prometheus answered 422: query processing would load too many samples into memory',
      )
    }
    const series = panelSeries(server, id, grid, this.#now())
    if (!series) return failure(404, 'not_found', `there is no panel \`${id}\``, 'panel')
    return ok({
      panel: id,
      server: server.instance,
      ...grid,
      expression: expressionOf(server, id),
      warnings: [],
      series,
    } satisfies Schemas['PanelData'])
  }
}

const WHY_STALE = 'Prometheus at http://127.0.0.1:9090 does not answer: connection refused'

/** Stands for the panel's own: what the mock of the proxy measures for the server. */
function expressionOf({ instance }: MockServer, panel: string): string {
  const metric = panel === 'cpu' ? 'node_cpu_seconds_total' : 'node_load1'
  return `${metric}{instance="${instance}",job="node"}`
}

function parseGrid(search: URLSearchParams) {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => {
    const value = Number(search.get(name) ?? Number.NaN)
    if (Number.isNaN(value))
      throw new BadParameter(name, `\`${name}\` must be a number, not \`${search.get(name) ?? ''}\``)
    return value
  }) as [number, number, number]
  if (start >= end) throw new BadParameter('end', `\`end\` must be after \`start\``)
  if (step <= 0) throw new BadParameter('step', '`step` must be more than 0')
  if ((end - start) / step > MOST_STEPS) throw new BadParameter('step', 'at most 11000 steps from `start` to `end`')
  return { start, end, step }
}

function count(search: URLSearchParams, name: string, otherwise: number, least: number, most: number): number {
  const text = search.get(name)
  if (text === null) return otherwise
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new BadParameter(name, `\`${name}\` must be a whole number from ${least} to ${most}, not \`${text}\``)
  }
  return value
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}

function failure(status: number, code: Schemas['ErrorCode'], error: string, parameter: string | null = null): Answer {
  return { status, body: { error, code, parameter } satisfies Schemas['ErrorBody'] }
}
