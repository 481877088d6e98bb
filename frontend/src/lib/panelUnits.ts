// The units of panels: how the values of each are written, and what its axis steps by.
import {
  formatBytes,
  formatBytesPerSecond,
  formatCelsius,
  formatCount,
  formatHertz,
  formatPerSecond,
  formatRatio,
  formatSeconds,
  formatTraffic,
  formatWatts,
  notation,
  type Formatter,
} from '@/lib/units'

/** The units a panel may have. The gateway's own list must fit in here, or the build fails; `traffic` is ours. */
export type Unit =
  | 'ratio'
  | 'bytes'
  | 'bytes_per_second'
  | 'traffic'
  | 'per_second'
  | 'seconds'
  | 'count'
  | 'celsius'
  | 'watts'
  | 'hertz'

export const FORMATTERS: Record<Unit, Formatter> = {
  ratio: formatRatio,
  bytes: formatBytes,
  bytes_per_second: formatBytesPerSecond,
  traffic: formatTraffic,
  per_second: formatPerSecond,
  seconds: formatSeconds,
  count: formatCount,
  celsius: formatCelsius,
  watts: formatWatts,
  hertz: formatHertz,
}

/**
 * What an axis of the unit may step by, where that is not 1, 2 and 5: powers of two, so that ticks say 512 MiB and not
 * 488.28 MiB, and eighths for bits.
 */
export function axisSteps(unit: Unit): readonly number[] | null {
  if (unit === 'traffic' && notation().traffic === 'bits') return BIT_STEPS
  const isBytes = unit === 'bytes' || unit === 'bytes_per_second' || unit === 'traffic'
  return isBytes && notation().bytes === 'binary' ? BINARY_STEPS : null
}

/** 1, 2, 4, … up to an exbibyte. */
const BINARY_STEPS = Array.from({ length: 61 }, (_, power) => 2 ** power)
/** One, two and five bits, and those times a power of ten. */
const BIT_STEPS = Array.from({ length: 19 }, (_, power) => [1, 2, 5].map((it) => (it * 10 ** power) / 8)).flat()
