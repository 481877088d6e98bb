import { describe, expect, test } from 'vitest'

import { gridOf, parseRange, rangeKey, ROLLING, stepFor, untilNextStep } from '@/lib/ranges'

describe('parseRange', () => {
  test('a rolling range', () => {
    expect(parseRange({ range: '1h' })).toEqual({ kind: 'rolling', id: '1h' })
  })
  test('a fixed range wins', () => {
    expect(parseRange({ range: '1h', from: '1000', to: '2000' })).toEqual({ kind: 'fixed', start: 1000, end: 2000 })
  })
  test.each([
    ['now-1h', '1h'],
    ['now-3600s', '1h'],
    ['now-2h', '3h'],
    ['now-7d', '7d'],
    ['now-1w', '7d'],
    ['now-99w', '30d'],
  ])('%s until now, which Grafana writes, is %s', (from, id) => {
    expect(parseRange({ from, to: 'now' })).toEqual({ kind: 'rolling', id })
  })
  test('Grafana writes times in milliseconds', () => {
    const search = { from: '1700000000000', to: '1700003600000' }
    expect(parseRange(search)).toEqual({ kind: 'fixed', start: 1_700_000_000, end: 1_700_003_600 })
  })
  test.each([
    ['nothing', {}],
    ['an unknown range', { range: '2 weeks' }],
    ['a name every object has', { range: 'toString' }],
    ['half a fixed range', { from: '1000' }],
    ['a range that ends before it starts', { from: '2000', to: '1000' }],
    ['a range of nothing', { from: '1000', to: '1000' }],
    ['a stretch that ended', { from: 'now-2h', to: 'now-1h' }],
    ['words for numbers', { from: 'yesterday', to: 'today' }],
  ])('%s is the default', (_what, search) => {
    expect(parseRange(search)).toEqual({ kind: 'rolling', id: '15m' })
  })
})

test.each([
  [60, 5],
  [1800, 5],
  [1801, 10],
  [3600, 10],
  [86_400, 240],
  [2_592_000, 7200],
  [315_360_000, 86_400],
])('a span of %d s has a step of %d s', (seconds, step) => {
  expect(stepFor(seconds)).toBe(step)
})

describe('gridOf', () => {
  test('a rolling grid ends at the last full step and keeps its length', () => {
    expect(gridOf({ kind: 'rolling', id: '5m' }, 1003)).toEqual({ start: 700, end: 1000, step: 5 })
  })
  test('the grid a tick later continues the one before', () => {
    const before = gridOf({ kind: 'rolling', id: '1h' }, 10_000)
    const after = gridOf({ kind: 'rolling', id: '1h' }, 10_020)
    expect((after.start - before.start) % before.step).toBe(0)
  })
  test('a fixed grid holds the whole stretch', () => {
    expect(gridOf({ kind: 'fixed', start: 1003, end: 1998 }, 0)).toEqual({ start: 1000, end: 2000, step: 5 })
  })
  test('every rolling range has between 60 and 360 points', () => {
    for (const { seconds, step } of Object.values(ROLLING)) {
      expect(seconds / step).toBeGreaterThanOrEqual(60)
      expect(seconds / step).toBeLessThanOrEqual(360)
    }
  })
})

test('a key does not move with the clock', () => {
  expect(rangeKey({ kind: 'rolling', id: '5m' })).toBe('5m')
  expect(rangeKey({ kind: 'fixed', start: 1, end: 20 })).toBe('1..20')
})

test('all who ask for the next step ask at the same moment', () => {
  expect(untilNextStep(15, 1000)).toBe(untilNextStep(15, 1002) + 2000)
  // Not just before the step, when its values are not there.
  expect((1000 + untilNextStep(15, 1000) / 1000) % 15).toBeCloseTo(0.5)
  expect(untilNextStep(5, 1000)).toBe(5500)
})
