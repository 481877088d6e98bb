// What is told of one GPU, column by column: for the GPUs page and for a server's own table. A new one is an entry here.
import type { ReactNode } from 'react'

import type { FleetGpu, Gpu } from '@/api/queries'
import { Age } from '@/components/Age'
import { WarningBadge } from '@/components/gpuWarnings'
import { ServerLink } from '@/components/ServerLink'
import { Share } from '@/components/Share'
import { StatusLabel } from '@/components/status'
import { NotTold, Told } from '@/components/Told'
import { heldBackBy } from '@/lib/heldBack'
import {
  formatBytes,
  formatCelsius,
  formatHertz,
  formatRatio,
  formatWatts,
  formatWhole,
  ratio,
  type Value,
} from '@/lib/units'
import { Icon } from '@/ui/Icon'

export interface GpuColumn {
  id: string
  title: string
  /** What the gateway sorts by. */
  sort?: string
  /** Least width in pixels; a column that does not fit is left out, from the last on. */
  width: number
  align: 'left' | 'right'
  first: 'ascending' | 'descending'
  cell: (gpu: Gpu) => ReactNode
}

const numeric = { align: 'right', first: 'descending' } as const

export const GPU_COLUMNS: readonly GpuColumn[] = [
  {
    ...numeric,
    id: 'utilization',
    title: 'Utilization',
    sort: 'utilization',
    width: 112,
    cell: (gpu) => <Meter value={gpu.utilization_ratio} />,
  },
  {
    ...numeric,
    id: 'memory',
    title: 'Memory',
    sort: 'memory',
    width: 112,
    cell: (gpu) => (
      <Meter
        value={ratio(gpu.memory_used_bytes, gpu.memory_total_bytes)}
        title={`${formatBytes(gpu.memory_used_bytes)} of ${formatBytes(gpu.memory_total_bytes)}`}
      />
    ),
  },
  {
    ...numeric,
    id: 'temperature',
    title: 'Temp.',
    sort: 'temperature',
    width: 72,
    cell: (gpu) => (
      <Told
        text={formatCelsius(gpu.temperature_celsius)}
        title={`Memory ${formatCelsius(gpu.memory_temperature_celsius)}`}
      />
    ),
  },
  {
    ...numeric,
    id: 'power',
    title: 'Power of limit',
    sort: 'power',
    width: 164,
    cell: (gpu) => <Power gpu={gpu} />,
  },
  {
    id: 'warnings',
    title: 'Warning',
    sort: 'warnings',
    width: 132,
    align: 'left',
    first: 'descending',
    cell: (gpu) => <WarningBadge warnings={gpu.warnings.map((it) => ({ ...it, gpu: null }))} />,
  },
  {
    ...numeric,
    id: 'tensor',
    title: 'Tensor',
    sort: 'tensor',
    width: 104,
    cell: (gpu) => <Meter value={gpu.tensor_ratio} />,
  },
  {
    ...numeric,
    id: 'clock',
    title: 'Clock',
    sort: 'clock',
    width: 84,
    cell: (gpu) => <Told text={formatHertz(gpu.clock_hertz)} title={`Memory ${formatHertz(gpu.memory_clock_hertz)}`} />,
  },
  {
    id: 'held',
    title: 'Held back by',
    width: 172,
    align: 'left',
    first: 'descending',
    cell: (gpu) => <HeldBack gpu={gpu} />,
  },
  {
    ...numeric,
    id: 'ecc',
    title: 'ECC',
    sort: 'ecc',
    width: 72,
    cell: (gpu) => <Ecc gpu={gpu} />,
  },
  {
    id: 'xid',
    title: 'Last XID',
    sort: 'xid',
    width: 236,
    align: 'left',
    first: 'descending',
    cell: (gpu) => <Xid gpu={gpu} />,
  },
  {
    ...numeric,
    id: 'processes',
    title: 'Processes',
    sort: 'processes',
    width: 84,
    cell: (gpu) => <Told text={formatWhole(gpu.processes)} />,
  },
  {
    id: 'model',
    title: 'Model',
    sort: 'model',
    width: 190,
    align: 'left',
    first: 'ascending',
    cell: (gpu) => <span className="block truncate">{gpu.name ?? <NotTold />}</span>,
  },
]

