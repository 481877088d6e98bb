// What the map of GPUs can be coloured by, and its cells.
import { STATUSES } from '@/api/fleetMap'
import type { FleetGpu } from '@/api/queries'
import { gpuKey, gpuName } from '@/components/gpuColumns'
import type { HeatCells, Scale } from '@/lib/heatGrid'
import { FORMATTERS } from '@/lib/panelUnits'
import { ratio } from '@/lib/units'

interface GpuMetric {
  label: string
  value: (gpu: FleetGpu) => number | null
  scale: Scale
}

/** Cells, and which of them stand together. */
export interface GpuGrid extends HeatCells {
  groups: readonly { name: string; indexes: number[] }[]
}

/** Much is what a GPU is there for. */
const share = { scale: { unit: 'ratio', low: 0, high: 1, judged: false } } as const

export const GPU_METRICS = {
  utilization: { ...share, label: 'Utilization', value: (gpu) => gpu.utilization_ratio },
  tensor: { ...share, label: 'Tensor cores', value: (gpu) => gpu.tensor_ratio },
  memory: { ...share, label: 'Memory', value: (gpu) => ratio(gpu.memory_used_bytes, gpu.memory_total_bytes) },
  temperature: {
    label: 'Temperature',
    value: (gpu) => gpu.temperature_celsius,
    scale: { unit: 'celsius', low: 30, high: 90, judged: true },
  },
  power: { ...share, label: 'Power of limit', value: (gpu) => ratio(gpu.power_watts, gpu.power_limit_watts) },
} satisfies Record<string, GpuMetric>

export type GpuMetricName = keyof typeof GPU_METRICS

export const DEFAULT_GPU_METRIC: GpuMetricName = 'utilization'

export function isGpuMetric(value: unknown): value is GpuMetricName {
  return typeof value === 'string' && Object.hasOwn(GPU_METRICS, value)
}

export const GROUPINGS = ['server', 'model', 'mig'] as const
export type Grouping = (typeof GROUPINGS)[number]

function groupOf(gpu: FleetGpu, by: Grouping | undefined): string {
  if (by === 'server') return gpu.server_name
  if (by === 'model') return gpu.name ?? 'model unknown'
  if (by === 'mig') return gpu.mig_profile ?? ((gpu.mig_instances ?? 0) > 0 ? 'split' : 'whole')
  return ''
}

const byName = new Intl.Collator('en', { numeric: true })

/** A cell per GPU, by server, so that a GPU's cell stays where it is whatever the table is sorted by. */
export function gridOfGpus(rows: readonly FleetGpu[], metric: GpuMetricName, by: Grouping | undefined): GpuGrid {
  const { value, scale } = GPU_METRICS[metric]
  const gpus = rows.toSorted(
    (a, b) => byName.compare(a.server_name, b.server_name) || byName.compare(gpuKeyInServer(a), gpuKeyInServer(b)),
  )
  const values = Float32Array.from(gpus, (gpu) => value(gpu) ?? Number.NaN)
  const status = Uint8Array.from(gpus, (gpu) => STATUSES.indexOf(gpu.up === false ? 'down' : (gpu.status ?? 'up')))
  const members = new Map<string, number[]>()
  gpus.forEach((gpu, index) => {
    const name = groupOf(gpu, by)
    members.set(name, [...(members.get(name) ?? []), index])
  })
  const groups = [...members]
    .map(([name, indexes]) => ({ name, indexes }))
    .toSorted((a, b) => byName.compare(a.name, b.name))
  return {
    size: gpus.length,
    ids: gpus.map((gpu) => gpu.server ?? ''),
    names: gpus.map((gpu) => `${gpu.server_name} ${gpuName(gpu)}`),
    status,
    values,
    scale,
    groups,
  }
}

function gpuKeyInServer(gpu: FleetGpu): string {
  return `${gpu.gpu} ${gpu.mig_id ?? ''} ${gpuKey(gpu)}`
}

/** A cell's value in words. */
export function heatValue({ scale }: HeatCells, value: number): string {
  return Number.isNaN(value) ? 'n/a' : FORMATTERS[scale.unit](value)
}
