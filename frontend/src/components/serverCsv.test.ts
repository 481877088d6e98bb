import { expect, test } from 'vitest'

import { fieldsOf } from '@/components/serverCsv'

test('the file has the chosen columns, in their order, after the names', () => {
  const names = Object.keys(fieldsOf(['memory', 'trend', 'label.rack']))
  expect(names).toEqual(['name', 'instance', 'job', 'status', 'memory_used_bytes', 'memory_total_bytes', 'rack'])
})

test('where nobody chose, the file has all', () => {
  expect(Object.keys(fieldsOf(null))).toContain('swap_used_bytes')
})
