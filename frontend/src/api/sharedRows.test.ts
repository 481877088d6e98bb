import { expect, test } from 'vitest'

import { shareRows } from '@/api/sharedRows'

interface Row {
  id: string
  cpu_ratio: number
  labels?: object
}

function list(at: number, servers: Row[]): { at: number; servers: Row[] } {
  return { at, servers }
}

function shared(before: unknown, next: unknown): Row[] {
  return (shareRows(before, next) as { servers: Row[] }).servers
}

test('a row of one snapshot is one object in each list', () => {
  const one = shared(undefined, list(100, [{ id: 'a', cpu_ratio: 0.1 }]))
  const other = shared(
    undefined,
    list(100, [
      { id: 'b', cpu_ratio: 0.2 },
      { id: 'a', cpu_ratio: 0.1 },
    ]),
  )
  expect(other[1]).toBe(one[0])
  expect(other.map(({ id }) => id)).toEqual(['b', 'a'])
})

test('a row that a snapshot changes is another, and one that it does not stays', () => {
  const rows = [
    { id: 'a', cpu_ratio: 0.1, labels: { rack: 'r1' } },
    { id: 'b', cpu_ratio: 0.2 },
  ]
  const before = shareRows(undefined, list(200, rows))
  const [was] = shared(undefined, list(200, rows))
  const [a, b] = shared(
    before,
    list(205, [
      { id: 'a', cpu_ratio: 0.9, labels: { rack: 'r1' } },
      { id: 'b', cpu_ratio: 0.2 },
    ]),
  )
  expect(a).toEqual({ id: 'a', cpu_ratio: 0.9, labels: { rack: 'r1' } })
  expect(a).not.toBe(was)
  expect(a?.labels).toBe(was?.labels)
  expect(b).toBe((before as { servers: Row[] }).servers[1])
})

test('a list of an older snapshot is shown as it is', () => {
  shared(undefined, list(305, [{ id: 'a', cpu_ratio: 0.5 }]))
  expect(shared(undefined, list(300, [{ id: 'a', cpu_ratio: 0.4 }]))).toEqual([{ id: 'a', cpu_ratio: 0.4 }])
  expect(shared(undefined, list(305, [{ id: 'a', cpu_ratio: 0.5 }]))[0]?.cpu_ratio).toBe(0.5)
})

test('what is no list of servers is compared as a whole', () => {
  const before = { at: 1, totals: { cores: 4 } }
  expect(shareRows(before, { at: 1, totals: { cores: 4 } })).toBe(before)
  expect(shareRows(before, { at: 2, totals: { cores: 4 } })).toEqual({ at: 2, totals: { cores: 4 } })
})
