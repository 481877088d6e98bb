import { expect, test } from 'vitest'

import { inRowOrder, intoColumns, rowHeight } from '@/lib/heatStrip'

test('a column has the busiest of its moments, and none where nothing is known', () => {
  expect([...intoColumns([0.5, null, 0.25, 1, null, null], 3)]).toEqual([0.5, 1, Number.NaN])
})

test('fewer moments than columns are as wide as it takes', () => {
  expect([...intoColumns([0, 1], 4)]).toEqual([0, 0, 1, 1])
  expect([...intoColumns([], 2)]).toEqual([Number.NaN, Number.NaN])
})

test('rows share the height, and each has a pixel at least', () => {
  expect(rowHeight(4, 200)).toBe(14)
  expect(rowHeight(64, 200)).toBe(3)
  expect(rowHeight(512, 200)).toBe(1)
})

test('cores are in the order of their numbers, the own before those compared with', () => {
  const series = [{ name: '10' }, { name: '2, a day before', echo: true }, { name: '2' }]
  expect(inRowOrder(series).map((it) => it.name)).toEqual(['2', '10', '2, a day before'])
})
