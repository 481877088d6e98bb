// The whole fleet at a glance: a cell per server, coloured by status or by a metric, in blocks by a label.
import { useId, useState } from 'react'

import { STATUSES } from '@/api/fleetMap'
import { HeatBlock } from '@/components/HeatBlock'
import { HeatLegend, HeatSwatch } from '@/components/HeatLegend'
import { HEAT_METRICS, type HeatMetric } from '@/components/heatMetrics'
import { HeatTable } from '@/components/HeatTable'
import type { Query } from '@/components/askedQueries'
import { QueryButton } from '@/components/QueryButton'
import { STATUS } from '@/components/status'
import { useHeatGrid } from '@/components/useHeatGrid'
import { useLabelNames } from '@/components/useLabelNames'
import { shareOf, type HeatGrid, type Scale } from '@/lib/heatGrid'
import { count } from '@/lib/plural'
import { FORMATTERS } from '@/lib/panelUnits'
import { MISSING } from '@/lib/units'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { Icon } from '@/ui/Icon'
import { Failure, Loading } from '@/ui/Message'
import { Select } from '@/ui/Select'

/** What the cells stand for. */
const QUERIES: Record<HeatMetric, readonly Query[]> = {
  status: [{ label: 'Status', figure: 'status' }],
  cpu: [{ label: 'CPU', figure: 'cpu' }],
  memory: [{ label: 'Memory', figure: 'memory' }],
  filesystem: [{ label: 'The fullest filesystem', figure: 'filesystem' }],
  load: [{ label: 'Load', figure: 'load1' }],
  network: [
    { label: 'In', figure: 'network_received' },
    { label: 'Out', figure: 'network_transmitted' },
  ],
  disk: [
    { label: 'Read', figure: 'disk_read' },
    { label: 'Written', figure: 'disk_written' },
  ],
  temperature: [{ label: 'Temperature', figure: 'temperature' }],
  gpu: [{ label: 'The busiest GPU', figure: 'gpu' }],
  'gpu.memory': [{ label: 'GPU memory', figure: 'gpu_memory' }],
  'gpu.temperature': [{ label: 'The hottest GPU', figure: 'gpu_temperature' }],
}

interface HeatMapProps {
  filter: string | undefined
  /** True while the filter is typed: what is below the map is not to move from under the hands. */
  holds: boolean
  metric: HeatMetric
  group: string | undefined
  onMetric: (metric: HeatMetric) => void
  onGroup: (label: string | undefined) => void
  onOpen: (id: string) => void
}

export function HeatMap({ filter, holds, metric, group, onMetric, onGroup, onOpen }: HeatMapProps) {
  const { grid, error } = useHeatGrid({ filter, metric, group })
  const labels = useLabelNames()
  const [pointed, setPointed] = useState<number | null>(null)
  const [asTable, setAsTable] = useState(false)
  const help = useId()
  if (!grid) {
    return (
      <Card title="Fleet map">
        {error ? <Failure title="The map cannot be drawn." error={error} /> : <Loading what="the map" />}
      </Card>
    )
  }
  return (
    <Card
      title="Fleet map"
      note={pointed === null || pointed >= grid.size ? count(grid.size, 'server') : describe(grid, metric, pointed)}
      actions={
        <>
          {metric === 'status' ? <StatusLegend /> : <HeatLegend scale={grid.scale} missing="no value" />}
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
            options={[{ value: '', label: 'no label' }, ...labels.map((it) => ({ value: it, label: it }))]}
            onChange={(value) => {
              onGroup(value === '' ? undefined : value)
            }}
          />
          <QueryButton title="the fleet map" queries={QUERIES[metric]} />
          <Button
            aria-pressed={asTable}
            aria-label="Fleet map as a table"
            title="As a table"
            onClick={() => {
              setAsTable(!asTable)
            }}
          >
            <Icon name="table" className="size-3.5" />
          </Button>
        </>
      }
    >
      <p id={help} className="sr-only">
        {summarize(grid, metric)} Arrow keys move between servers, Enter opens one.
      </p>
      {!asTable && (
        <div className="flex flex-wrap gap-x-4 gap-y-2 px-3 pb-3">
          {grid.groups.map(({ name, indexes }) => (
            <HeatBlock
              key={name}
              name={name}
              whole={grid.groups.length === 1}
              holds={holds}
              grid={grid}
              indexes={indexes}
              describedBy={help}
              describe={(index) => describe(grid, metric, index)}
              onPoint={setPointed}
              onOpen={(index) => {
                onOpen(grid.ids[index] ?? '')
              }}
            />
          ))}
        </div>
      )}
      <HeatTable grid={grid} metric={metric} shown={asTable} />
    </Card>
  )
}

/** "web-1: CPU 12.3%", or its status when that is what is shown or what is wrong. */
function describe({ names, status, values, scale }: HeatGrid, metric: HeatMetric, index: number): string {
  const name = names[index] ?? ''
  const word = STATUSES[status[index] ?? 0] ?? 'up'
  if (values === null || word === 'down') return `${name}: ${STATUS[word].label}`
  const value = values[index] ?? Number.NaN
  const number = Number.isNaN(value) ? MISSING : FORMATTERS[scale.unit](value)
  return `${name}: ${HEAT_METRICS[metric].label} ${number}${word === 'up' ? '' : `, ${STATUS[word].label.toLowerCase()}`}`
}

/** The map in a sentence, for those who cannot see it. */
function summarize({ size, status, values, scale }: HeatGrid, metric: HeatMetric): string {
  if (values === null) {
    const counts = STATUSES.map((it, code) => `${status.filter((value) => value === code).length} ${STATUS[it].label}`)
    return `${count(size, 'server')}: ${counts.join(', ')}.`
  }
  const known = values.filter((it) => !Number.isNaN(it))
  const high = known.filter((it) => shareOf(it, scale) >= 0.9).length
  const limit = scale.unit === 'ratio' ? '90% or more' : `the top of ${rangeText(scale)}`
  const { label } = HEAT_METRICS[metric]
  return `${count(size, 'server')} by ${label}: ${high} at ${limit}, ${size - known.length} without a value.`
}

function rangeText({ unit, low, high }: Scale): string {
  return `${FORMATTERS[unit](low)} to ${FORMATTERS[unit](high)}`
}

function StatusLegend() {
  return (
    <span className="flex flex-wrap items-center gap-2 px-1 text-xs text-ink-soft">
      <HeatSwatch color="var(--heat-up)" /> up <HeatSwatch color="var(--heat-missing)" /> stale{' '}
      <HeatSwatch color="var(--heat-bad)" crossed /> down
    </span>
  )
}
