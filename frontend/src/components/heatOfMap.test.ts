import { expect, test } from 'vitest'

import type { FleetMap } from '@/api/fleetMap'
import { gridOfMap } from '@/components/heatOfMap'

const map: FleetMap = {
  at: 1,
  age_seconds: 0,
  stale: false,
  interval_seconds: 5,
  by: 'cpu',
  group: 'role',
  unit: 'ratio',
  low: 0,
  high: 1,
  generation: 1,
  servers: { ids: ['a:1', 'b:1', 'c:1'], names: ['a', 'b', 'c'], group_of: [1, 0, 1] },
  levels: [99, -1, 0],
  status: { stale: [2], down: [1] },
  firing: [],
  groups: [
    { name: 'web', count: 1, minimum: null, mean: null, p95: null, maximum: null, worst_status: 'down' },
    { name: 'db', count: 2, minimum: 0, mean: 0.5, p95: 1, maximum: 1, worst_status: 'stale' },
  ],
}

test('levels become values, and none stays none', () => {
  const { size, values, status } = gridOfMap(map, 'cpu')
  expect(size).toBe(3)
  expect([...(values ?? [])]).toEqual([1, Number.NaN, 0])
  expect([...status]).toEqual([0, 2, 1])
})

test('groups are by name, with the figures of the gateway', () => {
  const { groups } = gridOfMap(map, 'cpu')
  expect(groups).toEqual([
    { name: 'db', indexes: [0, 2], count: 2, mean: 0.5, p95: 1, maximum: 1, status: 1 },
    { name: 'web', indexes: [1], count: 1, mean: null, p95: null, maximum: null, status: 2 },
  ])
})

test('what is no ratio keeps its scale', () => {
  const { values, scale } = gridOfMap({ ...map, by: 'temperature', unit: 'celsius', low: 40, high: 60 }, 'temperature')
  expect([...(values ?? [])]).toEqual([60, Number.NaN, 40])
  expect(scale).toEqual({ unit: 'celsius', low: 40, high: 60, judged: false })
})

test('what fills up is judged, what works is not', () => {
  expect(gridOfMap({ ...map, by: 'filesystem' }, 'filesystem').scale.judged).toBe(true)
  expect(gridOfMap(map, 'cpu').scale.judged).toBe(false)
})
