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
const clockFormat = new Intl.DateTimeFormat('en-GB', CLOCK)
const dateTimeFormat = new Intl.DateTimeFormat('en-GB', {
  ...CLOCK,
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})
const shortDateTimeFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** "14:03:22", in the reader's time zone. */
export function formatClock(unixSeconds: Value): string {
  if (unixSeconds === null || unixSeconds === undefined) return MISSING
  return clockFormat.format(unixSeconds * 1000)
}

/** "20 Nov 2026, 14:03:22", in the reader's time zone. */
export function formatDateTime(unixSeconds: Value): string {
  if (unixSeconds === null || unixSeconds === undefined) return MISSING
  return dateTimeFormat.format(unixSeconds * 1000)
}

/** "20 Nov, 14:03": where the year and the second go without saying. */
export function formatShortDateTime(unixSeconds: Value): string {
  if (unixSeconds === null || unixSeconds === undefined) return MISSING
  return shortDateTimeFormat.format(unixSeconds * 1000)
}

/** What `<time datetime>` wants. */
export function isoTime(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString()
}

const axisSecond = clockFormat
const axisMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const axisDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** Labels for the ticks of a time axis, `increment` seconds apart: the clock, and the date where a day begins. */
export function axisTimes(ticks: readonly number[], increment: number): string[] {
  return ticks.map((tick, index) => {
    const day = axisDay.format(tick * 1000)
    if (increment >= DAY) return day
    const clock = (increment < MINUTE ? axisSecond : axisMinute).format(tick * 1000)
    const before = ticks[index - 1]
    const dayBegan = before !== undefined && axisDay.format(before * 1000) !== day
    return dayBegan ? `${day} ${clock}` : clock
  })
}
