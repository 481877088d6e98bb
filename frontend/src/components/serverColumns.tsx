// The columns of the server table, most important first. A new column is an entry here.
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { ServerRow, SortColumn } from '@/api/queries'
import { Age } from '@/components/Age'
import { Missing } from '@/components/Missing'
import { Share } from '@/components/Share'
import { StatusLabel } from '@/components/status'
import { formatAge } from '@/lib/time'
import {
  formatBytes,
  formatBytesPerSecond,
  formatCelsius,
  formatDecimal,
  MISSING,
  ratio,
  type Value,
} from '@/lib/units'
import { Icon } from '@/ui/Icon'

export interface ServerColumn {
  id: string
  title: string
  sort: SortColumn
  /** Least width in pixels; a column that does not fit is left out, from the last on. */
  width: number
  align: 'left' | 'right'
  /** How the sort starts: names from A, loads from the highest. */
  first: 'ascending' | 'descending'
  cell: (row: ServerRow) => ReactNode
}

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
    cell: (row) => <Share ratio={row.cpu_ratio} title={row.cores === null ? undefined : `of ${row.cores} cores`} />,
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
      />
    ),
  },
  {
    ...numeric,
    id: 'gpu',
    title: 'GPU',
    sort: 'gpu',
    width: 132,
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
      <Pair first={row.disk_read_bytes_per_second} second={row.disk_written_bytes_per_second} icons={['up', 'down']} />
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
]

/** As many columns as fit, none that would be empty for the whole fleet. */
export function fittingColumns(width: number, hasGpus: boolean): ServerColumn[] {
  const wanted = SERVER_COLUMNS.filter((it) => hasGpus || it.id !== 'gpu')
  let left = width
  const fitting: ServerColumn[] = []
  for (const column of wanted) {
    left -= column.width
    if (left < 0 && fitting.length > 0) break
    fitting.push(column)
  }
  return fitting
}

function ServerName({ row }: { row: ServerRow }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Link
        to="/servers/$id"
        params={{ id: row.id }}
        title={row.instance}
        data-row-link
        className="truncate font-medium text-ink underline-offset-2 hover:text-accent hover:underline"
      >
        {row.name}
      </Link>
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

function Plain({ text, title }: { text: string; title?: string }) {
  if (text === MISSING) return <Missing />
  return (
    <span className="whitespace-nowrap" title={title}>
      {text}
    </span>
  )
}

function Pair({ first, second, icons }: { first: Value; second: Value; icons: ['down', 'up'] | ['up', 'down'] }) {
  if (first === null && second === null) return <Missing />
  return (
    <span className="grid grid-cols-2 gap-1 text-right whitespace-nowrap">
      {[first, second].map((value, index) => (
        <span key={icons[index]} className="inline-flex items-center justify-end gap-0.5">
          {formatBytesPerSecond(value)}
          <Icon name={icons[index] ?? 'up'} className="size-3 text-ink-faint" />
        </span>
      ))}
    </span>
  )
}

function Gpu({ row }: { row: ServerRow }) {
  if (!row.gpu) return <Missing />
  const title = `The busiest of ${row.gpu.count}; hottest ${formatCelsius(row.gpu.temperature_celsius)}`
  return (
    <span className="flex items-center gap-1">
      <span className="w-6 text-xs text-ink-faint">{row.gpu.count}×</span>
      <span className="flex-1">
        <Share ratio={row.gpu.utilization_ratio} title={title} judged={false} />
      </span>
    </span>
  )
}
