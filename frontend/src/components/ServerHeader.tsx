// Who a server is, how it does, and its values of now.
import type { ServerDetail } from '@/api/queries'
import { Age } from '@/components/Age'
import { AlertLine, alertKey } from '@/components/AlertLine'
import type { Query, ServerIdentity } from '@/components/askedQueries'
import { QueryButton } from '@/components/QueryButton'
import { ServerAddresses } from '@/components/ServerAddresses'
import { StatusLabel } from '@/components/status'
import type { FigureId } from '@/lib/expressions'
import { count } from '@/lib/plural'
import { formatAge } from '@/lib/time'
import {
  formatBytes,
  formatBytesPerSecond,
  formatCelsius,
  formatDecimal,
  formatRatio,
  formatTraffic,
  formatWatts,
  ratio,
} from '@/lib/units'
import { Bar } from '@/ui/Bar'
import { classes } from '@/ui/classes'

export function ServerHeader({ detail }: { detail: ServerDetail }) {
  const { server, alerts } = detail
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h1 className="text-lg font-semibold">{server.name}</h1>
        <StatusLabel status={server.status}>
          {server.status !== 'up' && (
            <span className="font-normal">
              {' '}
              for <Age since={server.status_since} />
            </span>
          )}
        </StatusLabel>
        <span className="text-ink-faint">{server.instance}</span>
        <Labels labels={server.labels} />
      </div>
      {server.status_reason !== null && (
        <p className="rounded border border-line bg-warn-soft px-3 py-1.5 [overflow-wrap:anywhere]">
          {server.status_reason}
        </p>
      )}
      <Facts detail={detail} />
      <Now detail={detail} />
      {alerts.length > 0 && (
        <ul role="list" aria-label="Alerts of this server" className="rounded-md border border-line bg-surface py-1">
          {alerts.map((alert) => (
            <AlertLine key={alertKey(alert)} alert={alert} here />
          ))}
        </ul>
      )}
    </div>
  )
}

function Labels({ labels }: { labels: Record<string, string> }) {
  return (
    <span className="flex flex-wrap gap-1">
      {Object.entries(labels).map(([key, value]) => (
        <span key={key} className="rounded border border-line px-1.5 text-xs text-ink-soft">
          {key}={value}
        </span>
      ))}
    </span>
  )
}

