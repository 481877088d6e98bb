// How long to wait before the next attempt.

const FIRST_MS = 500
const LONGEST_MS = 30_000

/**
 * Doubles from half a second to half a minute. At least half of the wait is fixed and the rest is chance, so that
 * the browsers of a gateway that comes back do not all knock at once.
 */
export function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
  return Math.round(ceiling * (0.5 + 0.5 * random()))
}

/** The wait that a closing gateway asks for: `retry_after_ms` in the reason of close codes 1012 and 1013. */
export function retryHint(code: number, reason: string): number | null {
  if (code !== 1012 && code !== 1013) return null
  const hint = /retry_after_ms\W{0,4}(\d{1,7})/.exec(reason)?.[1]
  return hint === undefined ? null : Math.min(LONGEST_MS, Number(hint))
}
