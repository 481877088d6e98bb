import { expect, test } from 'vitest'

import { cellAt, layoutHeat, neighbour, shadeOf } from '@/lib/heat'

test('few servers get large cells, many get small ones that still fit', () => {
  expect(layoutHeat(20, 1000, 100).pitch).toBe(26)
  const many = layoutHeat(10_000, 1500, 340)
  expect(many.columns * many.rows).toBeGreaterThanOrEqual(10_000)
  expect(many.pitch).toBe(7)
})

test('a point finds its cell, and nothing where there is none', () => {
  const layout = { columns: 10, rows: 2, pitch: 10, gap: 1 }
  expect(cellAt(layout, 15, 5, 5)).toBe(0)
  expect(cellAt(layout, 15, 45, 12)).toBe(14)
  expect(cellAt(layout, 15, 55, 12)).toBeNull()
  expect(cellAt(layout, 15, 101, 5)).toBeNull()
  expect(cellAt(layout, 15, -1, 5)).toBeNull()
})

test('shades cover the scale, its ends included', () => {
  expect([0, 0.49, 0.5, 1, 1.2, -1].map((it) => shadeOf(it, 10))).toEqual([0, 4, 5, 9, 9, 0])
})

test('arrow keys move and stop at the edge', () => {
  const layout = { columns: 10, rows: 2, pitch: 10, gap: 1 }
  expect(neighbour(3, 'ArrowRight', layout, 15)).toBe(4)
  expect(neighbour(3, 'ArrowDown', layout, 15)).toBe(13)
  expect(neighbour(7, 'ArrowDown', layout, 15)).toBe(7)
  expect(neighbour(0, 'ArrowLeft', layout, 15)).toBe(0)
  expect(neighbour(3, 'End', layout, 15)).toBe(14)
  expect(neighbour(3, 'a', layout, 15)).toBeNull()
})
