// GPUs by server, model or MIG profile: how many, the busiest, the hottest, memory and power together.
import type { GpuGroup } from '@/api/queries'
import { Share } from '@/components/Share'
import { NotTold, Told } from '@/components/Told'
import { formatBytes, formatCelsius, formatWatts, formatWhole, ratio } from '@/lib/units'
import { Card } from '@/ui/Card'
import { DataTable, type Column } from '@/ui/DataTable'

const COLUMNS: readonly Column<GpuGroup>[] = [
  { title: 'Group', cell: (it) => (it.name === '' ? 'not told' : it.name), wide: true },
  { title: 'GPUs', align: 'right', cell: (it) => formatWhole(it.count) },
  { title: 'Instances', align: 'right', cell: (it) => formatWhole(it.instances) },
  { title: 'Lost', align: 'right', cell: (it) => <Counted count={it.lost} /> },
  { title: 'With warnings', align: 'right', cell: (it) => <Counted count={it.warned} /> },
  { title: 'Busiest', align: 'right', cell: (it) => <Meter ratio={it.busiest_ratio} /> },
  { title: 'Mean', align: 'right', cell: (it) => <Meter ratio={it.utilization_ratio} /> },
  { title: 'Hottest', align: 'right', cell: (it) => <Told text={formatCelsius(it.temperature_celsius)} /> },
  {
    title: 'Memory',
    align: 'right',
    cell: (it) => <Meter ratio={ratio(it.memory_used_bytes, it.memory_total_bytes)} />,
  },
  { title: 'of', align: 'right', cell: (it) => <Told text={formatBytes(it.memory_total_bytes)} /> },
  { title: 'Power', align: 'right', cell: (it) => <Told text={formatWatts(it.power_watts)} /> },
]

export function GpuGroups({ by, groups }: { by: string; groups: readonly GpuGroup[] }) {
  return (
    <Card title={`By ${by}`} note={groups.length}>
      <DataTable label={`GPUs by ${by}`} columns={COLUMNS} rows={groups} rowKey={(it) => it.name} />
    </Card>
  )
}

function Counted({ count }: { count: number }) {
  return <span className={count > 0 ? 'font-medium text-bad' : 'text-ink-faint'}>{formatWhole(count)}</span>
}

function Meter({ ratio }: { ratio: number | null }) {
  if (ratio === null) return <NotTold />
  return (
    <span className="inline-block w-28">
      <Share ratio={ratio} judged={false} />
    </span>
  )
}
