import { expect, test } from 'vitest'

import { parseCompared, withCompared } from '@/lib/compare'

const grid = { start: 1000, end: 1020, step: 10 }

test('what the URL says is a past, a server, or nothing', () => {
  expect(parseCompared('-7d')).toEqual({ kind: 'past', ago: 604_800, label: 'a week before' })
  expect(parseCompared('web-2:9100')).toEqual({ kind: 'server', id: 'web-2:9100' })
  expect(parseCompared('')).toBeNull()
  expect(parseCompared(undefined)).toBeNull()
})

test('the past lies under the present, in the colour of its series', () => {
  const now = { ...grid, series: [{ name: 'a', values: [1, 2, 3] }] }
  const past = { start: 990, end: 1010, step: 10, series: [{ name: 'a', values: [7, null, 9] }] }
  expect(withCompared(now, past, 'before', 10).series).toEqual([
    { name: 'a', values: [1, 2, 3] },
    { name: 'a, before', values: [7, null, 9], echo: true, color: 0 },
  ])
})

test('a series that only the other has gets a colour of its own, and an empty one is left out', () => {
  const now = { ...grid, series: [{ name: 'a', values: [1, 2, 3] }] }
  const other = {
    ...grid,
    series: [
      { name: 'a', values: [null, null, null] },
      { name: 'b', values: [4, 5, 6] },
    ],
  }
  expect(withCompared(now, other, 'web-2', 0).series.slice(1)).toEqual([
    { name: 'b, web-2', values: [4, 5, 6], echo: true, color: 2 },
  ])
})
