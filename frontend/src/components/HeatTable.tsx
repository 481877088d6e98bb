// What the fleet map shows, in numbers: how many servers in each tenth, by group. Behind the map, or in its place.
import { memo } from 'react'

import { STATUSES } from '@/api/fleetMap'
import { HEAT_METRICS, type HeatMetric } from '@/components/heatMetrics'
import { STATUS } from '@/components/status'
import { boundsOf, tenths, type HeatGrid, type HeatGroup, type Scale } from '@/lib/heatGrid'
import { FORMATTERS } from '@/lib/panelUnits'
import { formatWhole } from '@/lib/units'
import { classes } from '@/ui/classes'

interface HeatTableProps {
  grid: HeatGrid
  metric: HeatMetric
  shown: boolean
}

// Pointing at a cell counts nothing anew.
export const HeatTable = memo(function HeatTable({ grid, metric, shown }: HeatTableProps) {
  const heads = grid.values === null ? STATUSES.map((it) => STATUS[it].label) : [...tenthNames(grid.scale), 'no value']
  const label = `Fleet map by ${HEAT_METRICS[metric].label}`
  return (
    <div
      className={classes(shown ? 'max-h-80 overflow-auto px-3 pb-3' : 'sr-only')}
      {...(shown ? { role: 'region', 'aria-label': label, tabIndex: 0 } : {})}
    >
      <table className="w-full text-right">
        <caption className="sr-only">{label}, in numbers</caption>
        <thead className="text-xs text-ink-soft">
          <tr>
            <th scope="col" className="py-1 text-left font-medium">
              Group
            </th>
            {heads.map((it) => (
              <th key={it} scope="col" className="px-2 font-medium whitespace-nowrap">
                {it}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.groups.map((group) => (
            <tr key={group.name} className="border-t border-line">
              <th scope="row" className="py-1 text-left font-medium">
                {group.name === '' ? (grid.groups.length === 1 ? 'All' : 'without the label') : group.name}
              </th>
              {countsOf(grid, group).map((number, index) => (
                <td key={heads[index]} className={classes('px-2', number === 0 && 'text-ink-faint')}>
                  {formatWhole(number)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
})

function tenthNames(scale: Scale): string[] {
  const bounds = boundsOf(scale)
  if (scale.unit === 'ratio') return bounds.slice(1).map((_, tenth) => `${tenth * 10}–${tenth * 10 + 10}%`)
  const format = FORMATTERS[scale.unit]
  return bounds.slice(1).map((bound, tenth) => `${format(bounds[tenth])}–${format(bound)}`)
}

function countsOf({ values, status, scale }: HeatGrid, { indexes }: HeatGroup): number[] {
  if (values) return tenths(values, indexes, scale)
  return STATUSES.map((_, code) => indexes.filter((it) => status[it] === code).length)
}
