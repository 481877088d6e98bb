import { expect, test } from 'vitest'

import { seriesName } from '@/lib/gpuSeries'

test.each([
  ['0', { gpu: '0' }, 'GPU 0'],
  ['0 3', { gpu: '0', GPU_I_ID: '3' }, 'GPU 0 MIG 3'],
  ['1 sent', { gpu: '1', GPU_I_ID: '' }, 'GPU 1 sent'],
  ['1 sw_power_cap', { gpu: '1', reason: 'sw_power_cap' }, 'GPU 1 power limit'],
  ['1 of_tomorrow', { gpu: '1', reason: 'of_tomorrow' }, 'GPU 1 of_tomorrow'],
])('%s of a GPU is said in words', (name, labels, words) => {
  expect(seriesName({ name, labels })).toBe(words)
})

test('what is of no GPU keeps its name', () => {
  expect(seriesName({ name: 'limit', labels: {} })).toBe('limit')
  expect(seriesName({ name: '0', labels: { cpu: '0' } })).toBe('0')
  expect(seriesName({ name: '10 sent', labels: { gpu: '1' } })).toBe('10 sent')
})

test('no two reasons have the same words, or their curves would be one', () => {
  const reasons = [
    'sw_power_cap',
    'hw_slowdown',
    'hw_thermal_slowdown',
    'sw_thermal_slowdown',
    'hw_power_brake_slowdown',
  ]
  const names = reasons.map((reason) => seriesName({ name: `0 ${reason}`, labels: { gpu: '0', reason } }))
  expect(new Set(names).size).toBe(reasons.length)
})
