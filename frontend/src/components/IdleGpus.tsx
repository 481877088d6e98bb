// GPUs that somebody holds and that compute nothing: the longest first.
import { gpusResource, type FleetGpu } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { Age } from '@/components/Age'
import { GpuLink, gpuKey } from '@/components/gpuColumns'
import { NotTold, Told } from '@/components/Told'
import { count } from '@/lib/plural'
import { formatBytes, formatWatts, formatWhole } from '@/lib/units'
import { Card } from '@/ui/Card'
import { DataTable, type Column } from '@/ui/DataTable'

/** More would push the table away; the filter `idle>0` has them all. */
const MOST = 5

const COLUMNS: readonly Column<FleetGpu>[] = [
  { title: 'GPU', cell: (row) => <GpuLink row={row} /> },
  { title: 'Idle for', align: 'right', cell: (row) => <IdleFor row={row} /> },
  { title: 'Memory held', align: 'right', cell: (row) => <Told text={formatBytes(row.memory_used_bytes)} /> },
  { title: 'Power', align: 'right', cell: (row) => <Told text={formatWatts(row.power_watts)} /> },
  { title: 'Processes', align: 'right', cell: (row) => <Told text={formatWhole(row.processes)} /> },
  { title: 'Model', cell: (row) => row.name ?? <NotTold />, wide: true },
]

export function IdleGpus({ filter }: { filter: string | undefined }) {
  const { data } = useLive(
    gpusResource({ filter: ['idle>0', filter].filter(Boolean).join(' '), sort: '-idle', limit: MOST }),
  )
  if (!data || data.matched === 0) return null
  const more = data.matched > data.gpus.length ? `, the longest ${data.gpus.length}` : ''
  return (
    <Card
      title="Reserved but idle"
      note={`${count(data.matched, 'GPU')}${more}; memory in use, nothing computed in the last hour`}
    >
      <DataTable
        label="Reserved but idle"
        columns={COLUMNS}
        rows={data.gpus}
        rowKey={(row) => `${row.server_name} ${gpuKey(row)}`}
      />
    </Card>
  )
}

function IdleFor({ row }: { row: FleetGpu }) {
  const since = row.warnings.find((it) => it.kind === 'idle_reserved')?.since ?? null
  return <Age since={since} />
}
