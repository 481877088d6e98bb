import { expect, test } from 'vitest'

import { expressionsIn, expressionsOf, parseStep } from '@/pages/exploreSearch'

test('expressions go into the URL and come back, without holes', () => {
  expect(expressionsIn(['up', ' ', 'node_load1'])).toEqual({ expr: 'up', expr2: 'node_load1' })
  expect(expressionsOf({ expr: 'up', expr3: 'node_load1' })).toEqual(['up', 'node_load1'])
  expect(expressionsOf({})).toEqual([''])
})

test('a step is whole seconds; what is not is no step', () => {
  expect(parseStep('15')).toBe(15)
  expect(['0', '-5', '1.5', 'x', '', undefined].map(parseStep)).toEqual([null, null, null, null, null, null])
})
