// A chart in numbers: behind every chart for screen readers, and in its place when asked for.
import { memo, useEffect, useState } from 'react'

import { summarize, type Chart } from '@/lib/series'
import { FORMATTERS, type Unit } from '@/lib/panelUnits'
import { classes } from '@/ui/classes'

/** How old a table may be that is only there to be listened to. */
const REST_MS = 30_000

interface SeriesTableProps {
  label: string
  chart: Chart
  unit: Unit
  /** False: for screen readers only. */
  shown: boolean
}

export const SeriesTable = memo(function SeriesTable({ label, chart, unit, shown }: SeriesTableProps) {
  // Nobody listens to a table at every tick; who looks at one wants each.
  const rested = useRested(chart)
  return <Numbers label={label} chart={shown ? chart : rested} unit={unit} shown={shown} />
})

/** The chart, or one that it follows and that was the newest a rest ago; when no newer one comes, the last. */
function useRested(newest: Chart): Chart {
  const [rested, setRested] = useState(newest)
  const holds = follows(newest, rested)
  if (!holds) setRested(newest)
  useEffect(() => {
    if (newest === rested) return
    const timer = setTimeout(() => {
      setRested(newest)
    }, REST_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [newest, rested])
  return holds ? rested : newest
}

// A tick that leaves the rested chart adds nothing up anew.
const Numbers = memo(function Numbers({ label, chart, unit, shown }: SeriesTableProps) {
  const format = FORMATTERS[unit]
  return (
    <div className={classes(shown ? 'max-h-52 overflow-auto px-3 pb-3' : 'sr-only')}>
      <table className="w-full text-right">
        <caption className="sr-only">{label}, in numbers</caption>
        <thead className="text-xs text-ink-soft">
          <tr>
            <th scope="col" className="py-1 text-left font-medium">
              Series
            </th>
            {['Now', 'Lowest', 'Mean', 'Highest'].map((it) => (
              <th key={it} scope="col" className="font-medium">
                {it}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chart.series.map(({ name, values }) => {
            const { latest, minimum, mean, maximum } = summarize(values)
            return (
              <tr key={name} className="border-t border-line">
                <th scope="row" className="py-0.5 text-left font-normal">
                  {name}
                </th>
                <td>{format(latest)}</td>
                <td>{format(minimum)}</td>
                <td>{format(mean)}</td>
                <td>{format(maximum)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
})

/** Whether one is the other a little later; another range or another comparison is told at once. */
function follows(next: Chart, before: Chart): boolean {
  const moved = next.end - before.end
  return (
    next.step === before.step &&
    next.series.length === before.series.length &&
    next.end - next.start === before.end - before.start &&
    moved >= 0 &&
    moved < REST_MS / 1000
  )
}
