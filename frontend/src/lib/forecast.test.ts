import { expect, test } from 'vitest'

import { forecastFull } from '@/lib/forecast'

test('a filesystem that fills is full when the rest is used up', () => {
  expect(forecastFull(86_400_000, 1000)).toEqual({ kind: 'full_in', seconds: 86_400 })
  expect(forecastFull(0, 1)).toEqual({ kind: 'full_in', seconds: 0 })
})

test('one that does not fill, or only in years, does not fill', () => {
  expect(forecastFull(100, 0)).toEqual({ kind: 'not_filling' })
  expect(forecastFull(100, -5)).toEqual({ kind: 'not_filling' })
  expect(forecastFull(1e12, 0.001)).toEqual({ kind: 'not_filling' })
})

test('what is not known is not guessed', () => {
  expect(forecastFull(null, 5)).toEqual({ kind: 'unknown' })
  expect(forecastFull(100, null)).toEqual({ kind: 'unknown' })
})
