import { expect, test } from 'vitest'

import { metricText, onGrid, shortNames, toChart } from '@/lib/matrix'

test('a metric is written as one would ask for it', () => {
  expect(metricText({ __name__: 'up', job: 'node', path: 'a"b' })).toBe('up{job="node", path="a\\"b"}')
  expect(metricText({ __name__: 'up' })).toBe('up')
  expect(metricText({})).toBe('{}')
})

test('series are called by what tells them apart', () => {
  const web = { __name__: 'up', job: 'node', instance: 'web-1' }
  expect(shortNames([web, { ...web, instance: 'web-2' }])).toEqual(['web-1', 'web-2'])
  expect(shortNames([web, { ...web, instance: 'web-2', job: 'gpu' }])).toEqual([
    '{job="node", instance="web-1"}',
    '{job="gpu", instance="web-2"}',
  ])
  expect(shortNames([web])).toEqual(['up{job="node", instance="web-1"}'])
})

test('a matrix becomes values on a grid, with gaps where there is no number', () => {
  const matrix = [
    {
      metric: { __name__: 'x' },
      values: [
        [100, '1'],
        [110, 'NaN'],
        [130, '4'],
        [140, '9'],
      ] as const,
    },
  ]
  expect(toChart(matrix, { start: 100, end: 130, step: 10 })).toEqual({
    start: 100,
    end: 130,
    step: 10,
    series: [{ name: 'x', values: [1, null, null, 4] }],
  })
})

test('samples lie at their steps, and what is outside of the grid is left out', () => {
  const grid = { start: 100, end: 130, step: 10 }
  const samples = [
    [90, '7'],
    [100, '1'],
    [121, '2.5'],
    [130, '+Inf'],
    [140, '4'],
  ] as const
  expect(onGrid(samples, grid)).toEqual([1, null, 2.5, null])
})