/** "GPU 0", or where a GPU that never told its number is. */
export function gpuName({ gpu, mig_profile, mig_id, pci_bus_id }: Gpu): string {
  const name = gpu === '' ? (pci_bus_id ?? '?') : `GPU ${gpu}`
  return mig_id === null ? name : `${name} MIG ${mig_profile ?? mig_id}`
}

export function gpuKey(gpu: Gpu): string {
  return [gpu.uuid, gpu.gpu, gpu.pci_bus_id, gpu.mig_id].join(' ')
}

export function GpuLink({ row }: { row: FleetGpu }) {
  const name = (
    <>
      {row.server_name} <span className="text-ink-soft">{gpuName(row)}</span>
    </>
  )
  return (
    <span className="flex min-w-0 items-center gap-2">
      {row.server === null ? (
        <span className="truncate font-medium" title="No server of the fleet answers to this host.">
          {name}
        </span>
      ) : (
        <ServerLink
          id={row.server}
          className="truncate font-medium underline-offset-2 hover:text-accent hover:underline"
        >
          {name}
        </ServerLink>
      )}
      {row.status && row.status !== 'up' && <StatusLabel status={row.status} />}
    </span>
  )
}

function Meter({ value, title }: { value: Value; title?: string }) {
  if (value === null || value === undefined) return <NotTold />
  return <Share ratio={value} title={title} judged={false} />
}

function Power({ gpu }: { gpu: Gpu }) {
  if (gpu.power_watts === null) return <NotTold />
  return (
    <span className="flex items-center gap-1" title={`of ${formatWatts(gpu.power_limit_watts)}`}>
      <span className="flex-1">
        <Meter value={ratio(gpu.power_watts, gpu.power_limit_watts)} />
      </span>
      <span className="w-12 text-xs whitespace-nowrap text-ink-soft">{formatWatts(gpu.power_watts)}</span>
    </span>
  )
}

function HeldBack({ gpu }: { gpu: Gpu }) {
  if (gpu.clock_hertz === null) return <NotTold />
  const told = gpu.held_back.map(({ reason, ratio }) => `${heldBackBy(reason)} ${formatRatio(ratio)}`)
  if (told.length === 0) return <span className="text-ink-faint">nothing</span>
  return (
    <span className="block truncate" title={told.join(', ')}>
      {told.join(', ')}
    </span>
  )
}

function Ecc({ gpu: { ecc_corrected, ecc_uncorrected } }: { gpu: Gpu }) {
  if (ecc_uncorrected === null) return <NotTold />
  const title = `${formatWhole(ecc_uncorrected)} not corrected, ${formatWhole(ecc_corrected)} corrected`
  if (ecc_uncorrected === 0) return <span title={title}>0</span>
  return (
    <span className="inline-flex items-center gap-1 font-medium text-bad" title={title}>
      <Icon name="warning" className="size-3.5" />
      {formatWhole(ecc_uncorrected)}
    </span>
  )
}

function Xid({ gpu: { xid } }: { gpu: Gpu }) {
  if (!xid) return <span className="text-ink-faint">none</span>
  const meaning = xid.meaning ?? 'see NVIDIA’s XID catalogue'
  return (
    <span className="block truncate" title={meaning}>
      <span className="font-medium">{xid.code}</span>
      {xid.at !== null && (
        <span className="text-xs text-ink-faint">
          {' '}
          <Age since={xid.at} /> ago
        </span>
      )}{' '}
      <span className="text-ink-soft">{meaning}</span>
    </span>
  )
}
