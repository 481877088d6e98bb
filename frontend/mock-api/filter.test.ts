import { expect, test } from 'vitest'

import { filterRows, sortRows } from './filter.ts'
import { makeFleet } from './fleet.ts'
import { makeRow } from './rows.ts'

const rows = makeFleet(40).map((it) => makeRow(it, 1_800_000_000))
const names = (filter: string) => filterRows(rows, filter).map((it) => it.name)

test('words, statuses and comparisons narrow the list together', () => {
  expect(names('status:down web')).toEqual(['down-1'])
  expect(names('hot-1 cpu>0.8')).toEqual(['hot-1'])
  expect(names('hot-1 cpu<0.8')).toEqual([])
  expect(names('role:db -1 !hot !gap !db-')).toEqual(['broken-1'])
  expect(names('web-1:9100')).toEqual(['web-1'])
  expect(names('state=down role=web')).toEqual(['down-1'])
  expect(names('role=we')).toEqual([])
})

test('a column that is missing matches no comparison', () => {
  expect(names('half-1 load>=0')).toEqual([])
})

test.each([
  ['status:gone', 'character 8: there is no status `gone`; allowed are up, stale, down'],
  ['web speed>3', 'character 5: there is no column `speed`'],
  ['cpu>much', 'character 5: `much` is not a number'],
])('%s is refused', (filter, message) => {
  expect(() => filterRows(rows, filter)).toThrow(message)
})

test('missing values come last in both directions', () => {
  expect(sortRows(rows, 'load').at(-1)?.load1).toBeNull()
  expect(sortRows(rows, '-load').at(-1)?.load1).toBeNull()
})

test('the worst comes first when nothing else is asked', () => {
  expect(sortRows(rows, null)[0]?.status).toBe('down')
})
