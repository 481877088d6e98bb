// What the fleet map can be coloured by.
import type { Metric } from '@/api/fleetColumns'

export type HeatMetric = 'status' | Metric

export const HEAT_METRICS: Record<HeatMetric, { label: string }> = {
  status: { label: 'Status' },
  cpu: { label: 'CPU' },
  memory: { label: 'Memory' },
  filesystem: { label: 'Disk' },
  gpu: { label: 'GPU' },
}

export const DEFAULT_HEAT: HeatMetric = 'cpu'

export function isHeatMetric(value: unknown): value is HeatMetric {
  return typeof value === 'string' && Object.hasOwn(HEAT_METRICS, value)
}
