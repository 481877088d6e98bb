// The alerting rules of the mock Prometheus, as its rules API lists them.
import type { ServerRow } from '../src/api/queries.ts'

const RULES = [
  {
    name: 'InstanceDown',
    query: 'up == 0',
    duration: 60,
    severity: 'critical',
    summary: '{{ $labels.instance }} has not answered for a minute',
  },
  {
    name: 'FilesystemAlmostFull',
    query: 'instance:node_filesystem_used:ratio > 0.95',
    duration: 300,
    severity: 'warning',
    summary: 'A filesystem is almost full',
  },
  {
    name: 'CpuBusy',
    query: 'instance:node_cpu_utilization:ratio > 0.9',
    duration: 900,
    severity: 'warning',
    summary: 'The CPUs are busy',
  },
  {
    name: 'ClockSkew',
    query: 'abs(node_time_seconds - timestamp(node_time_seconds)) > 5',
    duration: 120,
    severity: 'warning',
    summary: 'The clock is off',
  },
  {
    name: 'GpuHot',
    query: 'DCGM_FI_DEV_GPU_TEMP >= 87',
    duration: 300,
    severity: 'warning',
    summary: 'A GPU is too hot',
  },
] as const

/** Their state follows from the fleet: what fires there is listed as firing here. */
export function listRules(rows: readonly ServerRow[]) {
  const firing = new Set(rows.some((it) => it.status === 'down') ? ['InstanceDown', 'FilesystemAlmostFull'] : [])
  return RULES.map(({ name, query, duration, severity, summary }) => ({
    type: 'alerting',
    name,
    query,
    duration,
    labels: { severity },
    annotations: { summary },
    state: firing.has(name) ? 'firing' : name === 'CpuBusy' && firing.size > 0 ? 'pending' : 'inactive',
    health: 'ok',
    alerts: [],
  }))
}
