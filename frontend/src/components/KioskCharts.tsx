// A server on a wall: its name, its values of now, and the charts that say most, in one screen without scrolling.
import { useRef, type ComponentProps } from 'react'

import type { Panel, ServerDetail } from '@/api/queries'
import { PanelCard } from '@/charts/PanelCard'
import { ServerHeader } from '@/components/ServerHeader'
import { useSize } from '@/ui/useSize'

/** In reading order; GPUs only where there are any. */
const SHOWN = ['cpu', 'load', 'memory', 'disk_throughput', 'network', 'filesystem']
const SHOWN_WITH_GPUS = ['cpu', 'memory', 'network', 'gpu_utilization', 'gpu_memory', 'gpu_temperature']
const LEAST_WIDTH = 360

interface KioskChartsProps {
  detail: ServerDetail
  panels: readonly Panel[]
  charts: Omit<ComponentProps<typeof PanelCard>, 'panel' | 'height'>
}

export function KioskCharts({ detail, panels, charts }: KioskChartsProps) {
  const grid = useRef<HTMLDivElement>(null)
  const size = useSize(grid)
  const ids = detail.server.gpu === null ? SHOWN : SHOWN_WITH_GPUS
  const shown = ids.flatMap((id) => panels.find((it) => it.id === id) ?? [])
  const columns = Math.max(1, Math.min(3, Math.floor((size?.width ?? 0) / LEAST_WIDTH)))
  return (
    <article aria-label={detail.server.name} className="relative flex h-full flex-col gap-3 overflow-hidden">
      <ServerHeader detail={detail} />
      <div
        ref={grid}
        className="grid min-h-0 flex-1 auto-rows-fr gap-2"
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
      >
        {size && shown.map((panel) => <PanelCard key={panel.id} panel={panel} height="fill" {...charts} />)}
      </div>
    </article>
  )
}
