// Whether what is on the page is new, and if not, how old it is and why.
import { OVERVIEW, type Overview } from '@/api/queries'
import { useLive, useLostSince } from '@/api/useLive'
import { useNow, useNowSelected } from '@/ui/useNow'

/** So many intervals without a new snapshot make it old. */
const INTERVALS = 3
/** A connection that is back sooner than this was never missed. */
const BLINK_MS = 2_000

export interface Freshness {
  /** Seconds since the snapshot's values; null before the first. */
  ageSeconds: number | null
  /** The gateway answers, and has no snapshot at all. */
  missing: boolean
  old: boolean
  /** Why the gateway has nothing newer, in its words. */
  error: string | null
  /** The connection is lost, for longer than a blink. */
  lost: boolean
}

/** Of the newest overview: all pages show the same snapshot. */
export function useFreshness(): Freshness {
  const { data, error, dataUpdatedAt } = useLive(OVERVIEW)
  const known = freshnessOf(data, dataUpdatedAt, useLostSince(), useNow())
  return { ...known, missing: data === undefined && error !== null && !known.lost }
}

/** Whether it is old, for those who need not know how old: that changes seldom. */
export function useIsOld(): boolean {
  const { data, dataUpdatedAt } = useLive(OVERVIEW)
  const lostSince = useLostSince()
  return useNowSelected((now) => freshnessOf(data, dataUpdatedAt, lostSince, now).old)
}

function freshnessOf(
  data: Overview | undefined,
  updatedAt: number,
  lostSince: number | null,
  now: number,
): Omit<Freshness, 'missing'> {
  const lost = lostSince !== null && now - lostSince > BLINK_MS
  if (!data) return { ageSeconds: null, old: false, error: null, lost }
  const ageSeconds = data.age_seconds + Math.max(0, now - updatedAt) / 1000
  const old = data.stale || ageSeconds > INTERVALS * data.interval_seconds + data.age_seconds
  return { ageSeconds, old: old || lost, error: data.stale ? data.error : null, lost }
}
