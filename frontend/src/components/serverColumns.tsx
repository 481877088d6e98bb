// The columns of the server table, most important first. A new column is an entry here.
import { lazy, Suspense, type ReactNode } from 'react'

import type { ServerRow, SortColumn } from '@/api/queries'
import { Age } from '@/components/Age'
import { Missing } from '@/components/Missing'
import { Plain } from '@/components/Plain'
import { ServerLink } from '@/components/ServerLink'
import { Share } from '@/components/Share'
import { StatusLabel } from '@/components/status'
import { count } from '@/lib/plural'
import { formatAge } from '@/lib/time'
import {
  formatBytes,
  formatBytesPerSecond,
  formatCelsius,
  formatDecimal,
  formatTraffic,
  formatWhole,
  ratio,
  type Formatter,
  type Value,
} from '@/lib/units'
import { Icon } from '@/ui/Icon'

export interface ServerColumn {
  id: string
  title: string
  /** What the gateway sorts by; a column without it cannot be sorted. */
  sort?: SortColumn
  /** Least width in pixels; a column that does not fit is left out, from the last on. */
  width: number
  align: 'left' | 'right'
  /** How the sort starts: names from A, loads from the highest. */
  first: 'ascending' | 'descending'
  cell: (row: ServerRow) => ReactNode
}

// A curve is no part of the first rows: it is asked for when they stand.
const RowTrend = lazy(async () => ({ default: (await import('@/components/RowTrend')).RowTrend }))

const GpuCell = lazy(async () => ({ default: (await import('@/components/GpuCell')).GpuCell }))

const numeric = { align: 'right', first: 'descending' } as const

export const SERVER_COLUMNS: readonly ServerColumn[] = [
  {
    id: 'name',
    title: 'Server',
    sort: 'name',
    width: 150,
    align: 'left',
    first: 'ascending',
    cell: (row) => <ServerName row={row} />,
  },
  {
    id: 'status',
    title: 'Status',
    sort: 'status',
    width: 108,
    align: 'left',
    first: 'descending',
    cell: (row) => <Status row={row} />,
  },
  {
    ...numeric,
    id: 'cpu',
    title: 'CPU',
    sort: 'cpu',
    width: 112,
    cell: (row) => (
      <Share
        ratio={row.cpu_ratio}
        judged={false}
        title={row.cores === null ? undefined : `of ${count(row.cores, 'core')}`}
      />
    ),
  },
  {
    id: 'trend',
    title: 'CPU, 1 h',
    width: 92,
    align: 'left',
    first: 'descending',
    cell: (row) => (
      <Suspense>
        <RowTrend instance={row.instance} />
      </Suspense>
    ),
  },
  {
    ...numeric,
    id: 'memory',
    title: 'Memory',
    sort: 'memory',
    width: 112,
    cell: (row) => (
      <Share
        ratio={ratio(row.memory_used_bytes, row.memory_total_bytes)}
        title={`${formatBytes(row.memory_used_bytes)} of ${formatBytes(row.memory_total_bytes)}`}
      />
    ),
  },
  {
    ...numeric,
    id: 'filesystem',
    title: 'Disk',
    sort: 'filesystem',
    width: 112,
    cell: (row) => (
      <Share
        ratio={row.filesystem?.used_ratio ?? null}
        title={
          row.filesystem
            ? `The fullest: ${row.filesystem.mountpoint}, ${formatBytes(row.filesystem.available_bytes)} left of ${formatBytes(row.filesystem.size_bytes)}`
            : undefined
        }
      />
    ),
  },
  {
    ...numeric,
    id: 'load',
    title: 'Load',
    sort: 'load',
    width: 72,
    cell: (row) => (
      <Plain
        text={formatDecimal(row.load1)}
        title={`5 min ${formatDecimal(row.load5)}, 15 min ${formatDecimal(row.load15)}`}
      />
    ),
  },
  {
    ...numeric,
    id: 'network',
    title: 'Network in, out',
    sort: 'network',
    width: 196,
    cell: (row) => (
      <Pair
        first={row.network_receive_bytes_per_second}
        second={row.network_transmit_bytes_per_second}
        icons={['down', 'up']}
        format={formatTraffic}
      />
    ),
  },
  {
    ...numeric,
    id: 'gpu',
    title: 'GPUs: busiest, memory, hottest, power',
    sort: 'gpu',
    width: 372,
    cell: (row) => <Gpu row={row} />,
  },
  {
    ...numeric,
    id: 'uptime',
    title: 'Uptime',
    sort: 'uptime',
    width: 92,
    cell: (row) => <Plain text={formatAge(row.uptime_seconds)} />,
  },
  {
    ...numeric,
    id: 'disk',
    title: 'Disk read, written',
    sort: 'disk',
    width: 196,
    cell: (row) => (
      <Pair
        first={row.disk_read_bytes_per_second}
        second={row.disk_written_bytes_per_second}
        icons={['up', 'down']}
        format={formatBytesPerSecond}
      />
    ),
  },
  {
    ...numeric,
    id: 'temperature',
    title: 'Temp.',
    sort: 'temperature',
    width: 72,
    cell: (row) => <Plain text={formatCelsius(row.temperature_celsius)} />,
  },
  {
    ...numeric,
    id: 'swap',
    title: 'Swap',
    width: 112,
    cell: (row) => <Share ratio={ratio(row.swap_used_bytes, row.swap_total_bytes)} />,
  },
  {
    ...numeric,
    id: 'cores',
    title: 'Cores',
    width: 64,
    cell: (row) => <Plain text={formatWhole(row.cores)} />,
  },
  {
    ...numeric,
    id: 'alerts',
    title: 'Alerts',
    sort: 'alerts',
    width: 72,
    cell: (row) => formatWhole(row.alerts.firing),
  },
  {
    id: 'job',
    title: 'Job',
    width: 96,
    align: 'left',
    first: 'ascending',
    cell: (row) => <span className="block truncate">{row.job}</span>,
  },
]

