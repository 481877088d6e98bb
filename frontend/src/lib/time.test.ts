import { expect, test } from 'vitest'

import { axisTimes, formatAge, formatClock, isoTime, setTimeZone, timeZone, zoneOffset } from '@/lib/time'
import { MISSING } from '@/lib/units'

test.each([
  [0, '0 s'],
  [-3, '0 s'],
  [4.9, '4 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [3599, '59 min'],
  [3600, '1 h'],
  [8000, '2 h 13 min'],
  [86_400, '1 d'],
  [200_000, '2 d 7 h'],
  [100 * 86_400 + 7200, '100 d'],
])('%d seconds ago is %s', (seconds, text) => {
  expect(formatAge(seconds).replaceAll('\u00a0', ' ')).toBe(text)
})

test('an unknown age is a dash', () => {
  expect(formatAge(null)).toBe(MISSING)
})

test('iso times are UTC', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z')
})

test('a time axis says the date where a day begins, and only days when ticks are days apart', () => {
  const midnight = new Date(2026, 10, 21).getTime() / 1000
  expect(axisTimes([midnight - 3600, midnight, midnight + 3600], 3600)).toEqual(['23:00', '21 Nov 00:00', '01:00'])
  expect(axisTimes([midnight, midnight + 15], 15)).toEqual(['00:00:00', '00:00:15'])
  expect(axisTimes([midnight, midnight + 86_400], 86_400)).toEqual(['21 Nov', '22 Nov'])
})

test('times are written in the zone that was chosen, and one that does not exist is refused', () => {
  setTimeZone('Asia/Tokyo')
  expect(formatClock(0)).toBe('09:00:00')
  expect(axisTimes([0], 60)).toEqual(['09:00'])
  setTimeZone('UTC')
  expect(formatClock(0)).toBe('00:00:00')
  expect(() => {
    setTimeZone('Mars/Olympus')
  }).toThrow('Mars/Olympus')
  expect(timeZone()).toBe('UTC')
  setTimeZone(undefined)
})

test('the offset of a zone is that of the moment, summer time included', () => {
  setTimeZone('Europe/Berlin')
  expect(zoneOffset(Date.UTC(2026, 0, 1) / 1000)).toBe(3600)
  expect(zoneOffset(Date.UTC(2026, 6, 1) / 1000)).toBe(7200)
  setTimeZone('America/St_Johns')
  expect(zoneOffset(Date.UTC(2026, 0, 1) / 1000)).toBe(-3.5 * 3600)
  setTimeZone(undefined)
})
