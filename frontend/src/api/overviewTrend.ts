// The last minutes of the fleet's totals, as the overview's frames brought them since the page was opened.
import type { Overview } from '@/api/queries'
import { ratio, sum } from '@/lib/units'

/** Five minutes of ticks. */
const LENGTH = 60

export interface TrendPoint {
  at: number
  cpu: number | null
  memory: number | null
  filesystem: number | null
  network: number | null
  disk: number | null
  gpu: number | null
}

let points: readonly TrendPoint[] = []
const listeners = new Set<() => void>()

export function recordTrend(overview: Overview): void {
  if (points.at(-1)?.at === overview.at) return
  const { at, cpu, memory, filesystem, network, disk, gpu } = overview
  const point: TrendPoint = {
    at,
    cpu: cpu.used_ratio,
    memory: ratio(memory.used_bytes, memory.total_bytes),
    filesystem: ratio(filesystem.used_bytes, filesystem.size_bytes),
    network: sum(network.receive_bytes_per_second, network.transmit_bytes_per_second),
    disk: sum(disk.read_bytes_per_second, disk.written_bytes_per_second),
    gpu: gpu?.utilization_ratio ?? null,
  }
  points = [...points.slice(1 - LENGTH), point]
  for (const listener of listeners) listener()
}

export function trend(): readonly TrendPoint[] {
  return points
}

export function onTrend(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
