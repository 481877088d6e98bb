// The names and values of a chart's series: of the moment under the crosshair, or the newest.
import { memo } from 'react'

import { seriesToken } from '@/charts/chartOptions'
import { formatShortDateTime, formatClock } from '@/lib/time'
import type { Chart } from '@/lib/series'
import { FORMATTERS, type Unit } from '@/lib/panelUnits'
import { classes } from '@/ui/classes'

/** More would push the next chart off the screen; the table has all. */
const SHOWN = 10
const DAY = 86_400

interface LegendProps {
  chart: Chart
  unit: Unit
  /** The index under the crosshair. */
  cursor: number | null
}

export const Legend = memo(function Legend({ chart, unit, cursor }: LegendProps) {
  const format = FORMATTERS[unit]
  const pointed = cursor !== null ? chart.start + cursor * chart.step : null
  const time = chart.end - chart.start > DAY ? formatShortDateTime : formatClock
  const hidden = chart.series.length - SHOWN
  return (
    <div className="flex min-h-5 flex-wrap gap-x-3 pl-2 text-xs text-ink-soft" aria-hidden="true">
      {chart.series.slice(0, SHOWN).map(({ name, values, color, echo }, index) => (
        <span key={name} className="inline-flex items-center gap-1.5">
          <span
            className={classes('w-2.5', echo ? 'border-t-2 border-dashed' : 'h-2 rounded-[2px]')}
            style={
              echo
                ? { borderColor: `var(--${seriesToken(color ?? index)})` }
                : { background: `var(--${seriesToken(color ?? index)})` }
            }
          />
          {name}
          <span className="font-medium text-ink">{format(cursor === null ? newest(values) : values[cursor])}</span>
        </span>
      ))}
      {hidden > 0 && <span>and {hidden} more</span>}
      {pointed !== null && <span className="ml-auto text-ink-faint">{time(pointed)}</span>}
    </div>
  )
})

/** How many steps back the newest value may be: the last step's scrape may not have come yet. */
const LATE_STEPS = 2

function newest(values: readonly (number | null)[]): number | null {
  return values.slice(-1 - LATE_STEPS).findLast((it) => it !== null) ?? null
}
