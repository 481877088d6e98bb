import { expect, test } from 'vitest'

import { narrow } from '@/lib/promqlNarrow'

test.each([
  ['up', 'up{instance="a:1"}'],
  ['rate(x{mode="{idle}"}[5m]) / y', 'rate(x{instance="a:1",mode="{idle}"}[5m]) / y{instance="a:1"}'],
  [
    '1 - sum by (job, instance) (rate(c[5m])) > 0.95 and on (job) load5 offset 5m',
    '1 - sum by (job, instance) (rate(c{instance="a:1"}[5m])) > 0.95 and on (job) load5{instance="a:1"} offset 5m',
  ],
  ['a_bytes < 1e9', 'a_bytes{instance="a:1"} < 1e9'],
  ['{__name__="up"}', '{instance="a:1",__name__="up"}'],
])('%s is asked of one server', (expression, narrowed) => {
  expect(narrow(expression, { instance: 'a:1' })).toBe(narrowed)
})

test('without a label all is asked', () => {
  expect(narrow('up == 0', {})).toBe('up == 0')
})
