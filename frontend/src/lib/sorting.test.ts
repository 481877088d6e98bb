import { expect, test } from 'vitest'

import { nextSort, parseSort } from '@/lib/sorting'

test('a leading minus is descending', () => {
  expect(parseSort('-cpu')).toEqual({ column: 'cpu', direction: 'descending' })
  expect(parseSort('name')).toEqual({ column: 'name', direction: 'ascending' })
  expect(parseSort('')).toBeNull()
  expect(parseSort(undefined)).toBeNull()
})

test('clicks go round: usual direction, other direction, none', () => {
  expect(nextSort(undefined, 'cpu', 'descending')).toBe('-cpu')
  expect(nextSort('-cpu', 'cpu', 'descending')).toBe('cpu')
  expect(nextSort('cpu', 'cpu', 'descending')).toBeUndefined()
  expect(nextSort('-cpu', 'name', 'ascending')).toBe('name')
})
