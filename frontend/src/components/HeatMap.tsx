// The whole fleet at a glance: a cell per server, coloured by status or by a metric, in blocks by a label.
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'

import { fleetColumnsQuery, groupColumns, STATUSES, type FleetColumns } from '@/api/fleetColumns'
import { HeatBlock } from '@/components/HeatBlock'
import { HEAT_METRICS, type HeatMetric } from '@/components/heatMetrics'
import { STATUS } from '@/components/status'
import { formatRatio, formatWhole, MISSING } from '@/lib/units'
import { Card } from '@/ui/Card'
import { Failure, Loading } from '@/ui/Message'
import { Select } from '@/ui/Select'

interface HeatMapProps {
  filter: string | undefined
  metric: HeatMetric
  group: string | undefined
  onMetric: (metric: HeatMetric) => void
  onGroup: (label: string | undefined) => void
  onOpen: (id: string) => void
}

export function HeatMap({ filter, metric, group, onMetric, onGroup, onOpen }: HeatMapProps) {
  const { data: columns, error } = useQuery(fleetColumnsQuery(filter))
  const [pointed, setPointed] = useState<number | null>(null)
  const help = useId()
  if (!columns) {
    return (
      <Card title="Fleet map">
        {error ? <Failure title="The map cannot be drawn." error={error} /> : <Loading what="the map" />}
      </Card>
    )
  }
  const groups = groupColumns(columns, group)
  return (
    <Card
      title="Fleet map"
      note={<Pointed columns={columns} metric={metric} index={pointed} />}
      actions={
        <>
          <Legend metric={metric} />
          <Select
            label="Colour by"
            value={metric}
            options={Object.entries(HEAT_METRICS).map(([value, { label }]) => ({ value, label }))}
            onChange={(value) => {
              onMetric(value as HeatMetric)
            }}
          />
          <Select
            label="Group by"
            value={group ?? ''}
            options={[
              { value: '', label: 'no label' },
              ...Object.keys(columns.labels).map((it) => ({ value: it, label: it })),
            ]}
            onChange={(value) => {
              onGroup(value === '' ? undefined : value)
            }}
          />
        </>
      }
    >
      <p id={help} className="sr-only">
        {summarize(columns, metric)} Arrow keys move between servers, Enter opens one.
      </p>
      <div className="flex flex-wrap gap-x-4 gap-y-2 px-3 pb-3">
        {groups.map(({ name, indexes }) => (
          <HeatBlock
            key={name}
            name={name}
            whole={groups.length === 1}
            columns={columns}
            indexes={indexes}
            metric={metric}
            describedBy={help}
            describe={(index) => describe(columns, metric, index)}
            onPoint={setPointed}
            onOpen={(index) => {
              onOpen(columns.ids[index] ?? '')
            }}
          />
        ))}
      </div>
    </Card>
  )
}

/** "web-1: CPU 12.3%", or its status when that is what is shown or what is wrong. */
function describe(columns: FleetColumns, metric: HeatMetric, index: number): string {
  const name = columns.names[index] ?? ''
  const status = STATUSES[columns.status[index] ?? 0] ?? 'up'
  if (metric === 'status' || status === 'down') return `${name}: ${STATUS[status].label}`
  const value = columns.metrics[metric][index] ?? Number.NaN
  const words = Number.isNaN(value) ? MISSING : formatRatio(value)
  return `${name}: ${HEAT_METRICS[metric].label} ${words}${status === 'up' ? '' : `, ${STATUS[status].label.toLowerCase()}`}`
}

function Pointed({ columns, metric, index }: { columns: FleetColumns; metric: HeatMetric; index: number | null }) {
  return index === null || index >= columns.size
    ? `${formatWhole(columns.size)} servers`
    : describe(columns, metric, index)
}

/** The map in a sentence, for those who cannot see it. */
function summarize(columns: FleetColumns, metric: HeatMetric): string {
  if (metric === 'status') {
    const counts = STATUSES.map(
      (it, code) => `${columns.status.filter((value) => value === code).length} ${STATUS[it].label}`,
    )
    return `${columns.size} servers: ${counts.join(', ')}.`
  }
  const values = columns.metrics[metric]
  const known = values.filter((it) => !Number.isNaN(it))
  const high = known.filter((it) => it >= 0.9).length
  const { label } = HEAT_METRICS[metric]
  return `${columns.size} servers by ${label}: ${high} at 90% or more, ${columns.size - known.length} without a value.`
}

function Legend({ metric }: { metric: HeatMetric }) {
  if (metric === 'status') {
    return (
      <span className="flex items-center gap-2 px-1 text-xs text-ink-soft max-md:hidden">
        <Swatch color="var(--heat-up)" /> up <Swatch color="var(--heat-missing)" /> stale{' '}
        <Swatch color="var(--heat-9)" crossed /> down
      </span>
    )
  }
  return (
    <span className="flex items-center gap-1 px-1 text-xs text-ink-soft max-md:hidden">
      0%
      <span className="flex" aria-hidden="true">
        {Array.from({ length: 10 }, (_, step) => (
          <span key={step} className="h-2.5 w-3" style={{ background: `var(--heat-${step})` }} />
        ))}
      </span>
      100% <Swatch color="var(--heat-missing)" /> no value
    </span>
  )
}

function Swatch({ color, crossed = false }: { color: string; crossed?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className="inline-block size-2.5 text-center text-[10px] leading-2.5"
      style={{ background: color }}
    >
      {crossed && '×'}
    </span>
  )
}
