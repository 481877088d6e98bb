// Questions in PromQL as queries, for what no endpoint of ours tells.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { gatewayNow } from '@/api/clock'
import { listRules, queryInstant, queryRange, type AlertingRule } from '@/api/promql'
import { finite, onGrid, type Labels } from '@/lib/matrix'
import { gridOf, rangeKey, ROLLING, type Grid, type Range } from '@/lib/ranges'

/** A value now. Null where Prometheus says NaN or infinite. */
export interface Measured {
  metric: Labels
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

const REFRESH_MS = 15_000
const RULES_MS = 30_000

/** One expression's values now, or why there are none. */
export type Answer = { samples: Measured[]; error: null } | { samples: null; error: Error }

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
    const { data } = await queryInstant(expression, null, signal)
    if (data.resultType !== 'vector') throw new Error(`${expression} is a ${data.resultType}, not a vector.`)
    const samples = data.result.map(({ metric, value: [, text] }) => ({ metric, value: finite(text) }))
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
  const { data } = await queryRange(expression, grid, signal)
  return { ...grid, lines: data.result.map(({ metric, values }) => ({ metric, values: onGrid(values, grid) })) }
}

export const rulesQuery = queryOptions({
  queryKey: ['promql', 'rules'] as const,
  queryFn: async ({ signal }) => {
    const { data } = await listRules(signal)
    return data.groups.flatMap((it) => it.rules).filter((it): it is AlertingRule => it.type === 'alerting')
  },
  refetchInterval: RULES_MS,
  staleTime: RULES_MS,
})
