import { expect, test } from 'vitest'

import { backoff, retryHint } from '@/api/backoff'

test('waits double up to half a minute, and chance takes at most half away', () => {
  expect([0, 1, 2, 10, 2000].map((attempt) => backoff(attempt, () => 1))).toEqual([500, 1000, 2000, 30_000, 30_000])
  expect([0, 1, 2, 10, 2000].map((attempt) => backoff(attempt, () => 0))).toEqual([250, 500, 1000, 15_000, 15_000])
})

test.each([
  [1012, '{"retry_after_ms":1500}', 1500],
  [1013, 'retry_after_ms=700', 700],
  [1012, '{"retry_after_ms": 900000}', 30_000],
  [1012, 'restarting', null],
  [1006, '{"retry_after_ms":1500}', null],
])('close %d with %s asks for %s ms', (code, reason, hint) => {
  expect(retryHint(code, reason)).toBe(hint)
})
