// Numbers for eyes. Everything on the wire is in base units; this file alone turns it into words.

/** What stands where a value is missing. Missing is not zero. */
export const MISSING = '–'

/** A number as the wire has it: absent is null. */
export type Value = number | null | undefined

export type Formatter = (value: Value) => string

/** A no-break space, so that a number never parts from its unit. */
const NBSP = '\u00a0'

const IEC = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
const BYTES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']
const SI = ['', 'k', 'M', 'G', 'T', 'P']

/** What readers of numbers choose, once for all of them. */
export interface Notation {
  /** Bytes by 1024 (MiB) or by 1000 (MB). */
  bytes: 'binary' | 'decimal'
  /** What goes over a network: in bytes, or in bits as links are sold. */
  traffic: 'bytes' | 'bits'
}

let chosen: Notation = { bytes: 'binary', traffic: 'bytes' }

/** How numbers are written from now on. */
export function setNotation(next: Notation): void {
  chosen = next
}

export function notation(): Notation {
  return chosen
}

function isMissing(value: Value): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value)
}

/** Three significant digits at most, never a trailing zero: 9.87, 98.7, 987. */
function short(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
  return String(Number(value.toFixed(digits)))
}

function scaled(value: number, base: number, prefixes: readonly string[]): { value: number; prefix: string } {
  let rest = value
  let power = 0
  // 999.5 would print as "1000": it belongs to the next prefix.
  while (Math.abs(rest) >= (base === 1024 ? 1023.5 : 999.5) && power < prefixes.length - 1) {
    rest /= base
    power += 1
  }
  return { value: rest, prefix: prefixes[power] ?? '' }
}

/** 0.1234 → "12.3%". */
export const formatRatio: Formatter = (value) => {
  if (isMissing(value)) return MISSING
  const percent = value * 100
  return `${Math.abs(percent) >= 99.95 ? percent.toFixed(0) : percent.toFixed(1)}%`
}

/** 1536 → "1.5 KiB", or "1.54 kB" where that was chosen. */
export const formatBytes: Formatter = (value) => {
  if (isMissing(value)) return MISSING
  const { value: number, prefix } = chosen.bytes === 'binary' ? scaled(value, 1024, IEC) : scaled(value, 1000, BYTES)
  return `${short(number)}${NBSP}${prefix}`
}

/** 1536 → "1.5 KiB/s". */
export const formatBytesPerSecond: Formatter = (value) => (isMissing(value) ? MISSING : `${formatBytes(value)}/s`)

/** The speed of a link, which is spoken of in bits: 1.25e9 bytes per second → "10 Gbit/s". */
export const formatLinkSpeed: Formatter = (value) => {
  if (isMissing(value)) return MISSING
  const { value: number, prefix } = scaled(value * 8, 1000, SI)
  return `${short(number)}${NBSP}${prefix}bit/s`
}

/** What goes over a network: as bytes, or as the speed of its link where that was chosen. */
export const formatTraffic: Formatter = (value) =>
  chosen.traffic === 'bits' ? formatLinkSpeed(value) : formatBytesPerSecond(value)

/** 1234 → "1.23 k". */
export const formatCount: Formatter = (value) => {
  if (isMissing(value)) return MISSING
  const { value: number, prefix } = scaled(value, 1000, SI)
  return prefix === '' ? short(number) : `${short(number)}${NBSP}${prefix}`
}

/** 12 → "12/s". */
export const formatPerSecond: Formatter = (value) => (isMissing(value) ? MISSING : `${formatCount(value)}/s`)

/** A measured time, not an age: 0.0123 → "12.3 ms". */
export const formatSeconds: Formatter = (value) => {
  if (isMissing(value)) return MISSING
  const size = Math.abs(value)
  if (size === 0) return `0${NBSP}s`
  if (size < 0.000_999_5) return `${short(value * 1e6)}${NBSP}µs`
  if (size < 0.9995) return `${short(value * 1e3)}${NBSP}ms`
  if (size < 120) return `${short(value)}${NBSP}s`
  if (size < 7200) return `${short(value / 60)}${NBSP}min`
  return `${short(value / 3600)}${NBSP}h`
}

/** 54.2 → "54 °C". */
export const formatCelsius: Formatter = (value) => (isMissing(value) ? MISSING : `${value.toFixed(0)}${NBSP}°C`)

/** 312.4 → "312 W". */
export const formatWatts: Formatter = (value) => {
  if (isMissing(value)) return MISSING
  const { value: number, prefix } = scaled(value, 1000, SI)
  return `${short(number)}${NBSP}${prefix}W`
}

/** 2.4e9 → "2.4 GHz". */
export const formatHertz: Formatter = (value) => {
  if (isMissing(value)) return MISSING
  const { value: number, prefix } = scaled(value, 1000, SI)
  return `${short(number)}${NBSP}${prefix}Hz`
}

/** Load averages and the like: 1.2345 → "1.23". */
export const formatDecimal: Formatter = (value) =>
  isMissing(value) ? MISSING : value.toFixed(Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2)

/** Whole things: 12345 → "12,345". */
export const formatWhole: Formatter = (value) => (isMissing(value) ? MISSING : WHOLE.format(Math.round(value)))

/** One for all: making one for each number takes longer than writing it. */
const WHOLE = new Intl.NumberFormat('en-US')

/** a / b, or null where either is missing or b is zero. */
export function ratio(part: Value, whole: Value): number | null {
  if (isMissing(part) || isMissing(whole) || whole === 0) return null
  return part / whole
}

/** a + b, or null where both are missing. */
export function sum(a: Value, b: Value): number | null {
  if (isMissing(a)) return isMissing(b) ? null : b
  return isMissing(b) ? a : a + b
}
