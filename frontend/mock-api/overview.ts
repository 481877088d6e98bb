// The fleet in totals, from the same rows that the list shows.
import type { Overview, ServerRow } from '../src/api/queries.ts'
import { ratio } from '../src/lib/units.ts'

type Measured = number | null

export function makeOverview(
  rows: readonly ServerRow[],
): Omit<Overview, 'at' | 'age_seconds' | 'stale' | 'interval_seconds' | 'error' | 'warnings'> {
  const up = rows.filter((it) => it.status === 'up')
  const count = (status: ServerRow['status']) => rows.filter((it) => it.status === status).length
  const cores = total(up.map((it) => it.cores))
  const busy = total(up.map((it) => (it.cpu_ratio === null || it.cores === null ? null : it.cpu_ratio * it.cores)))
  const memory = up.map((it) => ratio(it.memory_used_bytes, it.memory_total_bytes))
  return {
    servers: { total: rows.length, up: up.length, stale: count('stale'), down: count('down') },
    alerts: {
      firing: total(rows.map((it) => it.alerts.firing)) ?? 0,
      pending: total(rows.map((it) => it.alerts.pending)) ?? 0,
    },
    cpu: { used_ratio: ratio(busy, cores), cores },
    memory: {
      used_bytes: total(up.map((it) => it.memory_used_bytes)),
      total_bytes: total(up.map((it) => it.memory_total_bytes)),
    },
    filesystem: {
      used_bytes: total(up.map((it) => it.filesystem && it.filesystem.used_ratio * (it.filesystem.size_bytes ?? 0))),
      size_bytes: total(up.map((it) => it.filesystem?.size_bytes ?? null)),
    },
    network: {
      receive_bytes_per_second: total(up.map((it) => it.network_receive_bytes_per_second)),
      transmit_bytes_per_second: total(up.map((it) => it.network_transmit_bytes_per_second)),
    },
    disk: {
      read_bytes_per_second: total(up.map((it) => it.disk_read_bytes_per_second)),
      written_bytes_per_second: total(up.map((it) => it.disk_written_bytes_per_second)),
    },
    gpu: gpuTotal(up),
    distribution: {
      cpu_ratio: tenths(up.map((it) => it.cpu_ratio)),
      memory_ratio: tenths(memory),
      filesystem_ratio: tenths(up.map((it) => it.filesystem?.used_ratio ?? null)),
    },
    worst: {
      cpu: worst(up, (it) => it.cpu_ratio),
      memory: worst(up, (it) => ratio(it.memory_used_bytes, it.memory_total_bytes)),
      filesystem: worst(up, (it) => it.filesystem?.used_ratio ?? null),
      gpu_temperature: worst(up, (it) => it.gpu?.temperature_celsius ?? null),
    },
  }
}

/** Null when nobody reports it. */
function total(values: readonly Measured[]): Measured {
  const known = values.filter((it) => it !== null)
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
}

function gpuTotal(rows: readonly ServerRow[]): Overview['gpu'] {
  const gpus = rows.map((it) => it.gpu).filter((it) => it !== null)
  if (gpus.length === 0) return null
  const busy = total(gpus.map((it) => it.utilization_ratio))
  return {
    count: gpus.reduce((sum, it) => sum + it.count, 0),
    utilization_ratio: ratio(busy, gpus.length),
    memory_used_bytes: total(gpus.map((it) => it.memory_used_bytes)),
    memory_total_bytes: total(gpus.map((it) => it.memory_total_bytes)),
    power_watts: total(gpus.map((it) => it.power_watts)),
  }
}

function tenths(values: readonly Measured[]): number[] {
  const counts = Array.from({ length: 10 }, () => 0)
  for (const value of values) {
    if (value === null) continue
    const tenth = Math.min(9, Math.floor(value * 10))
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  return counts
}

function worst(rows: readonly ServerRow[], value: (row: ServerRow) => Measured): Overview['worst']['cpu'] {
  return rows
    .map((row) => ({ id: row.id, name: row.name, value: value(row) }))
    .filter((it): it is Overview['worst']['cpu'][number] => it.value !== null)
    .toSorted((a, b) => b.value - a.value)
    .slice(0, 5)
}
