import { expect, test } from 'vitest'

import { alertWords } from '@/lib/alertValue'

const alert = { labels: {}, annotations: {} }

test('a value and its threshold are in the unit of what is measured', () => {
  const full = { ...alert, expression: 'a:used:ratio > 0.95', value: 0.972 }
  expect(alertWords(full)).toEqual({ value: '97.2%', threshold: 'over 95.0%' })
  const soon = { ...alert, expression: 'predict_linear(avail_bytes[6h], 86400) < 0', value: -4903908944 }
  expect(alertWords(soon)).toEqual({ value: '-4.57\u00a0GiB', threshold: 'under 0\u00a0B' })
})

test('what counts to 100 is not taken for a share of 1', () => {
  const busy = { ...alert, expression: 'avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h]) > 95', value: 97.3 }
  expect(alertWords(busy)).toEqual({ value: '97.3%', threshold: 'over 95.0%' })
})

test('what happened is counted in whole numbers', () => {
  const killed = { ...alert, expression: 'increase(node_vmstat_oom_kill[10m]) >= 0.5 or x > 1', value: 1.0169 }
  expect(alertWords(killed)).toEqual({ value: '1', threshold: null })
  const failed = { ...alert, expression: 'round(increase(xid_errors_total[10m])) >= 1', value: 2 }
  expect(alertWords(failed)).toEqual({ value: '2', threshold: null })
  const often = { ...alert, expression: 'increase(errors_total[10m]) >= 2', value: 3.1 }
  expect(alertWords(often)).toEqual({ value: '3', threshold: 'at least 2' })
  const lost = { ...alert, expression: 'sum(gpu_expected) - count(gpu_up == 1) > 0', value: 1 }
  expect(alertWords(lost)).toEqual({ value: '1', threshold: null })
  const many = { ...alert, expression: 'sum by (job) (increase(errors_total[10m])) > 10', value: 12.4 }
  expect(alertWords(many)).toEqual({ value: '12', threshold: 'over 10' })
})

test('a rule may name its unit', () => {
  const hot = { ...alert, expression: 'x / 10 >= 80', value: 93, annotations: { unit: 'celsius' } }
  expect(alertWords(hot)).toEqual({ value: '93\u00a0°C', threshold: 'at least 80\u00a0°C' })
})

test('where the number alone says nothing, nothing is said', () => {
  expect(alertWords({ ...alert, expression: 'up == 0', value: 0 })).toEqual({ value: null, threshold: null })
})