/** What stands where nobody chose, as far as it fits. */
export const DEFAULT_COLUMNS: readonly string[] = SERVER_COLUMNS.slice(1, -4).map((it) => it.id)

const LABEL = 'label.'

export function labelColumn(name: string): ServerColumn {
  return {
    id: LABEL + name,
    title: name,
    width: 96,
    align: 'left',
    first: 'ascending',
    cell: (row) => (
      <span className="block truncate" title={row.labels[name]}>
        {row.labels[name] ?? <Missing />}
      </span>
    ),
  }
}

/** The column of an id; undefined for one that no longer is. */
function columnOf(id: string): ServerColumn | undefined {
  if (id.startsWith(LABEL)) return labelColumn(id.slice(LABEL.length))
  return SERVER_COLUMNS.find((it) => it.id === id)
}

/** The name, and as many of the chosen columns as fit beside it; of the usual ones none that the whole fleet lacks. */
export function fittingColumns(chosen: readonly string[] | null, width: number, hasGpus: boolean): ServerColumn[] {
  const wanted = chosen ?? DEFAULT_COLUMNS.filter((it) => hasGpus || it !== 'gpu')
  const columns = ['name', ...wanted.filter((it) => it !== 'name')].map(columnOf).filter((it) => it !== undefined)
  let left = width
  const fitting: ServerColumn[] = []
  for (const column of columns) {
    left -= column.width
    if (left < 0 && fitting.length > 0) break
    fitting.push(column)
  }
  return fitting
}

function ServerName({ row }: { row: ServerRow }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <ServerLink
        id={row.id}
        title={row.instance}
        className="truncate font-medium text-ink underline-offset-2 hover:text-accent hover:underline"
      >
        {row.name}
      </ServerLink>
      {row.alerts.firing > 0 && (
        <span className="inline-flex items-center text-xs text-bad" title={`${row.alerts.firing} firing`}>
          <Icon name="bell" className="size-3" />
          {row.alerts.firing}
          <span className="sr-only"> alerts firing</span>
        </span>
      )}
    </span>
  )
}

function Status({ row }: { row: ServerRow }) {
  return (
    <span className="flex items-center gap-1 whitespace-nowrap" title={row.status_reason ?? undefined}>
      <StatusLabel status={row.status} />
      {row.status !== 'up' && (
        <span className="text-xs text-ink-faint">
          <Age since={row.status_since} />
        </span>
      )}
    </span>
  )
}

interface PairProps {
  first: Value
  second: Value
  icons: ['down', 'up'] | ['up', 'down']
  format: Formatter
}

function Pair({ first, second, icons, format }: PairProps) {
  if (first === null && second === null) return <Missing />
  return (
    <span className="grid grid-cols-2 gap-1 text-right whitespace-nowrap">
      {[first, second].map((value, index) => (
        <span key={icons[index]} className="inline-flex items-center justify-end gap-0.5">
          {format(value)}
          <Icon name={icons[index] ?? 'up'} className="size-3 text-ink-faint" />
        </span>
      ))}
    </span>
  )
}

function Gpu({ row }: { row: ServerRow }) {
  if (!row.gpu) return <Missing />
  return (
    <Suspense>
      <GpuCell gpu={row.gpu} />
    </Suspense>
  )
}
