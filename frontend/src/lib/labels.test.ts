import { expect, test } from 'vitest'

import { mergeClose, placeLabels } from '@/lib/labels'

test('a label that would cover another goes a row down, and one without room is left out', () => {
  const labels = [
    { x: 0, width: 50 },
    { x: 40, width: 50 },
    { x: 60, width: 20 },
    { x: 45, width: 10 },
  ]
  expect(placeLabels(labels, 2, 4)).toEqual([0, 1, 0, null])
})

test('marks at the same place are one, which counts the others', () => {
  const marks = [
    { x: 10, label: 'b' },
    { x: 8, label: 'a' },
    { x: 10, label: 'a' },
    { x: 90, label: 'c' },
  ]
  expect(mergeClose(marks, 3)).toEqual([
    { x: 8, label: 'a +1' },
    { x: 90, label: 'c' },
  ])
})
