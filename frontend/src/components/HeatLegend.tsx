// What the shades of a map mean: both ends of its scale, and what has no value.
import { shadesOf } from '@/components/heatShades'
import type { Scale } from '@/lib/heatGrid'
import { FORMATTERS } from '@/lib/panelUnits'

export function HeatLegend({ scale, missing }: { scale: Scale; missing: string }) {
  const { unit, low, high } = scale
  const format = (value: number) => (unit === 'ratio' ? `${value * 100}%` : FORMATTERS[unit](value))
  return (
    <span className="flex flex-wrap items-center gap-1 px-1 text-xs text-ink-soft">
      {format(low)}
      <span className="flex" aria-hidden="true">
        {shadesOf(scale).map((shade) => (
          <span key={shade} className="h-2.5 w-3" style={{ background: `var(--${shade})` }} />
        ))}
      </span>
      {format(high)}{' '}
      <span className="whitespace-nowrap">
        <HeatSwatch color="var(--heat-missing)" /> {missing}
      </span>
    </span>
  )
}

export function HeatSwatch({ color, crossed = false }: { color: string; crossed?: boolean }) {
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
