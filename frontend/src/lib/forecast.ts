// When a filesystem is full, if it goes on as it did.

/** What can be said: not enough history, it does not fill, or in how many seconds it is full. */
export type Forecast = { kind: 'unknown' } | { kind: 'not_filling' } | { kind: 'full_in'; seconds: number }

const DAY = 86_400
/** Beyond it a straight line of six hours is a guess about years. */
const FARTHEST = 365 * DAY

/** @param growth bytes per second that it fills by, over the last hours */
export function forecastFull(availableBytes: number | null, growth: number | null): Forecast {
  if (availableBytes === null || growth === null) return { kind: 'unknown' }
  if (growth <= 0) return { kind: 'not_filling' }
  const seconds = Math.max(0, availableBytes / growth)
  return seconds > FARTHEST ? { kind: 'not_filling' } : { kind: 'full_in', seconds }
}

/** The newest known value: the last steps may not have come yet. */
export function newestKnown(values: readonly (number | null)[]): number | null {
  return values.findLast((it) => it !== null) ?? null
}
