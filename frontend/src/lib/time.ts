// Times for eyes: ages, uptimes, clock times. Unix seconds in, words out.
import { MISSING, type Value } from '@/lib/units'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** How long ago, or how long: 4 → "4 s", 200 → "3 min", 8000 → "2 h 13 min", 200000 → "2 d 7 h". */
export function formatAge(seconds: Value): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return MISSING
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < MINUTE) return `${whole}\u00a0s`
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}\u00a0min`
  if (whole < DAY) return pair(whole, HOUR, 'h', MINUTE, 'min')
  // After a hundred days nobody asks for the hour.
  if (whole >= 100 * DAY) return `${Math.floor(whole / DAY)}\u00a0d`
  return pair(whole, DAY, 'd', HOUR, 'h')
}

function pair(seconds: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % big) / small)
  const head = `${Math.floor(seconds / big)}\u00a0${bigName}`
  return rest === 0 ? head : `${head} ${rest}\u00a0${smallName}`
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
const MINUTE_CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const DATE: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' }

const FORMATS = {
  clock: CLOCK,
  minute: MINUTE_CLOCK,
  day: DATE,
  // In full, with the zone: it is what is sent to others.
  dateTime: { ...CLOCK, ...DATE, year: 'numeric', timeZoneName: 'short' },
  shortDateTime: { ...MINUTE_CLOCK, ...DATE },
  parts: { ...CLOCK, day: 'numeric', month: 'numeric', year: 'numeric' },
} satisfies Record<string, Intl.DateTimeFormatOptions>

let zone: string | undefined
let made: Partial<Record<keyof typeof FORMATS, Intl.DateTimeFormat>> = {}
/** The name of the zone, once somebody asked. */
let named: string | undefined

/** Made when first asked for, and once: making one takes longer than writing a time. */
function formatOf(name: keyof typeof FORMATS): Intl.DateTimeFormat {
  return (made[name] ??= new Intl.DateTimeFormat('en-GB', { ...FORMATS[name], timeZone: zone }))
}

/** The zone of all times that are written from now on; the browser's when not given. Throws when there is no such zone. */
export function setTimeZone(timeZone: string | undefined): void {
  if (timeZone !== undefined) new Intl.DateTimeFormat('en-GB', { timeZone })
  zone = timeZone
  made = {}
  named = undefined
}

/** The zone that times are written in. */
export function timeZone(): string {
  return (named ??= formatOf('clock').resolvedOptions().timeZone)
}

/** "14:03:22", in the zone that was chosen. */
export function formatClock(unixSeconds: Value): string {
  if (unixSeconds === null || unixSeconds === undefined) return MISSING
  return formatOf('clock').format(unixSeconds * 1000)
}

/** "20 Nov 2026, 14:03:22 UTC", in the zone that was chosen. */
export function formatDateTime(unixSeconds: Value): string {
  if (unixSeconds === null || unixSeconds === undefined) return MISSING
  return formatOf('dateTime').format(unixSeconds * 1000)
}

/** "20 Nov, 14:03": where the year and the second go without saying. */
export function formatShortDateTime(unixSeconds: Value): string {
  if (unixSeconds === null || unixSeconds === undefined) return MISSING
  return formatOf('shortDateTime').format(unixSeconds * 1000)
}

/** Seconds that the clocks of the chosen zone are ahead of UTC at a moment. */
export function zoneOffset(unixSeconds: number): number {
  const whole = Math.floor(unixSeconds)
  const parts = formatOf('parts').formatToParts(whole * 1000)
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((it) => it.type === type)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) / 1000 - whole
}

/** What `<time datetime>` wants. */
export function isoTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString()
}

/** Labels for the ticks of a time axis, `increment` seconds apart: the clock, and the date where a day begins. */
export function axisTimes(ticks: readonly number[], increment: number): string[] {
  return ticks.map((tick, index) => {
    const day = formatOf('day').format(tick * 1000)
    if (increment >= DAY) return day
    const clock = formatOf(increment < MINUTE ? 'clock' : 'minute').format(tick * 1000)
    const before = ticks[index - 1]
    const dayBegan = before !== undefined && formatOf('day').format(before * 1000) !== day
    return dayBegan ? `${day} ${clock}` : clock
  })
}
