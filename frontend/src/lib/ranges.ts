// The time a chart shows: a rolling range ("the last hour") or a fixed one, and the grid of steps it is asked on.

/** The rolling ranges on offer, shortest first. The step keeps each between 60 and 360 points. */
export const ROLLING = {
  '5m': { label: '5 min', name: 'the last 5 minutes', seconds: 300, step: 5 },
  '15m': { label: '15 min', name: 'the last 15 minutes', seconds: 900, step: 5 },
  '1h': { label: '1 h', name: 'the last hour', seconds: 3600, step: 15 },
  '3h': { label: '3 h', name: 'the last 3 hours', seconds: 10_800, step: 30 },
  '12h': { label: '12 h', name: 'the last 12 hours', seconds: 43_200, step: 120 },
  '24h': { label: '24 h', name: 'the last 24 hours', seconds: 86_400, step: 240 },
  '7d': { label: '7 d', name: 'the last 7 days', seconds: 604_800, step: 1800 },
  '30d': { label: '30 d', name: 'the last 30 days', seconds: 2_592_000, step: 7200 },
} as const

export type RollingId = keyof typeof ROLLING

/** What the URL says: follow now, or look at one stretch of the past. */
export type Range = { kind: 'rolling'; id: RollingId } | { kind: 'fixed'; start: number; end: number }

/** The points a chart asks for: start, start + step, … up to end, all multiples of step. */
export interface Grid {
  start: number
  end: number
  step: number
}

export const DEFAULT_RANGE: RollingId = '15m'

/** Steps that divide a minute, an hour or a day, so that grid lines fall on round times. */
const STEPS = [5, 10, 15, 30, 60, 120, 240, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]
const MOST_POINTS = 360

/** Two steps of the finest grid: a shorter zoom would be a single line. */
export const SHORTEST_SECONDS = 15

export function isRollingId(value: unknown): value is RollingId {
  return typeof value === 'string' && Object.hasOwn(ROLLING, value)
}

/** Reads `range`, `from` and `to` of a URL. What makes no sense is the default: a wrong link still opens. */
export function parseRange(search: { range?: unknown; from?: unknown; to?: unknown }): Range {
  const rolling = parseRelative(search)
  if (rolling) return rolling
  const start = parseTime(search.from)
  const end = parseTime(search.to)
  if (start !== null && end !== null && end - start >= SHORTEST_SECONDS) return { kind: 'fixed', start, end }
  return { kind: 'rolling', id: isRollingId(search.range) ? search.range : DEFAULT_RANGE }
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** `from=now-6h&to=now`, as Grafana's links have it: the shortest range of ours that shows all of it. */
function parseRelative({ from, to }: { from?: unknown; to?: unknown }): Range | null {
  if (to !== 'now' || typeof from !== 'string') return null
  const [, number, unit] = /^now-(\d+)([smhdw])$/.exec(from) ?? []
  if (number === undefined || unit === undefined) return null
  const seconds = Number(number) * (UNITS[unit] ?? 0)
  const id = (Object.keys(ROLLING) as RollingId[]).find((it) => ROLLING[it].seconds >= seconds) ?? '30d'
  return { kind: 'rolling', id }
}

/** The same the other way: as Grafana has a range, in words that follow now, or in unix milliseconds. */
export function relativeTimes(range: Range): { from: string; to: string } {
  if (range.kind === 'rolling') return { from: `now-${ROLLING[range.id].seconds}s`, to: 'now' }
  return { from: String(range.start * 1000), to: String(range.end * 1000) }
}

/** From here on a time is in milliseconds, as Grafana's links have it: in seconds it is in the year 5138. */
const MILLISECONDS = 1e11

function parseTime(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const time = Number(value)
  const seconds = time >= MILLISECONDS ? Math.round(time / 1000) : time
  return value !== '' && Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** The finest round step that keeps a span within the points a chart can show. */
export function stepFor(seconds: number): number {
  return STEPS.find((step) => seconds / step <= MOST_POINTS) ?? 86_400
}

/** The grid of a range at a given moment. Multiples of the step, so that the next grid continues this one. */
export function gridOf(range: Range, nowSeconds: number): Grid {
  if (range.kind === 'fixed') {
    const step = stepFor(range.end - range.start)
    return { start: Math.floor(range.start / step) * step, end: Math.ceil(range.end / step) * step, step }
  }
  const { seconds, step } = ROLLING[range.id]
  const end = Math.floor(nowSeconds / step) * step
  return { start: end - seconds, end, step }
}

/** A key that stays the same while the range does, however the clock moves. */
export function rangeKey(range: Range): string {
  return range.kind === 'rolling' ? range.id : `${range.start}..${range.end}`
}

/** Milliseconds until a grid of that step has its next point, and a moment more for its scrape to be there. */
export function untilNextStep(step: number, nowSeconds: number): number {
  const past = nowSeconds % step
  return Math.round((step - past) * 1000) + SETTLE_MS
}

const SETTLE_MS = 500
