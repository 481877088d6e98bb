import { expect, test } from 'vitest'

import { continueMap, mapResource, type FleetMap } from '@/api/fleetMap'

const frame: FleetMap = {
  at: 1,
  age_seconds: 0,
  stale: false,
  interval_seconds: 5,
  by: 'cpu',
  group: null,
  unit: 'ratio',
  low: 0,
  high: 1,
  generation: 7,
  servers: { ids: ['a', 'b'], names: ['a', 'b'], group_of: null },
  levels: [10, -1],
  status: { stale: [], down: [1] },
  firing: [],
  groups: [],
}

test('names come once and stay while the generation does', () => {
  const next = { ...frame, at: 6, servers: null, levels: [20, 30] }
  expect(continueMap(frame, next)).toEqual({ ...next, servers: frame.servers })
})

test('levels without the names that they belong to change nothing', () => {
  const strange = { ...frame, generation: 8, servers: null }
  expect(continueMap(frame, strange)).toBe(frame)
  expect(continueMap(undefined, strange)).toBeUndefined()
})

test('a label and a filter are encoded in the address', () => {
  expect(mapResource({ by: 'cpu', group: undefined, filter: undefined })).toBe('/api/v1/map?by=cpu')
  expect(mapResource({ by: 'cpu', group: 'a b', filter: 'cpu>0.5' })).toBe(
    '/api/v1/map?by=cpu&group=a%20b&filter=cpu%3E0.5',
  )
})
