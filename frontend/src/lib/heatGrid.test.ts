import { expect, test } from 'vitest'

import { figuresOf, tenths } from '@/lib/heatGrid'

test('a group is told by its known values and its worst status', () => {
  const values = Float32Array.from({ length: 101 }, (_, index) => (index === 100 ? Number.NaN : (index + 1) / 100))
  const status = new Uint8Array(101)
  status[7] = 2
  const figures = figuresOf(values.map((_, index) => index) as unknown as number[], values, status)
  expect(figures.count).toBe(101)
  expect(figures.mean).toBeCloseTo(0.505)
  expect(figures.p95).toBeCloseTo(0.95)
  expect(figures.maximum).toBeCloseTo(1)
  expect(figures.status).toBe(2)
})

test('a group without a value has no figures, and no zeros', () => {
  expect(figuresOf([0], Float32Array.of(Number.NaN), [1])).toEqual({
    count: 1,
    mean: null,
    p95: null,
    maximum: null,
    status: 1,
  })
})

test('values are counted by tenths, missing ones apart', () => {
  expect(tenths(Float32Array.of(0, 0.05, 0.99, 1, Number.NaN))).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1])
})
