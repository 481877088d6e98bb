// How busy each core is now, as a strip of shades: a single hot core among many is seen at once.
import type { Query } from '@/components/askedQueries'
import { QueryButton } from '@/components/QueryButton'
import { shadeOf } from '@/lib/heat'
import { formatRatio } from '@/lib/units'

interface CoreStripProps {
  cores: readonly (number | null)[]
  queries: readonly Query[]
}

export function CoreStrip({ cores, queries }: CoreStripProps) {
  const known = cores.filter((it) => it !== null)
  if (known.length === 0) return null
  const busiest = Math.max(...known)
  const words = `${cores.length} cores, the busiest at ${formatRatio(busiest)}, ${known.filter((it) => it >= 0.9).length} at 90% or more`
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-1">
      <span className="text-xs text-ink-soft">{words}</span>
      <div role="img" aria-label={words} className="flex min-w-40 flex-1 flex-wrap gap-px">
        {cores.map((ratio, core) => (
          <span
            key={core}
            title={`Core ${core}: ${formatRatio(ratio)}`}
            className="h-3 max-w-8 min-w-1.5 flex-1 rounded-[2px]"
            style={{ background: ratio === null ? 'var(--heat-missing)' : `var(--heat-${shadeOf(ratio, 10)})` }}
          />
        ))}
      </div>
      <QueryButton title="each core" queries={queries} />
    </div>
  )
}
