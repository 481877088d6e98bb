import { expect, test } from 'vitest'

import { emptyPoint, joinTrend } from '@/api/overviewTrend'

const point = (at: number, cpu: number) => ({ ...emptyPoint(at), cpu })

test('frames continue what Prometheus told, the newer of a minute counts, and a minute between is a gap', () => {
  const joined = joinTrend([point(60, 0.1), point(120, 0.2)], [point(120, 0.3), point(240, 0.4)])
  expect(joined.map(({ at, cpu }) => [at, cpu])).toEqual([
    [60, 0.1],
    [120, 0.3],
    [180, null],
    [240, 0.4],
  ])
})

test('an hour is kept, and a long pause is no long loop', () => {
  expect(joinTrend([point(0, 1)], [point(60 * 200, 1)])).toHaveLength(60)
})
