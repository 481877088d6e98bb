import { expect, test } from 'vitest'

import { episodes, totalSeconds } from '@/lib/episodes'

test('values side by side are one episode, a gap or a zero ends it', () => {
  const found = episodes([1, 2, null, 0, 1, null], { start: 100, end: 150, step: 10 })
  expect(found).toEqual([
    { start: 100, end: 120 },
    { start: 140, end: 150 },
  ])
  expect(totalSeconds(found)).toBe(30)
})
