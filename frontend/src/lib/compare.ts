// Two curves on one chart: another server's, or the same one's of another time.
import { gridLength, type Chart, type Series } from '@/lib/series'

/** What a chart is compared with. `ago` in seconds. */
export type Compared = { kind: 'past'; ago: number; label: string } | { kind: 'server'; id: string }

const DAY = 86_400

/** The pasts on offer, by what the URL says. Whole days: every step of a chart divides them or the day. */
export const PASTS = {
  '-1d': { ago: DAY, label: 'a day before' },
  '-7d': { ago: 7 * DAY, label: 'a week before' },
} as const

/** Reads `compare` of a URL. */
export function parseCompared(text: string | undefined): Compared | null {
  if (text === undefined || text === '') return null
  if (Object.hasOwn(PASTS, text)) return { kind: 'past', ...PASTS[text as keyof typeof PASTS] }
  return { kind: 'server', id: text }
}

/** What the other curve is called in a legend. */
export function comparedLabel(compared: Compared): string {
  return compared.kind === 'past' ? compared.label : compared.id
}

/**
 * The series of both: those of `other` behind, on the grid of `chart`, moved by `ago` seconds, in the colour of
 * the series that has the same name.
 */
export function withCompared(chart: Chart, other: Chart, label: string, ago: number): Chart {
  const length = gridLength(chart)
  const colors = new Map(chart.series.map((it, index) => [it.name, index]))
  const echoes = other.series.map((it, index): Series => {
    const values = Array.from({ length }, (_, at) => {
      const time = chart.start + at * chart.step - ago
      const place = (time - other.start) / other.step
      // Another grid's values lie between ours: one of them is not the other.
      return Number.isInteger(place) ? (it.values[place] ?? null) : null
    })
    return {
      name: `${it.name}, ${label}`,
      values,
      echo: true,
      color: colors.get(it.name) ?? chart.series.length + index,
    }
  })
  return { ...chart, series: [...chart.series, ...echoes.filter((it) => it.values.some((value) => value !== null))] }
}
