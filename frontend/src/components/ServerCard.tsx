// A server in two lines, for a phone.
import type { ServerRow } from '@/api/queries'
import { Age } from '@/components/Age'
import { ServerLink } from '@/components/ServerLink'
import { Share } from '@/components/Share'
import { WarningBadge } from '@/components/gpuWarnings'
import { StatusLabel } from '@/components/status'
import { formatRatio, ratio } from '@/lib/units'
import { classes } from '@/ui/classes'

export function ServerCard({ row }: { row: ServerRow }) {
  return (
    <div className="flex h-full flex-col justify-center gap-1 px-3">
      <div className="flex items-baseline gap-2">
        <ServerLink id={row.id} className="min-w-0 truncate font-medium">
          {row.name}
        </ServerLink>
        {row.gpu && (
          <span className="flex min-w-0 items-baseline gap-1.5 text-xs text-ink-soft">
            <span className="whitespace-nowrap">
              {row.gpu.count} GPU {formatRatio(row.gpu.utilization_ratio)}
            </span>
            <WarningBadge warnings={row.gpu.warnings} />
          </span>
        )}
        <span className="ml-auto flex items-baseline gap-1 text-xs">
          <StatusLabel status={row.status} />
          {row.status !== 'up' && <Age since={row.status_since} />}
        </span>
      </div>
      <dl className={classes('grid grid-cols-3 gap-3 text-xs', row.status !== 'up' && 'old')}>
        <Figure label="CPU" ratio={row.cpu_ratio} judged={false} />
        <Figure label="Mem" ratio={ratio(row.memory_used_bytes, row.memory_total_bytes)} />
        <Figure label="Disk" ratio={row.filesystem?.used_ratio ?? null} />
      </dl>
    </div>
  )
}

function Figure({ label, ratio, judged = true }: { label: string; ratio: number | null; judged?: boolean }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <dt className="text-ink-faint">{label}</dt>
      <dd className="min-w-0 flex-1">
        <Share ratio={ratio} judged={judged} />
      </dd>
    </div>
  )
}
