import { expect, test } from 'vitest'

import { count } from '@/lib/plural'

test('one is one', () => {
  expect([0, 1, 2, 10_000].map((it) => count(it, 'server'))).toEqual([
    '0 servers',
    '1 server',
    '2 servers',
    '10,000 servers',
  ])
})
