import { expect, test } from 'vitest'

import { heldRow } from '@/lib/hold'

const a = { id: 'a', cpu: 1 }
const b = { id: 'b', cpu: 2 }
const newerA = { id: 'a', cpu: 9 }
const byPlace = new Map([
  [0, b],
  [1, newerA],
])
const byId = new Map([
  ['a', newerA],
  ['b', b],
])

test('without a hold the newest order counts', () => {
  expect(heldRow(0, null, byPlace, byId)).toBe(b)
})
test('with a hold the row stays in its place and its values move on', () => {
  expect(heldRow(0, new Map([[0, a]]), byPlace, byId)).toBe(newerA)
})
test('a held row that is no longer loaded keeps its last values', () => {
  expect(heldRow(0, new Map([[0, a]]), new Map(), new Map())).toBe(a)
})
test('a place that was not held shows what is there now', () => {
  expect(heldRow(1, new Map([[0, a]]), byPlace, byId)).toBe(newerA)
})
