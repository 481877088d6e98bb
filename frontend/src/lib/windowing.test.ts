import { expect, test } from 'vitest'

import { clampRows, pagesOf, visibleRows } from '@/lib/windowing'

test('draws what is on screen and a little more', () => {
  expect(visibleRows(2800, 280, 28)).toEqual({ first: 92, end: 118 })
})
test('a list below the fold draws its first rows only', () => {
  expect(clampRows(visibleRows(-400, 500, 28), 1000)).toEqual({ first: 0, end: 12 })
})
test('never draws rows that do not exist', () => {
  expect(clampRows(visibleRows(0, 1000, 28), 3)).toEqual({ first: 0, end: 3 })
  expect(clampRows(visibleRows(0, 1000, 28), 0)).toEqual({ first: 0, end: 0 })
})
test('a window touches one page, or two at their border', () => {
  expect(pagesOf({ first: 10, end: 60 })).toEqual({ size: 100, first: 0, last: 0 })
  expect(pagesOf({ first: 80, end: 120 })).toEqual({ size: 100, first: 0, last: 100 })
  expect(pagesOf({ first: 100, end: 200 })).toEqual({ size: 100, first: 100, last: 100 })
  expect(pagesOf({ first: 0, end: 0 })).toEqual({ size: 100, first: 0, last: 0 })
})
test('a window longer than a page gets longer pages', () => {
  expect(pagesOf({ first: 90, end: 230 })).toEqual({ size: 250, first: 0, last: 0 })
})
