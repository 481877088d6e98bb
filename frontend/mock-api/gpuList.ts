// `/api/v1/gpus`: GPUs of all servers, filtered, sorted and grouped as the gateway does it.
import type { FleetGpu, GpuGroup, GpuList } from '../src/api/queries.ts'
import { ratio } from '../src/lib/units.ts'
import { BadParameter, byName } from './filter.ts'
import type { MockServer } from './fleet.ts'
import { gpusOf } from './gpus.ts'
import { makeRow } from './rows.ts'

type Times = 'at' | 'age_seconds' | 'stale' | 'interval_seconds'
export type GpuRow = FleetGpu & { told: FleetGpu; labels: Record<string, string>; at: number }

const COLUMNS: Record<string, (row: GpuRow) => number | null> = {
  utilization: (row) => row.utilization_ratio,
  tensor: (row) => row.tensor_ratio,
  memory: (row) => ratio(row.memory_used_bytes, row.memory_total_bytes),
  temperature: (row) => row.temperature_celsius,
  power: (row) => ratio(row.power_watts, row.power_limit_watts),
  clock: (row) => row.clock_hertz,
  ecc: (row) => row.ecc_uncorrected,
  xid: (row) => row.xid?.code ?? null,
  processes: (row) => row.processes,
  idle: (row) => {
    const since = row.warnings.find((it) => it.kind === 'idle_reserved')?.since ?? null
    return since === null ? null : (row.at - since) / 3600
  },
  lost: (row) => (row.up === false ? 1 : 0),
  warnings: (row) => row.warnings.length,
}

const KINDS = [
  'lost',
  'ecc_uncorrected',
  'row_remap_failed',
  'xid',
  'thermal',
  'power_brake',
  'row_remap_pending',
  'power_capped',
  'idle_reserved',
]

export function gpuRows(servers: readonly MockServer[], at: number): GpuRow[] {
  return servers.flatMap((server): GpuRow[] => {
    const { id, name, status, labels } = makeRow(server, at)
    if (status === 'down') return []
    const told = gpusOf(server, at).map((gpu): FleetGpu => ({ ...gpu, server: id, server_name: name, status }))
    return told.map((gpu) => ({ ...gpu, told: gpu, labels, at }))
  })
}

export function listGpus(all: readonly GpuRow[], search: URLSearchParams): Omit<GpuList, Times> {
  const matching = all.filter(parseFilter(search.get('filter') ?? ''))
  const sorted = sort(matching, search.get('sort') ?? '-severity')
  const offset = Number(search.get('offset') ?? 0)
  const limit = Number(search.get('limit') ?? 100)
  return {
    total: all.length,
    matched: matching.length,
    offset,
    limit,
    summary: together('', matching),
    groups: groupsOf(matching, search.get('group')),
    gpus: sorted.slice(offset, offset + limit).map((row) => row.told),
  }
}

function parseFilter(filter: string): (row: GpuRow) => boolean {
  const terms = [...filter.matchAll(/\S+/g)].map((it) => parseTerm(it[0], it.index + 1))
  return (row) => terms.every((term) => term(row))
}

function parseTerm(word: string, position: number): (row: GpuRow) => boolean {
  const [, name = '', sign = '', text = ''] = /^(\w+)([<>]=?|=)(.*)$/.exec(word) ?? []
  const column = COLUMNS[name]
  if (name !== '' && !column && sign !== '=') {
    throw new BadParameter('filter', `\`filter\`, character ${position}: \`${name}\` cannot be compared`)
  }
  if (column) {
    const limit = Number(text)
    return (row) => {
      const value = column(row)
      if (value === null) return false
      return sign.startsWith('>') ? value > limit : sign.startsWith('<') ? value < limit : value === limit
    }
  }
  const [, label, part = ''] = /^(\w+)[:=](.+)$/.exec(word) ?? []
  if (label === 'model') return (row) => row.name?.toLowerCase().includes(part.toLowerCase()) ?? false
  if (label !== undefined) return (row) => row.labels[label] === part
  return (row) => `${row.server_name} ${row.name ?? ''} ${row.uuid ?? ''}`.toLowerCase().includes(word.toLowerCase())
}

function sort(rows: readonly GpuRow[], key: string): GpuRow[] {
  const name = key.replace(/^-/, '')
  const sign = key.startsWith('-') ? -1 : 1
  const byServer = rows.toSorted((a, b) => byName.compare(a.server_name, b.server_name))
  if (name === 'server') return sign > 0 ? byServer : byServer.toReversed()
  if (name === 'model') return byServer.toSorted((a, b) => sign * (a.name ?? '').localeCompare(b.name ?? ''))
  const value =
    name === 'severity'
      ? (row: GpuRow) => -Math.min(KINDS.length, ...row.warnings.map((it) => KINDS.indexOf(it.kind)))
      : COLUMNS[name]
  if (!value) throw new BadParameter('sort', `\`sort\` is \`${key}\``)
  return byServer.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)]
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
    return sign * (left - right)
  })
}

function groupsOf(rows: readonly GpuRow[], by: string | null): GpuGroup[] {
  if (by === null) return []
  const nameOf = (row: GpuRow) =>
    by === 'server'
      ? row.server_name
      : by === 'model'
        ? (row.name ?? '')
        : by === 'mig'
          ? 'whole'
          : (row.labels[by] ?? '')
  return [...new Set(rows.map(nameOf))].toSorted().map((name) =>
    together(
      name,
      rows.filter((row) => nameOf(row) === name),
    ),
  )
}

function together(name: string, rows: readonly GpuRow[]): GpuGroup {
  const known = (pick: (row: GpuRow) => number | null) => rows.map(pick).filter((it) => it !== null)
  const sum = (values: number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0))
  const largest = (values: number[]) => (values.length === 0 ? null : Math.max(...values))
  const busy = known((row) => row.utilization_ratio)
  return {
    name,
    count: rows.length,
    instances: 0,
    lost: rows.filter((row) => row.up === false).length,
    warned: rows.filter((row) => row.warnings.length > 0).length,
    utilization_ratio: busy.length === 0 ? null : (sum(busy) ?? 0) / busy.length,
    busiest_ratio: largest(busy),
    memory_used_bytes: sum(known((row) => row.memory_used_bytes)),
    memory_total_bytes: sum(known((row) => row.memory_total_bytes)),
    temperature_celsius: largest(known((row) => row.temperature_celsius)),
    power_watts: sum(known((row) => row.power_watts)),
    power_limit_watts: sum(known((row) => row.power_limit_watts)),
  }
}
