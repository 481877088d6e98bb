// What happened, read from series: reboots from boot times, alerts from the stretches in which they fired.
import type { MatrixSeries } from '@/lib/matrix'
import type { Grid } from '@/lib/ranges'

export interface Event {
  /** Unix seconds. */
  at: number
  label: string
}

/** The kernel works its boot time out from two clocks: it moves by seconds without a reboot. */
const SAME_BOOT_SECONDS = 60

/** The boots within the grid, each once. */
export function bootsOf(series: readonly MatrixSeries[], { start, end }: Grid): Event[] {
  const times = series
    .flatMap(({ values }) => values.map(([, text]) => Number(text)))
    .filter((it) => Number.isFinite(it))
  const boots: number[] = []
  for (const time of times.toSorted((a, b) => a - b)) {
    const last = boots.at(-1)
    if (last === undefined || time - last > SAME_BOOT_SECONDS) boots.push(time)
  }
  return boots.filter((it) => it >= start && it <= end).map((at) => ({ at, label: 'boot' }))
}

/** When alerts began within the grid: one that fired at its start began before, and nobody here knows when. */
export function alertsOf(series: readonly MatrixSeries[], { start, step }: Grid): Event[] {
  return series.flatMap(({ metric, values }) => {
    const times = values.map(([time]) => time)
    const began = times.filter((time, index) => time > start && time - (times[index - 1] ?? -Infinity) > step * 1.5)
    return began.map((at) => ({ at, label: metric.alertname ?? 'alert' }))
  })
}
