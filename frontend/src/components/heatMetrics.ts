// What the fleet map can be coloured by: the status, or a column of the gateway's map.

/** What fills up is judged, as by a bar; what works is not, and what is measured against the hottest of the moment cannot be. */
export const HEAT_METRICS = {
  status: { label: 'Status', judged: false },
  cpu: { label: 'CPU', judged: false },
  memory: { label: 'Memory', judged: true },
  filesystem: { label: 'Disk', judged: true },
  load: { label: 'Load', judged: false },
  network: { label: 'Network', judged: false },
  disk: { label: 'Disk throughput', judged: false },
  temperature: { label: 'Temperature', judged: false },
  gpu: { label: 'GPU', judged: false },
  'gpu.memory': { label: 'GPU memory', judged: false },
  'gpu.temperature': { label: 'GPU temperature', judged: false },
} as const

export type HeatMetric = keyof typeof HEAT_METRICS

export const DEFAULT_HEAT: HeatMetric = 'cpu'

export function isHeatMetric(value: unknown): value is HeatMetric {
  return typeof value === 'string' && Object.hasOwn(HEAT_METRICS, value)
}