/** What does not change from tick to tick; what is not known is left out. */
function Facts({ detail: { system, server } }: { detail: ServerDetail }) {
  const facts: [string, string | null][] = [
    ['System', system.os],
    ['Kernel', [system.kernel, system.architecture].filter(Boolean).join(' ') || null],
    ['CPU', cpuOf(system.cpu_model, server.cores)],
    ['Memory', server.memory_total_bytes === null ? null : formatBytes(server.memory_total_bytes)],
    ['GPUs', server.gpu && `${server.gpu.count}`],
    ['Uptime', server.uptime_seconds === null ? null : formatAge(server.uptime_seconds)],
  ]
  const known = facts.filter((it): it is [string, string] => it[1] !== null)
  if (known.length === 0) return null
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1 text-ink-soft">
      {known.map(([term, value]) => (
        <div key={term} className="flex gap-1.5">
          <dt className="text-ink-faint">{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <ServerAddresses server={server} />
      <div>
        <dt className="sr-only">PromQL</dt>
        <dd>
          <QueryButton
            title={`what ${server.name} is`}
            queries={queriesOf(server, [
              ['Cores', 'cores'],
              ['Memory', 'memory_total'],
              ['Uptime', 'uptime'],
              ['Status', 'status'],
              ['Firing alerts', 'alerts'],
            ])}
          />
        </dd>
      </div>
    </dl>
  )
}

/** "32 × Xeon Gold", or what of it is known. */
function cpuOf(model: string | null, cores: number | null): string | null {
  if (cores === null) return model
  return model === null ? count(cores, 'core') : `${cores} × ${model}`
}

function Now({ detail: { server, memory, cpu } }: { detail: ServerDetail }) {
  const { filesystem, gpu } = server
  const memoryRatio = ratio(server.memory_used_bytes, server.memory_total_bytes)
  const swapRatio = ratio(server.swap_used_bytes, server.swap_total_bytes)
  const of = (figures: readonly (readonly [label: string, figure: FigureId])[]) => queriesOf(server, figures)
  return (
    <dl
      className={classes(
        'grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] overflow-hidden rounded-md border border-line bg-surface',
        server.status !== 'up' && 'old',
      )}
    >
      <Tile
        term="CPU"
        queries={of([
          ['Busy', 'cpu'],
          ['Waiting for disks', 'iowait'],
        ])}
        value={formatRatio(server.cpu_ratio)}
        share={server.cpu_ratio}
        judged={false}
        note={`iowait ${formatRatio(cpu.modes.iowait)}`}
      />
      <Tile
        term="Load"
        queries={of([
          ['1 minute', 'load1'],
          ['5 minutes', 'load5'],
          ['15 minutes', 'load15'],
        ])}
        value={formatDecimal(server.load1)}
        note={`${formatDecimal(server.load5)} · ${formatDecimal(server.load15)}`}
      />
      <Tile
        term="Memory"
        queries={of([
          ['Used', 'memory'],
          ['Left', 'memory_available'],
        ])}
        value={formatRatio(memoryRatio)}
        share={memoryRatio}
        note={`${formatBytes(memory.available_bytes)} left`}
      />
      {server.swap_total_bytes !== 0 && (
        <Tile
          term="Swap"
          queries={of([
            ['Used', 'swap'],
            ['Size', 'swap_total'],
          ])}
          value={formatRatio(swapRatio)}
          share={swapRatio}
          note={`of ${formatBytes(server.swap_total_bytes)}`}
        />
      )}
      <Tile
        term={`Disk ${filesystem?.mountpoint ?? ''}`}
        queries={of([
          ['Used, the fullest', 'filesystem'],
          ['Left', 'filesystem_available'],
        ])}
        value={formatRatio(filesystem?.used_ratio)}
        share={filesystem?.used_ratio ?? null}
        note={`${formatBytes(filesystem?.available_bytes)} left`}
      />
      <Tile
        term="Network in"
        queries={of([
          ['Received', 'network_received'],
          ['Transmitted', 'network_transmitted'],
        ])}
        value={formatTraffic(server.network_receive_bytes_per_second)}
        note={`out ${formatTraffic(server.network_transmit_bytes_per_second)}`}
      />
      <Tile
        term="Disk read"
        queries={of([
          ['Read', 'disk_read'],
          ['Written', 'disk_written'],
        ])}
        value={formatBytesPerSecond(server.disk_read_bytes_per_second)}
        note={`written ${formatBytesPerSecond(server.disk_written_bytes_per_second)}`}
      />
      {server.temperature_celsius !== null && (
        <Tile
          term="Hottest sensor"
          queries={of([['Temperature', 'temperature']])}
          value={formatCelsius(server.temperature_celsius)}
          note="not of a GPU"
        />
      )}
      {gpu && (
        <Tile
          term="Busiest GPU"
          queries={of([
            ['Utilization', 'gpu'],
            ['Temperature', 'gpu_temperature'],
            ['Power', 'gpu_power'],
          ])}
          value={formatRatio(gpu.utilization_ratio)}
          share={gpu.utilization_ratio}
          judged={false}
          note={`${formatCelsius(gpu.temperature_celsius)}, ${formatWatts(gpu.power_watts)}`}
        />
      )}
    </dl>
  )
}

/** The figures of one server. */
function queriesOf(
  { instance, job }: ServerIdentity,
  figures: readonly (readonly [label: string, figure: FigureId])[],
): Query[] {
  return figures.map(([label, figure]) => ({ label, figure, server: { instance, job } }))
}

interface TileProps {
  term: string
  queries: readonly Query[]
  value: string
  note: string
  /** Drawn as a bar, where the value is a share. */
  share?: number | null
  /** False for what works and does not fill up. */
  judged?: boolean
}

function Tile({ term, queries, value, note, share, judged = true }: TileProps) {
  return (
    <div className="group relative min-w-0 px-3 py-2 shadow-[1px_0_var(--line),0_1px_var(--line)]">
      <dt className="truncate text-xs text-ink-soft">{term}</dt>
      <dd className="flex flex-wrap items-baseline gap-x-2">
        <span className="text-base font-semibold">{value}</span>
        {/* Always its own line: a value that grows must not move what is below. */}
        <span className="basis-full truncate text-xs text-ink-faint">{note}</span>
        <Bar
          ratio={share ?? null}
          judged={judged}
          className={classes('mt-1 w-full', share === undefined && 'invisible')}
        />
        <span className="absolute top-1 right-1">
          <QueryButton title={term} queries={queries} onHover />
        </span>
      </dd>
    </div>
  )
}
