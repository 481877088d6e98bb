// A server's GPUs in a cell: how many, the busiest, memory, the hottest, power, and what somebody should know.
import type { ServerRow } from '@/api/queries'
import { WarningBadge } from '@/components/gpuWarnings'
import { Missing } from '@/components/Missing'
import { Share } from '@/components/Share'
import { formatCelsius, formatRatio, formatWatts, MISSING, ratio } from '@/lib/units'

export function GpuCell({ gpu }: { gpu: NonNullable<ServerRow['gpu']> }) {
  return (
    <span className="flex items-center gap-2">
      <span className="w-5 text-right text-xs text-ink-faint" title="GPUs that answer">
        {gpu.count}×
      </span>
      <span className="w-20" title="The busiest">
        <Share ratio={gpu.utilization_ratio} judged={false} />
      </span>
      <Figure
        title="Memory in use"
        text={formatRatio(ratio(gpu.memory_used_bytes, gpu.memory_total_bytes))}
        width="w-11"
      />
      <Figure title="The hottest" text={formatCelsius(gpu.temperature_celsius)} width="w-10" />
      <Figure title="Power of all" text={formatWatts(gpu.power_watts)} width="w-14" />
      <span className="flex min-w-0 flex-1">
        <WarningBadge warnings={gpu.warnings} />
      </span>
    </span>
  )
}

function Figure({ title, text, width }: { title: string; text: string; width: string }) {
  return (
    <span className={`${width} text-right whitespace-nowrap`} title={title}>
      {text === MISSING ? <Missing /> : text}
    </span>
  )
}
