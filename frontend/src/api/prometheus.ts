// Questions in PromQL, through the gateway's own Prometheus API: for what no endpoint of ours tells.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { gatewayNow } from '@/api/clock'
import { gridOf, rangeKey, ROLLING, type Grid, type Range } from '@/lib/ranges'
import { gridLength } from '@/lib/series'

export type Labels = Record<string, string>

export interface Sample {
  metric: Labels
  /** Null where Prometheus says NaN or infinite. */
  value: number | null
}

export interface Line {
  metric: Labels
  /** One value per step of the grid; a gap is null. */
  values: (number | null)[]
}

export interface Lines extends Grid {
  lines: Line[]
}

/** An alerting rule, whether anything fires or not. */
export interface AlertingRule {
  type: 'alerting'
  name: string
  query: string
  /** Seconds that it must hold before it fires. */
  duration: number
  labels: Labels
  annotations: Labels
  state: 'firing' | 'pending' | 'inactive'
  health: string
  lastError?: string
}

const REFRESH_MS = 15_000
const RULES_MS = 30_000
const DEADLINE_MS = 20_000

/** One expression's values now, or why there are none. */
export type Answer = { samples: Sample[]; error: null } | { samples: null; error: Error }

/** The values of several expressions now, in their order. One that fails takes no other with it. */
export function vectorsQuery(expressions: readonly string[]) {
  return queryOptions({
    queryKey: ['promql', ...expressions] as const,
    queryFn: ({ signal }) => Promise.all(expressions.map((it) => askVector(it, signal))),
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS,
  })
}

async function askVector(expression: string, signal: AbortSignal): Promise<Answer> {
  try {
    const path = `query?query=${encodeURIComponent(expression)}`
    const { result } = await ask<{ result: { metric: Labels; value: [number, string] }[] }>(path, signal)
    const samples = result.map(({ metric, value: [, text] }) => ({ metric, value: parseValue(text) }))
    return { samples, error: null }
  } catch (error) {
    signal.throwIfAborted()
    return { samples: null, error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** The values of an expression over a range, on the grid of that range. */
export function rangeQuery(expression: string, range: Range) {
  const refresh = range.kind === 'rolling' ? Math.max(REFRESH_MS, ROLLING[range.id].step * 1000) : Infinity
  return queryOptions({
    queryKey: ['promql', expression, rangeKey(range)] as const,
    queryFn: ({ signal }) => askLines(expression, gridOf(range, gatewayNow()), signal),
    refetchInterval: refresh === Infinity ? false : refresh,
    staleTime: refresh,
    placeholderData: keepPreviousData,
  })
}

export async function askLines(expression: string, grid: Grid, signal: AbortSignal): Promise<Lines> {
  const { start, end, step } = grid
  const data = await ask<{ result: { metric: Labels; values: [number, string][] }[] }>(
    `query_range?query=${encodeURIComponent(expression)}&start=${start}&end=${end}&step=${step}`,
    signal,
  )
  return { ...grid, lines: data.result.map(({ metric, values }) => ({ metric, values: onGrid(values, grid) })) }
}

export const rulesQuery = queryOptions({
  queryKey: ['promql', 'rules'] as const,
  queryFn: async ({ signal }) => {
    const data = await ask<{ groups: { rules: (AlertingRule | { type: 'recording' })[] }[] }>(
      'rules?type=alert',
      signal,
    )
    return data.groups.flatMap((it) => it.rules).filter((it): it is AlertingRule => it.type === 'alerting')
  },
  refetchInterval: RULES_MS,
  staleTime: RULES_MS,
})

/** Points at their places on the grid; where Prometheus has none, there is a gap. */
export function onGrid(points: readonly [number, string][], grid: Grid): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: gridLength(grid) }, () => null)
  for (const [time, text] of points) {
    const place = Math.round((time - grid.start) / grid.step)
    if (place >= 0 && place < values.length) values[place] = parseValue(text)
  }
  return values
}

function parseValue(text: string): number | null {
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

/** Prometheus' envelope, taken apart. Its error is a person's to read, so it is passed on in its words. */
async function ask<Data>(path: string, signal: AbortSignal): Promise<Data> {
  const response = await fetch(`/prometheus/api/v1/${path}`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    headers: { accept: 'application/json' },
  })
  const body = (await response.json().catch(() => null)) as
    { status: 'success'; data: Data } | { status: 'error'; error: string } | null
  if (body?.status === 'success') return body.data
  if (response.status === 401) throw new Error('The gateway asks for credentials before it passes on PromQL.')
  const cause = body?.status === 'error' ? body.error : `status ${response.status}`
  throw new Error(`Prometheus cannot answer: ${cause}`)
}
