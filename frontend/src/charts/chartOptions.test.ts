import { expect, test } from 'vitest'

import { lonelyPoints, seriesToken } from '@/charts/chartOptions'

test('a value between two gaps is lonely, also at either end', () => {
  expect(lonelyPoints([1, null, 2, 3, null, 4])).toEqual([0, 5])
  expect(lonelyPoints([null, 7, null])).toEqual([1])
  expect(lonelyPoints([null, null])).toEqual([])
})

test('colours start over when there are more series than colours', () => {
  expect(seriesToken(0)).toBe('series-1')
  expect(seriesToken(8)).toBe('series-1')
})
