import { expect, test } from 'vitest'

import { alertsOf, bootsOf } from '@/lib/events'

const grid = { start: 1000, end: 1100, step: 10 }

test('a boot is told once, however often it is seen and however its time trembles', () => {
  const series = [
    {
      metric: {},
      values: [
        [1000, '500'],
        [1050, '1040.2'],
        [1060, '1041'],
        [1070, 'NaN'],
      ] as const,
    },
  ]
  expect(bootsOf(series, grid)).toEqual([{ at: 1040.2, label: 'boot' }])
})

test('an alert is told where it begins, again after it was away, and not where the chart begins', () => {
  const series = [
    {
      metric: { alertname: 'CpuBusy' },
      values: [
        [1000, '1'],
        [1010, '1'],
        [1050, '1'],
        [1060, '1'],
      ] as const,
    },
  ]
  expect(alertsOf(series, grid)).toEqual([{ at: 1050, label: 'CpuBusy' }])
})
