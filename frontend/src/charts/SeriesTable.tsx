// A chart in numbers: behind every chart for screen readers, and in its place when asked for.
import { summarize, type Chart } from '@/lib/series'
import { FORMATTERS, type Unit } from '@/lib/units'
import { classes } from '@/ui/classes'

interface SeriesTableProps {
  label: string
  chart: Chart
  unit: Unit
  /** False: for screen readers only. */
  shown: boolean
}

export function SeriesTable({ label, chart, unit, shown }: SeriesTableProps) {
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
}
