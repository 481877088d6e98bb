// All GPUs at a glance: a cell each, coloured by a metric, in blocks by what groups them.
import { useId, useMemo, useState } from 'react'

import { STATUSES } from '@/api/fleetMap'
import type { FleetGpu } from '@/api/queries'
import {
  GPU_METRICS,
  GROUPINGS,
  gridOfGpus,
  heatValue,
  type GpuGrid,
  type GpuMetricName,
  type Grouping,
} from '@/components/gpuHeat'
import { HeatBlock } from '@/components/HeatBlock'
import { HeatLegend } from '@/components/HeatLegend'
import { count } from '@/lib/plural'
import { Card } from '@/ui/Card'
import { Select } from '@/ui/Select'

interface GpuHeatMapProps {
  gpus: readonly FleetGpu[]
  /** GPUs that match, shown or not. */
  matched: number
  metric: GpuMetricName
  group: Grouping | undefined
  onMetric: (metric: GpuMetricName) => void
  onGroup: (group: Grouping | undefined) => void
  onOpen: (server: string) => void
}

export function GpuHeatMap({ gpus, matched, metric, group, onMetric, onGroup, onOpen }: GpuHeatMapProps) {
  const grid = useMemo(() => gridOfGpus(gpus, metric, group), [gpus, metric, group])
  const [pointed, setPointed] = useState<number | null>(null)
  const help = useId()
  const note =
    pointed !== null && pointed < grid.size
      ? describe(grid, metric, pointed)
      : matched > grid.size
        ? `the first ${grid.size} of ${count(matched, 'GPU')}; a filter leaves fewer`
        : count(grid.size, 'GPU')
  return (
    <Card
      title="Map of GPUs"
      note={note}
      actions={
        <>
          <HeatLegend scale={grid.scale} missing="n/a, × does not answer" />
          <Select
            label="Colour by"
            value={metric}
            options={Object.entries(GPU_METRICS).map(([value, { label }]) => ({ value, label }))}
            onChange={(value) => {
              onMetric(value as GpuMetricName)
            }}
          />
          <Select
            label="Group by"
            value={group ?? ''}
            options={[
              { value: '', label: 'nothing' },
              ...GROUPINGS.map((it) => ({ value: it, label: GROUP_WORDS[it] })),
            ]}
            onChange={(value) => {
              onGroup(value === '' ? undefined : (value as Grouping))
            }}
          />
        </>
      }
    >
      <p id={help} className="sr-only">
        {count(grid.size, 'GPU')} by {GPU_METRICS[metric].label}. Arrow keys move between GPUs, Enter opens the server.
      </p>
      <div className="flex flex-wrap gap-x-4 gap-y-2 px-3 pb-3">
        {grid.groups.map(({ name, indexes }) => (
          <HeatBlock
            key={name}
            label="Map of GPUs"
            name={name}
            whole={grid.groups.length === 1}
            grid={grid}
            indexes={indexes}
            describedBy={help}
            describe={(index) => describe(grid, metric, index)}
            onPoint={setPointed}
            onOpen={(index) => {
              const server = grid.ids[index]
              if (server) onOpen(server)
            }}
          />
        ))}
      </div>
    </Card>
  )
}

const GROUP_WORDS: Record<Grouping, string> = { server: 'server', model: 'model', mig: 'MIG profile' }

/** "gpu-1 GPU 0: Utilization 82%", or what is wrong with it. */
function describe(grid: GpuGrid, metric: GpuMetricName, index: number): string {
  const { names, status, values } = grid
  const name = names[index] ?? ''
  const word = STATUSES[status[index] ?? 0]
  if (word === 'down') return `${name}: does not answer`
  const value = `${GPU_METRICS[metric].label} ${heatValue(grid, values?.[index] ?? Number.NaN)}`
  return `${name}: ${value}${word === 'stale' ? ', old' : ''}`
}
