import { expect, test } from 'vitest'

import { toCsv } from '@/lib/csv'

test('quotes what needs it and leaves missing empty', () => {
  expect(
    toCsv(
      ['name', 'cpu'],
      [
        ['a,"b"', 0],
        ['c', null],
      ],
    ),
  ).toBe('name,cpu\r\n"a,""b""",0\r\nc,\r\n')
})

test('a name that looks like a formula is text', () => {
  expect(toCsv(['name'], [['=1+1']])).toBe("name\r\n'=1+1\r\n")
})

test('a negative number stays a number', () => {
  expect(toCsv(['n'], [[-1]])).toBe('n\r\n-1\r\n')
})
