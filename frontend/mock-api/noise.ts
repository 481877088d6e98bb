// Chance that repeats: the same seed and the same time give the same number, on every machine and in every run.

/** 0 ≤ x < 1, from an integer. */
export function hash(seed: number): number {
  let x = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35)
  x ^= x >>> 16
  return (x >>> 0) / 4_294_967_296
}

/** A smooth wander between 0 and 1: a new goal each `period` seconds. */
export function wander(seed: number, time: number, period: number): number {
  const position = time / period
  const step = Math.floor(position)
  const along = position - step
  const ease = along * along * (3 - 2 * along)
  const from = hash(seed * 31 + step)
  const to = hash(seed * 31 + step + 1)
  return from + (to - from) * ease
}

/** Slow and quick wandering around a level, kept between 0 and 1. */
export function lively(seed: number, time: number, level: number, swing: number): number {
  const slow = wander(seed, time, 1800) - 0.5
  const quick = wander(seed + 7, time, 25) - 0.5
  return Math.min(0.995, Math.max(0.002, level + swing * (slow + 0.5 * quick)))
}
