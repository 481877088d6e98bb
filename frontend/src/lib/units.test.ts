import { afterEach, describe, expect, test } from 'vitest'

import { axisSteps, FORMATTERS } from '@/lib/panelUnits'
import {
  formatBytes,
  formatBytesPerSecond,
  formatCelsius,
  formatCount,
  formatDecimal,
  formatHertz,
  formatLinkSpeed,
  formatRatio,
  formatSeconds,
  formatTraffic,
  formatWatts,
  formatWhole,
  MISSING,
  ratio,
  setNotation,
  sum,
} from '@/lib/units'

/** No-break spaces are right on the page and in the way here. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('missing is not zero', () => {
  test.each(Object.entries(FORMATTERS))('%s says a dash for null and NaN, and a number for 0', (_unit, format) => {
    expect(format(null)).toBe(MISSING)
    expect(format(undefined)).toBe(MISSING)
    expect(format(Number.NaN)).toBe(MISSING)
    expect(format(0)).toMatch(/^0/)
  })
})

test.each([
  [0, '0.0%'],
  [0.1234, '12.3%'],
  [0.9994, '99.9%'],
  [0.9996, '100%'],
  [1, '100%'],
])('ratio %d is %s', (value, text) => {
  expect(formatRatio(value)).toBe(text)
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2 - 1, '1 MiB'],
  [68_719_476_736, '64 GiB'],
  [1.5 * 1024 ** 4, '1.5 TiB'],
])('%d bytes are %s', (value, text) => {
  expect(plain(formatBytes(value))).toBe(text)
})

test.each([
  [999, '999'],
  [999.6, '1 k'],
  [1234, '1.23 k'],
  [12_340, '12.3 k'],
  [1_234_000, '1.23 M'],
])('count %d is %s', (value, text) => {
  expect(plain(formatCount(value))).toBe(text)
})

test.each([
  [0.000_012, '12 µs'],
  [0.0123, '12.3 ms'],
  [1.5, '1.5 s'],
  [300, '5 min'],
  [10_800, '3 h'],
])('%d seconds are %s', (value, text) => {
  expect(plain(formatSeconds(value))).toBe(text)
})

test('other units', () => {
  expect(plain(formatCelsius(54.4))).toBe('54 °C')
  expect(plain(formatWatts(312.4))).toBe('312 W')
  expect(plain(formatWatts(12_400))).toBe('12.4 kW')
  expect(plain(formatHertz(2.4e9))).toBe('2.4 GHz')
  expect(plain(formatLinkSpeed(1.25e9))).toBe('10 Gbit/s')
  expect(formatDecimal(1.234)).toBe('1.23')
  expect(formatDecimal(123.4)).toBe('123')
  expect(formatWhole(12_345)).toBe('12,345')
})

test('a ratio of something missing, or of nothing, is missing', () => {
  expect(ratio(1, 4)).toBe(0.25)
  expect(ratio(null, 4)).toBeNull()
  expect(ratio(1, null)).toBeNull()
  expect(ratio(1, 0)).toBeNull()
})

test('a sum is missing only when both parts are', () => {
  expect(sum(1, 2)).toBe(3)
  expect(sum(null, 2)).toBe(2)
  expect(sum(1, null)).toBe(1)
  expect(sum(null, null)).toBeNull()
})

afterEach(() => {
  setNotation({ bytes: 'binary', traffic: 'bytes' })
})

test('bytes are counted in thousands when that was chosen', () => {
  expect(formatBytes(1_572_864)).toBe('1.5\u00a0MiB')
  expect(axisSteps('bytes')).toContain(2 ** 29)
  setNotation({ bytes: 'decimal', traffic: 'bytes' })
  expect(formatBytes(1_500_000)).toBe('1.5\u00a0MB')
  expect(formatTraffic(1_500_000)).toBe('1.5\u00a0MB/s')
  expect(axisSteps('bytes')).toBeNull()
})

test('traffic is in bits when that was chosen, and disks stay in bytes', () => {
  setNotation({ bytes: 'binary', traffic: 'bits' })
  expect(formatTraffic(125e6)).toBe('1\u00a0Gbit/s')
  expect(formatBytesPerSecond(1024)).toBe('1\u00a0KiB/s')
  const steps = (axisSteps('traffic') ?? []).map(formatTraffic)
  expect(steps.slice(0, 4)).toEqual(['1\u00a0bit/s', '2\u00a0bit/s', '5\u00a0bit/s', '10\u00a0bit/s'])
})
