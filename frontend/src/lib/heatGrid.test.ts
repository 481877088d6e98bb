import { expect, test } from 'vitest'

import { boundsOf, sameGrid, tenths, type HeatGrid } from '@/lib/heatGrid'

const RATIO = { unit: 'ratio', low: 0, high: 1, judged: false } as const

test('values are counted by tenths of their scale, missing ones apart', () => {
  expect(tenths(Float32Array.of(0, 0.05, 0.99, 1, Number.NaN), [0, 1, 2, 3, 4], RATIO)).toEqual([
    2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1,
  ])
  const degrees = { unit: 'celsius', low: 40, high: 60, judged: false } as const
  expect(tenths(Float32Array.of(40, 59, 60), [0, 1, 2], degrees)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0])
})

test('where all values are the same, they are in one tenth', () => {
  expect(tenths(Float32Array.of(7, 7, 7), [0, 2], { unit: 'count', low: 7, high: 7, judged: false })[0]).toBe(2)
})

test('the bounds of the tenths begin and end with the scale', () => {
  const bounds = boundsOf({ unit: 'celsius', low: 40, high: 60, judged: false })
  expect([bounds.length, bounds[0], bounds[1], bounds[10]]).toEqual([11, 40, 42, 60])
})

test('grids are the same when every cell and every group is, and a missing value is as missing as another', () => {
  const grid = (): HeatGrid => ({
    size: 2,
    ids: ['a', 'b'],
    names: ['a', 'b'],
    status: Uint8Array.of(0, 2),
    values: Float32Array.of(0.5, Number.NaN),
    scale: RATIO,
    groups: [{ name: '', indexes: [0, 1], count: 2, mean: null, p95: null, maximum: null, status: 2 }],
  })
  expect(sameGrid(grid(), grid())).toBe(true)
  const others: Partial<HeatGrid>[] = [
    { ids: ['a', 'c'] },
    { names: ['a', 'c'] },
    { status: Uint8Array.of(0, 1) },
    { values: Float32Array.of(0.5, 0) },
    { values: null },
    { scale: { ...RATIO, high: 2 } },
    { groups: grid().groups.map((it) => ({ ...it, indexes: [1, 0] })) },
    { groups: grid().groups.map((it) => ({ ...it, mean: 0.5 })) },
    { groups: [] },
  ]
  for (const other of others) expect(sameGrid(grid(), { ...grid(), ...other })).toBe(false)
})
