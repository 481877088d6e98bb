import { describe, expect, test } from 'vitest'

import { continueChart, gapsOf, gridTimes, hasValues, missingTail, stack, summarize, type Chart } from '@/lib/series'

const chart = (start: number, series: Record<string, (number | null)[]>): Chart => {
  const length = Object.values(series)[0]?.length ?? 0
  return {
    start,
    end: start + (length - 1) * 10,
    step: 10,
    series: Object.entries(series).map(([name, values]) => ({ name, values })),
  }
}

test('a grid has both its ends', () => {
  expect(gridTimes({ start: 10, end: 40, step: 10 })).toEqual([10, 20, 30, 40])
})

describe('missingTail', () => {
  const wanted = { start: 100, end: 200, step: 10 }
  test('asks for what is new, and for the last steps again', () => {
    expect(missingTail({ start: 90, end: 190, step: 10 }, wanted, 2)).toEqual({ start: 170, end: 200, step: 10 })
  })
  test.each([
    ['nothing is known', undefined],
    ['the step is another', { start: 90, end: 190, step: 5 }],
    ['the grid is shifted', { start: 95, end: 195, step: 10 }],
    ['what is known begins too late', { start: 110, end: 190, step: 10 }],
    ['what is known ended before', { start: 0, end: 90, step: 10 }],
  ])('cannot continue when %s', (_why, known) => {
    expect(missingTail(known, wanted, 2)).toBeNull()
  })
})

describe('continueChart', () => {
  test('drops what left the window and lets the newer answer count', () => {
    const known = chart(10, { a: [1, 2, 3, null] })
    const tail = chart(40, { a: [4, 5] })
    expect(continueChart(known, tail, { start: 20, end: 50, step: 10 })).toEqual(chart(20, { a: [2, 3, 4, 5] }))
  })
  test('a gap stays a gap', () => {
    const merged = continueChart(chart(10, { a: [1, null, 3] }), chart(40, { a: [null, 5] }), {
      start: 10,
      end: 50,
      step: 10,
    })
    expect(merged.series[0]?.values).toEqual([1, null, 3, null, 5])
  })
  test('a series that is new has a gap before, one that ended has a gap after', () => {
    const merged = continueChart(chart(10, { old: [1, 2] }), chart(30, { fresh: [3] }), {
      start: 10,
      end: 30,
      step: 10,
    })
    expect(merged.series).toEqual([
      { name: 'old', values: [1, 2, null] },
      { name: 'fresh', values: [null, null, 3] },
    ])
  })
  test('a series with nothing left in view is gone', () => {
    const merged = continueChart(chart(10, { old: [1, null] }), chart(30, { fresh: [3] }), {
      start: 20,
      end: 30,
      step: 10,
    })
    expect(merged.series.map((it) => it.name)).toEqual(['fresh'])
  })
})

test('a stack adds up, and a gap adds nothing', () => {
  expect(
    stack([
      { name: 'a', values: [1, null, 3] },
      { name: 'b', values: [10, 20, null] },
      { name: 'c', values: [100, 200, 300] },
    ]),
  ).toEqual([
    [1, null, 3],
    [11, 20, null],
    [111, 220, 303],
  ])
})

test('a summary ignores gaps, and the latest of a series that ended is missing', () => {
  expect(summarize([1, null, 3, null])).toEqual({ latest: null, minimum: 1, mean: 2, maximum: 3 })
  expect(summarize([null])).toEqual({ latest: null, minimum: null, mean: null, maximum: null })
})

test('only nulls is nothing to draw', () => {
  expect(hasValues([{ name: 'a', values: [null, null] }])).toBe(false)
  expect(hasValues([{ name: 'a', values: [null, 0] }])).toBe(true)
})

test('a gap is where no series has a value, from the last one before it to the first after it', () => {
  expect(
    gapsOf(
      [
        [1, null, null, 4, null],
        [1, 2, null, null, 5],
      ],
      5,
    ),
  ).toEqual([[1, 3]])
  expect(gapsOf([[1, 2, 3]], 3)).toEqual([])
})

test('a gap at either end reaches to the edge, but a scrape that is late is none', () => {
  expect(gapsOf([[null, null, 3, 4]], 4)).toEqual([[0, 2]])
  expect(gapsOf([[1, 2, null, null]], 4)).toEqual([])
  expect(gapsOf([[1, null, null, null]], 4)).toEqual([[0, 3]])
  expect(gapsOf([], 4)).toEqual([[0, 3]])
})
