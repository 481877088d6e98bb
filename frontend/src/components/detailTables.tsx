// The tables of a server's page: filesystems, disks, interfaces, sensors.
import type { ServerDetail } from '@/api/queries'
import { forecastFull, type Forecast } from '@/lib/forecast'
import { Missing } from '@/components/Missing'
import { Plain } from '@/components/Plain'
import { Share } from '@/components/Share'
import { formatAge } from '@/lib/time'
import {
  formatBytes,
  formatBytesPerSecond,
  formatCelsius,
  formatLinkSpeed,
  formatPerSecond,
  formatTraffic,
  ratio,
  sum,
} from '@/lib/units'
import { DataTable, type Column } from '@/ui/DataTable'
import { Icon } from '@/ui/Icon'

type Filesystem = ServerDetail['filesystems'][number] & { forecast: Forecast }
type Disk = ServerDetail['disks'][number]
type Network = ServerDetail['networks'][number]
type Sensor = ServerDetail['sensors'][number]

function Meter({ ratio, judged = true }: { ratio: number | null; judged?: boolean }) {
  return (
    <span className="inline-block w-40">
      <Share ratio={ratio} judged={judged} />
    </span>
  )
}

const FILESYSTEMS: readonly Column<Filesystem>[] = [
  { title: 'Filesystem', cell: (it) => it.mountpoint, wide: true },
  { title: 'Used', align: 'right', cell: (it) => <Meter ratio={it.used_ratio} /> },
  { title: 'Left', align: 'right', cell: (it) => <Plain text={formatBytes(it.available_bytes)} /> },
  { title: 'Full in', align: 'right', cell: (it) => <FullIn forecast={it.forecast} /> },
  { title: 'Size', align: 'right', cell: (it) => <Plain text={formatBytes(it.size_bytes)} /> },
  { title: 'Inodes used', align: 'right', cell: (it) => <Meter ratio={it.inodes_used_ratio} /> },
  { title: 'Type', cell: (it) => it.fstype },
  { title: 'Device', cell: (it) => it.device },
  { title: 'State', cell: (it) => filesystemState(it) },
]

function filesystemState({ device_error, read_only }: Filesystem) {
  if (device_error) {
    return (
      <span className="inline-flex items-center gap-1 text-bad">
        <Icon name="warning" className="size-3.5" /> does not answer
      </span>
    )
  }
  if (read_only === null) return <Missing />
  return read_only ? 'read-only' : 'writable'
}

/** Red below a day, amber below a week: time enough to act is what counts. */
function FullIn({ forecast }: { forecast: Forecast }) {
  if (forecast.kind === 'unknown') return <span title="Less than an hour of history is no forecast.">n/a</span>
  if (forecast.kind === 'not_filling') return <span className="text-ink-faint">not filling</span>
  const { seconds } = forecast
  const tone = seconds < 86_400 ? 'text-bad font-medium' : seconds < 7 * 86_400 ? 'text-warn font-medium' : ''
  return (
    <span className={tone} title="If it goes on as in the last six hours.">
      {formatAge(seconds)}
    </span>
  )
}

interface FilesystemTableProps {
  filesystems: ServerDetail['filesystems']
  /** Bytes per second that each mount point fills by, where that is known. */
  growth: ReadonlyMap<string, number | null>
}

export function FilesystemTable({ filesystems, growth }: FilesystemTableProps) {
  const rows = filesystems.map((it) => ({
    ...it,
    forecast: forecastFull(it.available_bytes, growth.get(it.mountpoint) ?? null),
  }))
  return (
    <DataTable label="Filesystems" columns={FILESYSTEMS} rows={rows} rowKey={(it) => `${it.device} ${it.mountpoint}`} />
  )
}

const DISKS: readonly Column<Disk>[] = [
  { title: 'Disk', cell: (it) => it.device, wide: true },
  { title: 'Read', align: 'right', cell: (it) => <Plain text={formatBytesPerSecond(it.read_bytes_per_second)} /> },
  {
    title: 'Written',
    align: 'right',
    cell: (it) => <Plain text={formatBytesPerSecond(it.written_bytes_per_second)} />,
  },
  { title: 'Reads', align: 'right', cell: (it) => <Plain text={formatPerSecond(it.reads_per_second)} /> },
  { title: 'Writes', align: 'right', cell: (it) => <Plain text={formatPerSecond(it.writes_per_second)} /> },
  { title: 'Busy', align: 'right', cell: (it) => <Meter ratio={it.busy_ratio} judged={false} /> },
]

export function DiskTable({ disks }: { disks: Disk[] }) {
  return <DataTable label="Disks" columns={DISKS} rows={disks} rowKey={(it) => it.device} />
}

const NETWORKS: readonly Column<Network>[] = [
  { title: 'Interface', cell: (it) => it.device, wide: true },
  { title: 'Link', cell: (it) => linkState(it) },
  {
    title: 'Received',
    align: 'right',
    cell: (it) => <Plain text={formatTraffic(it.receive_bytes_per_second)} />,
  },
  {
    title: 'Transmitted',
    align: 'right',
    cell: (it) => <Plain text={formatTraffic(it.transmit_bytes_per_second)} />,
  },
  { title: 'Of link speed', align: 'right', cell: (it) => <Meter ratio={linkShare(it)} judged={false} /> },
  { title: 'Speed', align: 'right', cell: (it) => <Plain text={formatLinkSpeed(it.speed_bytes_per_second)} /> },
  { title: 'Errors', align: 'right', cell: (it) => <Plain text={formatPerSecond(it.errors_per_second)} /> },
  { title: 'Drops', align: 'right', cell: (it) => <Plain text={formatPerSecond(it.drops_per_second)} /> },
]

function linkState({ up }: Network) {
  if (up === null) return <Missing />
  return (
    <span className={up ? 'inline-flex items-center gap-1 text-ok' : 'inline-flex items-center gap-1 text-ink-faint'}>
      <Icon name={up ? 'check' : 'cross'} className="size-3.5" /> {up ? 'up' : 'down'}
    </span>
  )
}

/** The busier direction against the speed: a link is full when one way is. */
function linkShare({
  receive_bytes_per_second,
  transmit_bytes_per_second,
  speed_bytes_per_second,
}: Network): number | null {
  if (receive_bytes_per_second === null || transmit_bytes_per_second === null) return null
  return ratio(Math.max(receive_bytes_per_second, transmit_bytes_per_second), speed_bytes_per_second)
}

export function NetworkTable({ networks }: { networks: Network[] }) {
  const busiestFirst = networks.toSorted((a, b) => (traffic(b) ?? -1) - (traffic(a) ?? -1))
  return <DataTable label="Interfaces" columns={NETWORKS} rows={busiestFirst} rowKey={(it) => it.device} />
}

function traffic({ receive_bytes_per_second, transmit_bytes_per_second }: Network): number | null {
  return sum(receive_bytes_per_second, transmit_bytes_per_second)
}

const SENSORS: readonly Column<Sensor>[] = [
  { title: 'Sensor', cell: (it) => it.label ?? it.sensor, wide: true },
  { title: 'Chip', cell: (it) => it.chip },
  { title: 'Temperature', align: 'right', cell: (it) => <Plain text={formatCelsius(it.temperature_celsius)} /> },
]

export function SensorTable({ sensors }: { sensors: Sensor[] }) {
  return <DataTable label="Sensors" columns={SENSORS} rows={sensors} rowKey={(it) => `${it.chip} ${it.sensor}`} />
}
