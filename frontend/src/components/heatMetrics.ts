// What the fleet map can be coloured by: the status, or a column of the gateway's map.

export const HEAT_METRICS = {
  status: { label: 'Status' },
  cpu: { label: 'CPU' },
  memory: { label: 'Memory' },
  filesystem: { label: 'Disk' },
  load: { label: 'Load' },
  network: { label: 'Network' },
  disk: { label: 'Disk throughput' },
  temperature: { label: 'Temperature' },
  gpu: { label: 'GPU' },
  'gpu.memory': { label: 'GPU memory' },
  'gpu.temperature': { label: 'GPU temperature' },
} as const

export type HeatMetric = keyof typeof HEAT_METRICS

export const DEFAULT_HEAT: HeatMetric = 'cpu'

export function isHeatMetric(value: unknown): value is HeatMetric {
  return typeof value === 'string' && Object.hasOwn(HEAT_METRICS, value)
}
