import { expect, test } from 'vitest'

import { conditionOf } from '@/lib/promql'
import { unitOf } from '@/lib/promqlUnit'

test.each([
  ['up == 0', 'up', '==', 0],
  ['a_bytes / b_bytes < 0.05 and c == 0', 'a_bytes / b_bytes', '<', 0.05],
  ['rate(e[5m]) / (rate(p[5m]) > 10) > 0.01 or x > 1', 'rate(e[5m]) / (rate(p[5m]) > 10)', '>', 0.01],
  ['x{device!~"a > (b",y=~"or"} == 1', 'x{device!~"a > (b",y=~"or"}', '==', 1],
  ['x > bool 5', 'x', '>', 5],
])('%s measures something against a number', (expression, measured, operator, value) => {
  expect(conditionOf(expression)).toEqual({ measured, threshold: { operator, value } })
})

test('what is compared with a series has no threshold to name', () => {
  expect(conditionOf('load5 > on (job) cores').threshold).toBeNull()
  expect(conditionOf('absent(up)').threshold).toBeNull()
})

test.each([
  ['predict_linear(node_filesystem_avail_bytes[6h], 24 * 3600)', 'bytes'],
  ['node_filesystem_avail_bytes / node_filesystem_size_bytes', 'ratio'],
  ['node_filesystem_files_free / (node_filesystem_files > 0)', 'ratio'],
  ['instance:node_cpu_utilization:ratio', 'ratio'],
  [
    '1 - sum by (job, instance) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[5m])) / count by (job, instance) (node_cpu_seconds_total{mode="idle"})',
    'ratio',
  ],
  ['avg by (job, instance) (rate(node_cpu_seconds_total{mode="steal"}[5m]))', 'ratio'],
  ['abs(node_time_seconds - timestamp(node_time_seconds))', 'seconds'],
  ['rate(a_errs_total[5m]) / (rate(a_packets_total[5m]) > 10)', 'ratio'],
  ['rate(node_network_receive_bytes_total[5m])', 'bytes_per_second'],
  ['DCGM_FI_DEV_GPU_TEMP', 'celsius'],
  ['avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h])', 'percent'],
  ['DCGM_FI_DEV_GPU_UTIL / 100', 'ratio'],
  ['DCGM_FI_PROF_PIPE_TENSOR_ACTIVE', 'ratio'],
  ['DCGM_FI_PROF_PCIE_TX_BYTES', 'bytes_per_second'],
  ['increase(node_vmstat_oom_kill[10m])', 'count'],
  ['sum without (reason) (rate(sightline_gpu_clock_event_seconds_total{reason=~"a|b"}[5m]))', 'ratio'],
  ['histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))', 'seconds'],
  ['node_memory_MemAvailable_bytes / 1024', null],
])('%s is in %s', (expression, unit) => {
  expect(unitOf(expression)).toBe(unit)
})
