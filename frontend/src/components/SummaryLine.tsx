// The fleet in one line: how many servers are up, stale, down and alerting, each a filter; and its totals now.
import { Link } from '@tanstack/react-router'
import { lazy, memo, Suspense } from 'react'

import type { TrendPoint } from '@/api/overviewTrend'
import { serversResource, type Overview, type ServerList } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { QueryButton } from '@/components/QueryButton'
import { count as counted, plural } from '@/lib/plural'
import {
  formatBytes,
  formatBytesPerSecond,
  formatRatio,
  formatTraffic,
  formatWatts,
  formatWhole,
  ratio,
  sum,
} from '@/lib/units'
import { classes } from '@/ui/classes'
import { Icon, type IconName } from '@/ui/Icon'

// A curve is no part of the first numbers.
const TotalTrend = lazy(async () => ({ default: (await import('@/components/TotalTrend')).TotalTrend }))

interface FilterTile {
  label: (count: number) => string
  /** Undefined shows all. */
  filter: string | undefined
  icon: IconName | null
  /** The colour when there is any. */
  color: string
  /** `alerting` is how many servers have an alert that fires: what its filter leaves. */
  count: (overview: Overview, alerting: number) => number
}

export const ALERTING = 'alerts>0'

const TILES: readonly FilterTile[] = [
  {
    label: (it) => plural(it, 'server'),
    filter: undefined,
    icon: null,
    color: 'text-ink',
    count: (it) => it.servers.total,
  },
  { label: () => 'up', filter: 'status:up', icon: 'check', color: 'text-ok', count: (it) => it.servers.up },
  { label: () => 'stale', filter: 'status:stale', icon: 'clock', color: 'text-warn', count: (it) => it.servers.stale },
  { label: () => 'down', filter: 'status:down', icon: 'cross', color: 'text-bad', count: (it) => it.servers.down },
  { label: () => 'alerting', filter: ALERTING, icon: 'bell', color: 'text-bad', count: (_, alerting) => alerting },
]

/** The PromQL of a total; no part of the first page. */
function queriesOf(name: string) {
  return async () => (await import('@/components/columnQueries')).fleetQueries(name)
}

const ALERTING_SERVERS = serversResource({ filter: ALERTING, limit: 1 })

function selectMatched({ matched }: ServerList): number {
  return matched
}

interface Total {
  label: string
  value: (overview: Overview) => string
  note: (overview: Overview) => string
  trend: keyof TrendPoint
  maximum?: number
}

const TOTALS: readonly Total[] = [
  {
    label: 'CPU',
    value: ({ cpu }) => formatRatio(cpu.used_ratio),
    note: ({ cpu }) => (cpu.cores === null ? '' : `of ${counted(cpu.cores, 'core')}`),
    trend: 'cpu',
    maximum: 1,
  },
  {
    label: 'Memory',
    value: ({ memory }) => formatRatio(ratio(memory.used_bytes, memory.total_bytes)),
    note: ({ memory }) => `of ${formatBytes(memory.total_bytes)}`,
    trend: 'memory',
    maximum: 1,
  },
  {
    label: 'Filesystems',
    value: ({ filesystem }) => formatRatio(ratio(filesystem.used_bytes, filesystem.size_bytes)),
    note: ({ filesystem }) => `of ${formatBytes(filesystem.size_bytes)}`,
    trend: 'filesystem',
    maximum: 1,
  },
  {
    label: 'Network',
    value: ({ network }) => formatTraffic(sum(network.receive_bytes_per_second, network.transmit_bytes_per_second)),
    note: () => 'in and out',
    trend: 'network',
  },
  {
    label: 'Disk',
    value: ({ disk }) => formatBytesPerSecond(sum(disk.read_bytes_per_second, disk.written_bytes_per_second)),
    note: () => 'read and written',
    trend: 'disk',
  },
]

const GPU_TOTAL: Total = {
  label: 'GPU',
  value: ({ gpu }) => formatRatio(gpu?.utilization_ratio),
  note: ({ gpu }) => `of ${formatWhole(gpu?.count)}, ${formatWatts(gpu?.power_watts)}`,
  trend: 'gpu',
  maximum: 1,
}

export function SummaryLine({ overview, filter }: { overview: Overview; filter: string | undefined }) {
  const { data: alerting } = useLive(ALERTING_SERVERS, selectMatched)
  const totals = overview.gpu ? [...TOTALS, GPU_TOTAL] : TOTALS
  return (
    <div className="flex flex-wrap gap-3">
      <nav
        aria-label="Servers by state"
        className="group flex flex-wrap rounded-md border border-line bg-surface max-sm:w-full"
      >
        {TILES.map((tile) => (
          <Tile
            key={tile.filter ?? ''}
            tile={tile}
            count={tile.count(overview, alerting ?? 0)}
            chosen={tile.filter === filter}
          />
        ))}
        <QueryButton title="servers by state" queries={queriesOf('States')} onHover />
      </nav>
      <dl className="grid min-w-0 flex-1 grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] rounded-md border border-line bg-surface">
        {totals.map((total) => (
          <TotalTile key={total.label} total={total} overview={overview} />
        ))}
      </dl>
    </div>
  )
}

function Tile({ tile, count, chosen }: { tile: FilterTile; count: number; chosen: boolean }) {
  return (
    <Link
      from="/"
      to="/"
      search={(old) => ({ ...old, filter: chosen ? undefined : tile.filter })}
      aria-current={chosen ? 'true' : undefined}
      className={classes(
        'flex min-w-18 flex-auto flex-col px-3 py-1.5 hover:bg-hover max-sm:min-w-14 max-sm:px-2',
        chosen && 'bg-accent-soft shadow-[inset_0_-2px_var(--accent)]',
      )}
    >
      <span className={classes('text-lg leading-6 font-semibold', count > 0 ? tile.color : 'text-ink-faint')}>
        {formatWhole(count)}
      </span>{' '}
      <span className="flex items-center gap-1 text-xs text-ink-soft">
        {tile.icon && <Icon name={tile.icon} className="size-3" />}
        {tile.label(count)}
      </span>
    </Link>
  )
}

// What is typed into the filter changes no total.
const TotalTile = memo(function TotalTile({ total, overview }: { total: Total; overview: Overview }) {
  return (
    <div className="group relative min-w-0 px-3 py-1.5">
      <dt className="truncate text-xs text-ink-soft">
        {total.label} <span className="text-ink-faint">{total.note(overview)}</span>
      </dt>
      <dd className="flex items-end justify-between gap-2 whitespace-nowrap">
        <span className="text-base leading-6 font-semibold">{total.value(overview)}</span>
        <Suspense>
          <TotalTrend of={total.trend} maximum={total.maximum} />
        </Suspense>
        <span className="absolute top-0.5 right-0.5">
          <QueryButton title={total.label} queries={queriesOf(total.label)} onHover />
        </span>
      </dd>
    </div>
  )
})
