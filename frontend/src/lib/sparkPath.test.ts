import { expect, test } from 'vitest'

import { sparkPath } from '@/lib/sparkPath'

const box = { maximum: 1, length: 3, width: 20, height: 12 }

test('a curve spans the width, with a pixel left above and below', () => {
  expect(sparkPath([0, 1, 0.5], box)).toBe('M0.0 11.0L10.0 1.0L20.0 6.0')
})

test('fewer values stand at the right end, and a gap lifts the pen', () => {
  expect(sparkPath([1, 0], box)).toBe('M10.0 1.0L20.0 11.0')
  expect(sparkPath([1, null, 0], box)).toBe('M0.0 1.0M20.0 11.0')
})

test('what is more than the top stays inside, and without a top the largest is it', () => {
  expect(sparkPath([2, 1, 1], box)).toBe('M0.0 1.0L10.0 1.0L20.0 1.0')
  expect(sparkPath([5, 10, 0], { ...box, maximum: undefined })).toBe('M0.0 6.0L10.0 1.0L20.0 11.0')
  expect(sparkPath([null, null], box)).toBe('')
})
