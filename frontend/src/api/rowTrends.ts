// The last hour of CPU for the rows on screen: one question for all of them, once a minute, nothing for the others.
import { gatewayNow } from '@/api/clock'
import { askLines } from '@/api/promqlQueries'
import type { Grid } from '@/lib/ranges'

/** Sixty points of a minute. */
const STEP = 60
const POINTS = 60
/** Rows that scroll by are not asked for; those that stay are. */
const REST_MS = 250
const REFRESH_MS = 60_000
/** Servers in a question: as many as a high screen shows. */
const MOST = 60
/** Trends that are kept for when their rows come back. */
const KEPT = 500

export type Trend = readonly (number | null)[]

interface Entry {
  trend: Trend
  /** When it was asked for, in milliseconds. */
  at: number
}

const entries = new Map<string, Entry>()
const wanted = new Map<string, Set<() => void>>()
let timer: ReturnType<typeof setTimeout> | undefined
let asking = false

/** Keeps the trend of an instance fresh while it is on screen; returns the undo. */
export function wantTrend(instance: string, listener: () => void): () => void {
  const listeners = wanted.get(instance) ?? new Set()
  wanted.set(instance, listeners.add(listener))
  schedule(REST_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) wanted.delete(instance)
  }
}

export function trendOf(instance: string): Trend | undefined {
  return entries.get(instance)?.trend
}

function schedule(ms: number): void {
  if (asking) return
  clearTimeout(timer)
  timer = setTimeout(() => void refresh(), ms)
}

async function refresh(): Promise<void> {
  if (wanted.size === 0) return
  const now = Date.now()
  const old = [...wanted.keys()].filter((it) => now - (entries.get(it)?.at ?? 0) >= REFRESH_MS).slice(0, MOST)
  // A hidden tab asks for nothing; it looks again later.
  if (old.length > 0 && document.visibilityState === 'visible') {
    asking = true
    await load(old, now)
    asking = false
  }
  schedule(old.length === MOST ? REST_MS : REFRESH_MS / 4)
}

async function load(instances: readonly string[], now: number): Promise<void> {
  const end = Math.floor(gatewayNow() / STEP) * STEP
  const grid: Grid = { start: end - (POINTS - 1) * STEP, end, step: STEP }
  // A gateway that passes on no PromQL leaves the place empty, and is asked again in a minute.
  const found = await askLines(cpuOf(instances), grid, new AbortController().signal).catch(() => null)
  const trends = new Map(found?.lines.map(({ metric, values }) => [metric.instance ?? '', values]))
  for (const instance of instances) {
    entries.delete(instance)
    entries.set(instance, { trend: trends.get(instance) ?? [], at: now })
    for (const listener of wanted.get(instance) ?? []) listener()
  }
  for (const instance of entries.keys()) {
    if (entries.size <= KEPT) break
    if (!wanted.has(instance)) entries.delete(instance)
  }
}

/** The recording rule's series where there is one, the plain expression where not. */
export function cpuOf(instances: readonly string[]): string {
  const pattern = JSON.stringify(instances.map((it) => it.replaceAll(/[.+*?()[\]{}|^$\\]/g, String.raw`\$&`)).join('|'))
  const idle = `node_cpu_seconds_total{mode=~"idle|iowait|steal",instance=~${pattern}}`
  return (
    `instance:node_cpu_utilization:ratio{instance=~${pattern}} or ` +
    `1 - sum by (job, instance) (rate(${idle}[2m])) / ` +
    `count by (job, instance) (node_cpu_seconds_total{mode="idle",instance=~${pattern}})`
  )
}
