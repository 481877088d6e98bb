// What a server's GPUs do now: what is to be said of them, each of them, and their processes.
import type { Gpu, GpuProcess, ServerDetail } from '@/api/queries'
import { detailQueries } from '@/components/columnQueries'
import { GPU_COLUMNS, gpuKey, gpuName } from '@/components/gpuColumns'
import { WarningList } from '@/components/gpuWarnings'
import { QueryButton } from '@/components/QueryButton'
import { Share } from '@/components/Share'
import { NotTold, Told } from '@/components/Told'
import { formatBytes } from '@/lib/units'
import { Card } from '@/ui/Card'
import { DataTable, type Column } from '@/ui/DataTable'

const EACH: readonly Column<Gpu>[] = [
  { title: 'GPU', cell: (gpu) => gpuName(gpu), wide: true },
  ...GPU_COLUMNS.map(({ title, width, align, cell }) => ({
    title,
    align,
    cell: (gpu: Gpu) => (
      <span className={align === 'right' ? 'inline-block text-right' : 'block'} style={{ width: width - 24 }}>
        {cell(gpu)}
      </span>
    ),
  })),
]

const PROCESSES: readonly Column<GpuProcess>[] = [
  { title: 'Process', cell: (it) => it.name ?? <NotTold />, wide: true },
  { title: 'PID', align: 'right', cell: (it) => it.pid },
  { title: 'GPU', cell: (it) => (it.mig_id === null ? it.gpu : `${it.gpu} MIG ${it.mig_id}`) },
  { title: 'GPU memory', align: 'right', cell: (it) => <Told text={formatBytes(it.memory_bytes)} /> },
  {
    title: 'Of its time',
    align: 'right',
    cell: (it) =>
      it.utilization_ratio === null ? (
        <NotTold />
      ) : (
        <span className="inline-block w-40">
          <Share ratio={it.utilization_ratio} judged={false} />
        </span>
      ),
  },
  { title: 'Container', cell: (it) => <Id id={it.container_id} /> },
  { title: 'Pod', cell: (it) => <Id id={it.pod_uid} /> },
]

export function GpuNow({ detail }: { detail: ServerDetail }) {
  const { server, gpus, gpu_processes } = detail
  return (
    <div className="grid grid-cols-1 gap-2">
      <WarningList label="GPU warnings" warnings={server.gpu?.warnings ?? []} />
      {gpus.length > 0 && (
        <Card
          title="Each GPU"
          actions={<QueryButton title="each GPU" queries={detailQueries('gpus', server)} />}
          note={gpus.length}
        >
          <DataTable label="GPUs" columns={EACH} rows={gpus} rowKey={gpuKey} />
        </Card>
      )}
      {gpu_processes.length > 0 && (
        <Card
          title="GPU processes"
          actions={<QueryButton title="GPU processes" queries={detailQueries('gpu_processes', server)} />}
          note={gpu_processes.length}
        >
          <DataTable
            label="GPU processes"
            columns={PROCESSES}
            rows={gpu_processes}
            rowKey={(it) => `${it.gpu} ${it.mig_id ?? ''} ${it.pid}`}
          />
        </Card>
      )}
      {gpus.length > 0 && gpu_processes.length === 0 && (
        <p className="px-3 text-xs text-ink-faint">
          <span className="font-medium">GPU processes:</span> none, or the exporter is not asked for them (
          <code>--collector.gpu.processes</code>).
        </p>
      )}
    </div>
  )
}

/** As much of an id as people read; all of it in the title. */
function Id({ id }: { id: string | null }) {
  if (id === null) return <span className="text-ink-faint">none</span>
  return <code title={id}>{id.slice(0, 12)}</code>
}
