// `filter` and `sort` of the server list, as the gateway understands them.
import type { ServerRow, SortColumn } from '../src/api/queries.ts'
import { ratio, sum } from '../src/lib/units.ts'

/** Says what is wrong with a parameter; becomes a 400. */
export class BadParameter extends Error {
  readonly parameter: string
  constructor(parameter: string, message: string) {
    super(message)
    this.parameter = parameter
  }
}

/** One collator for all: making one for each comparison takes seconds in a large fleet. */
export const byName = new Intl.Collator('en', { numeric: true })

const STATUS_ORDER = { up: 0, stale: 1, down: 2 }

/** What rows are compared by: what they are sorted by, and more of their GPUs. */
export type Column = SortColumn | 'gpu.memory' | 'gpu.temperature'

/** A row's value in a column; null sorts last whatever the direction. */
const COLUMNS: Record<Column, (row: ServerRow) => number | string | null> = {
  name: (row) => row.name,
  status: (row) => STATUS_ORDER[row.status],
  cpu: (row) => row.cpu_ratio,
  memory: (row) => ratio(row.memory_used_bytes, row.memory_total_bytes),
  filesystem: (row) => row.filesystem?.used_ratio ?? null,
  load: (row) => row.load1,
  network: (row) => sum(row.network_receive_bytes_per_second, row.network_transmit_bytes_per_second),
  disk: (row) => sum(row.disk_read_bytes_per_second, row.disk_written_bytes_per_second),
  gpu: (row) => row.gpu?.utilization_ratio ?? null,
  gpus: (row) => row.gpu?.count ?? null,
  'gpu.memory': (row) => ratio(row.gpu?.memory_used_bytes, row.gpu?.memory_total_bytes),
  'gpu.temperature': (row) => row.gpu?.temperature_celsius ?? null,
  'gpu.warnings': (row) => row.gpu?.warnings.length ?? null,
  temperature: (row) => row.temperature_celsius,
  uptime: (row) => row.uptime_seconds,
  alerts: (row) => row.alerts.firing,
  severity: (row) =>
    STATUS_ORDER[row.status] * 100 + row.alerts.firing * 10 + row.alerts.pending + (row.cpu_ratio ?? 0),
}

export function isColumn(name: string): name is Column {
  return Object.hasOwn(COLUMNS, name)
}

/** A row's value in a column, null where it has none. */
export function valueIn(column: Column, row: ServerRow): number | string | null {
  return COLUMNS[column](row)
}

export function sortRows(rows: readonly ServerRow[], sort: string | null): ServerRow[] {
  const key = sort === null || sort === '' ? '-severity' : sort
  const column = key.replace(/^-/, '')
  if (!isColumn(column)) {
    throw new BadParameter('sort', `there is no column \`${column}\`; allowed are ${Object.keys(COLUMNS).join(', ')}`)
  }
  const sign = key.startsWith('-') ? -1 : 1
  const value = COLUMNS[column]
  return rows.toSorted((a, b) => compare(value(a), value(b), sign) || byName.compare(a.name, b.name))
}

function compare(a: number | string | null, b: number | string | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (typeof a === 'string' || typeof b === 'string') return sign * byName.compare(String(a), String(b))
  return sign * (a - b)
}

export function filterRows(rows: readonly ServerRow[], filter: string): ServerRow[] {
  const terms = [...filter.matchAll(/\S+/g)].map((it) => parseTerm(it[0], it.index + 1))
  return rows.filter((row) => terms.every((term) => term(row)))
}

type Term = (row: ServerRow) => boolean

function parseTerm(word: string, position: number): Term {
  if (!word.startsWith('!')) return parsePlainTerm(word, position)
  const term = parsePlainTerm(word.slice(1), position + 1)
  return (row) => !term(row)
}

function parsePlainTerm(word: string, position: number): Term {
  const [, exact = '', text = ''] = /^([\w.]+)=(.*)$/.exec(word) ?? []
  if (exact !== '' && exact !== 'state' && !isColumn(exact)) return (row) => row.labels[exact] === text
  const comparison = /^([\w.]+)(>=|<=|>|<|=)(.*)$/.exec(word)
  if (comparison && !/^(?:status|state)=/.test(word)) return parseComparison(comparison, position)
  const status = /^(?:status|state)[:=](.*)$/.exec(word)
  if (status) {
    const wanted = status[1] ?? ''
    if (!Object.hasOwn(STATUS_ORDER, wanted)) {
      throw new BadParameter(
        'filter',
        `character ${position + word.length - wanted.length}: there is no status \`${wanted}\`; allowed are up, stale, down`,
      )
    }
    return (row) => row.status === wanted
  }
  // `web-1:9100` is an instance, not a label.
  const [, label, part] = /^([^:]+):(.*\D.*)$/.exec(word) ?? []
  if (label !== undefined && part !== undefined) return (row) => row.labels[label]?.includes(part) ?? false
  const lower = word.toLowerCase()
  return (row) => textOf(row).includes(lower)
}

function parseComparison(match: RegExpExecArray, position: number): Term {
  const [, column = '', operator = '', text = ''] = match
  if (!isColumn(column)) throw new BadParameter('filter', `character ${position}: there is no column \`${column}\``)
  const limit = Number(text)
  if (text === '' || Number.isNaN(limit)) {
    throw new BadParameter(
      'filter',
      `character ${position + column.length + operator.length}: \`${text}\` is not a number`,
    )
  }
  return (row) => {
    const value = COLUMNS[column](row)
    if (typeof value !== 'number') return false
    if (operator === '>') return value > limit
    if (operator === '<') return value < limit
    if (operator === '>=') return value >= limit
    if (operator === '<=') return value <= limit
    return value === limit
  }
}

function textOf(row: ServerRow): string {
  return [
    row.name,
    row.instance,
    row.job,
    ...Object.entries(row.labels).flatMap(([key, value]) => [value, `${key}=${value}`]),
  ]
    .join(' ')
    .toLowerCase()
}
