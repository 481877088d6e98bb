// One row per GPU over all servers. A GPU that does not report a value shows n/a, never a healthy zero.
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback, useRef, useState, type ReactNode } from 'react'

import type { GpuGroup } from '@/api/queries'
import { fleetQueries } from '@/components/columnQueries'
import { FilterBox } from '@/components/FilterBox'
import { GpuGroups } from '@/components/GpuGroups'
import { DEFAULT_GPU_METRIC, GROUPINGS, isGpuMetric } from '@/components/gpuHeat'
import { GpuHeatMap } from '@/components/GpuHeatMap'
import { CARD_HEIGHT, GpuRowsTable, ROW_HEIGHT, TABLE_WIDTH } from '@/components/GpuRowsTable'
import { GrafanaLink } from '@/components/GrafanaLink'
import { IdleGpus } from '@/components/IdleGpus'
import { NotYet } from '@/components/NotYet'
import { QueryButton } from '@/components/QueryButton'
import { useGpuRows } from '@/components/useGpuRows'
import { formatBytes, formatCelsius, formatRatio, formatWatts, formatWhole, ratio } from '@/lib/units'
import type { GpusSearch } from '@/pages/gpusSearch'
import { Card } from '@/ui/Card'
import { Icon } from '@/ui/Icon'
import { Loading, Nothing } from '@/ui/Message'
import { useRowWindow } from '@/ui/useRowWindow'
import { useSize } from '@/ui/useSize'

const route = getRouteApi('/gpus')

export function GpusPage() {
  const { filter, sort, color, group: wanted } = route.useSearch()
  const navigate = route.useNavigate()
  const leave = useNavigate()
  const list = useRef<HTMLDivElement>(null)
  const width = useSize(list)?.width ?? 0
  const asCards = width > 0 && width < TABLE_WIDTH
  const [matched, setMatched] = useState(0)
  const window = useRowWindow(list, asCards ? CARD_HEIGHT : ROW_HEIGHT, matched)
  const group = GROUPINGS.find((it) => it === wanted)
  const metric = isGpuMetric(color) ? color : DEFAULT_GPU_METRIC
  const rows = useGpuRows({ filter, sort, group, window })
  const data = rows.list
  if (data && data.matched !== matched) setMatched(data.matched)
  const change = useCallback(
    (next: Partial<GpusSearch>) => {
      void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false })
    },
    [navigate],
  )
  const onFilter = useCallback(
    (next: string | undefined) => {
      change({ filter: next })
    },
    [change],
  )
  const wrong = rows.error && filter ? rows.error.message : null

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-lg font-semibold">GPUs</h1>
        <FilterBox
          label="Filter GPUs"
          placeholder="Filter: model:H100 utilization<0.1"
          value={filter}
          onChange={onFilter}
          error={wrong}
        />
        <span className="ml-auto">
          <GrafanaLink dashboard="sightline-gpu" />
        </span>
      </div>
      {data && <Summary group={data.summary} />}
      {!data &&
        (rows.error && !filter ? (
          <NotYet title="The GPUs cannot be shown yet." error={rows.error} />
        ) : (
          !rows.error && <Loading what="GPUs" />
        ))}
      {data && data.matched > 0 && (
        <GpuHeatMap
          gpus={rows.first}
          matched={data.matched}
          metric={metric}
          group={group}
          onMetric={(next) => {
            change({ color: next === DEFAULT_GPU_METRIC ? undefined : next })
          }}
          onGroup={(next) => {
            change({ group: next })
          }}
          onOpen={(id) => {
            void leave({ to: '/servers/$id', params: { id } })
          }}
        />
      )}
      {data && group !== undefined && <GpuGroups by={group} groups={data.groups} />}
      {wrong === null && <IdleGpus filter={filter} />}
      <div ref={list}>
        {data?.matched === 0 && (
          <Nothing>
            {filter
              ? 'No GPU matches this filter.'
              : 'No server reports a GPU. The exporter’s gpu collector finds NVIDIA GPUs by itself.'}
          </Nothing>
        )}
        {data && data.matched > 0 && (
          <Card
            title="Each GPU"
            actions={<QueryButton title="each GPU" queries={fleetQueries('GPUs')} />}
            note={formatWhole(data.matched)}
          >
            <GpuRowsTable
              rows={rows.byPlace}
              matched={data.matched}
              window={window}
              asCards={asCards}
              previous={rows.previous}
              sort={sort}
              onSort={(next) => {
                change({ sort: next })
              }}
            />
          </Card>
        )}
      </div>
    </div>
  )
}

/** The hottest and the busiest, not only the mean: one GPU that burns is lost in a mean. */
function Summary({ group }: { group: GpuGroup }) {
  const figures: [string, ReactNode][] = [
    ['GPUs', group.instances === 0 ? formatWhole(group.count) : `${formatWhole(group.count)} + ${group.instances} MIG`],
    ['Lost', <Counted key="lost" count={group.lost} filter="lost=1" />],
    ['With warnings', <Counted key="warned" count={group.warned} filter="warnings>0" />],
    ['Busiest', formatRatio(group.busiest_ratio)],
    ['Mean utilization', formatRatio(group.utilization_ratio)],
    ['Hottest', formatCelsius(group.temperature_celsius)],
    ['Memory', `${formatBytes(group.memory_used_bytes)} of ${formatBytes(group.memory_total_bytes)}`],
    [
      'Power',
      `${formatWatts(group.power_watts)} (${formatRatio(ratio(group.power_watts, group.power_limit_watts))} of limits)`,
    ],
  ]
  return (
    <dl className="flex flex-wrap rounded-md border border-line bg-surface">
      {figures.map(([term, value]) => (
        <div key={term} className="px-3 py-1.5">
          <dt className="text-xs text-ink-soft">{term}</dt>
          <dd className="text-base font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A count that is a filter when there is anything to find. */
function Counted({ count, filter }: { count: number; filter: string }) {
  if (count === 0) return '0'
  return (
    <Link
      to="/gpus"
      search={{ filter }}
      className="inline-flex items-center gap-1 text-bad underline-offset-2 hover:underline"
    >
      <Icon name="warning" className="size-3.5" />
      {formatWhole(count)}
    </Link>
  )
}
