// The last hour of the fleet's totals, a point a minute: from Prometheus when the page opens, from then on from the frames.
import { QueryObserver } from '@tanstack/react-query'

import { gatewayNow } from '@/api/clock'
import { inNextFrame } from '@/api/frame'
import { queryClient } from '@/api/gateway'
import { liveQuery, OVERVIEW, type Overview } from '@/api/queries'
import { ratio, sum } from '@/lib/units'

/** Points, and seconds between them. */
export const TREND_LENGTH = 60
export const TREND_STEP = 60

export interface TrendPoint {
  /** The minute that it stands for, in unix seconds. */
  at: number
  cpu: number | null
  memory: number | null
  filesystem: number | null
  network: number | null
  disk: number | null
  gpu: number | null
}

let points: readonly TrendPoint[] = []
let follows = false
const listeners = new Set<() => void>()

export function trend(): readonly TrendPoint[] {
  return points
}

export function onTrend(listener: () => void): () => void {
  listeners.add(listener)
  follow()
  return () => listeners.delete(listener)
}

/** For good, from the first who looks on: the overview is live on every page, and a minute that nobody saw is a gap. */
function follow(): void {
  if (follows) return
  follows = true
  const overviews = new QueryObserver(queryClient, { ...liveQuery(OVERVIEW), enabled: false })
  overviews.subscribe(({ data }) => {
    if (data) record(data)
  })
  const { data } = overviews.getCurrentResult()
  if (!data) return
  record(data)
  fill(data)
}

function record(overview: Overview): void {
  const { at, cpu, memory, filesystem, network, disk, gpu } = overview
  const minute = Math.floor(at / TREND_STEP) * TREND_STEP
  if (minute < (points.at(-1)?.at ?? 0)) return
  const point: TrendPoint = {
    at: minute,
    cpu: cpu.used_ratio,
    memory: ratio(memory.used_bytes, memory.total_bytes),
    filesystem: ratio(filesystem.used_bytes, filesystem.size_bytes),
    network: sum(network.receive_bytes_per_second, network.transmit_bytes_per_second),
    disk: sum(disk.read_bytes_per_second, disk.written_bytes_per_second),
    gpu: gpu?.utilization_ratio ?? null,
  }
  show(joinTrend(points, [point]))
}

/** A gateway that passes on no PromQL leaves it to the frames alone. */
function fill({ at, servers }: Overview): void {
  // What frames tell is drawn first.
  void import('@/api/trendHistory')
    .then(({ loadTrend }) => loadTrend(at || gatewayNow(), servers.total))
    .then((past) => {
      show(joinTrend(past, points))
    })
    .catch(() => undefined)
}

/** Minutes in order, each once, a gap where there was none; where both have one, the newer knows better. */
export function joinTrend(before: readonly TrendPoint[], after: readonly TrendPoint[]): readonly TrendPoint[] {
  const known = new Map([...before, ...after].map((it) => [it.at, it]))
  const last = Math.max(...known.keys())
  const first = Math.max(Math.min(...known.keys()), last - (TREND_LENGTH - 1) * TREND_STEP)
  const joined: TrendPoint[] = []
  for (let at = first; at <= last; at += TREND_STEP) joined.push(known.get(at) ?? emptyPoint(at))
  return joined
}

export function emptyPoint(at: number): TrendPoint {
  return { at, cpu: null, memory: null, filesystem: null, network: null, disk: null, gpu: null }
}

function show(next: readonly TrendPoint[]): void {
  points = next
  // With the frame's other news.
  inNextFrame(() => {
    for (const listener of listeners) listener()
  })
}
