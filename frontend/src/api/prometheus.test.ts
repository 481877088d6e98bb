import { expect, test } from 'vitest'

import { onGrid } from '@/api/prometheus'

test('points lie at their steps, and what is not there or not a number is a gap', () => {
  const grid = { start: 100, end: 130, step: 10 }
  expect(
    onGrid(
      [
        [100, '1'],
        [110, 'NaN'],
        [130, '3.5'],
        [140, '4'],
      ],
      grid,
    ),
  ).toEqual([1, null, null, 3.5])
})
