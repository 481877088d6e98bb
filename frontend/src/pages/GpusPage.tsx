// One row per GPU over all servers. A GPU that does not report a value shows a dash, never a healthy zero.
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useRef, useState } from 'react'

import { OVERVIEW, serverResource, serversResource, type Overview, type ServerRow } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { GpuTable } from '@/components/detailTables'
import { FilterBox } from '@/components/FilterBox'
import { StatusLabel } from '@/components/status'
import { formatBytes, formatCelsius, formatRatio, formatWatts, formatWhole, ratio } from '@/lib/units'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { classes } from '@/ui/classes'
import { Failure, Loading, Nothing } from '@/ui/Message'
import { useOnScreen } from '@/ui/useOnScreen'

const route = getRouteApi('/gpus')

/** Servers with a GPU, whether or not it says how busy it is. */
const HAS_GPU = 'gpus>0'
const FIRST = 20

export function GpusPage() {
  const { filter } = route.useSearch()
  const navigate = route.useNavigate()
  const [limit, setLimit] = useState(FIRST)
  const overview = useLive(OVERVIEW)
  const { data, error } = useLive(
    serversResource({ filter: filter ? `${HAS_GPU} ${filter}` : HAS_GPU, sort: '-gpu', limit }),
  )
  const onFilter = useCallback(
    (next: string | undefined) => {
      void navigate({ search: { filter: next }, replace: true })
    },
    [navigate],
  )

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-lg font-semibold">GPUs</h1>
        <FilterBox
          label="Filter servers with GPUs"
          placeholder="Filter: name, label, gpu<0.1"
          value={filter}
          onChange={onFilter}
          error={error && filter ? error.message : null}
        />
      </div>
      {overview.data?.gpu && <Totals gpu={overview.data.gpu} />}
      {!data &&
        (error && !filter ? (
          <Failure title="The GPUs cannot be shown yet." error={error} />
        ) : (
          !error && <Loading what="GPUs" />
        ))}
      {data?.matched === 0 && (
        <Nothing>{filter ? 'No server with a GPU matches this filter.' : 'No server reports a GPU.'}</Nothing>
      )}
      {data?.servers.map((row) => (
        <ServerGpus key={row.id} row={row} />
      ))}
      {data && data.matched > data.servers.length && (
        <p className="text-center">
          <Button
            look="outlined"
            onClick={() => {
              setLimit(limit + FIRST)
            }}
          >
            Show more: {data.matched - data.servers.length} servers are left
          </Button>
        </p>
      )}
    </div>
  )
}

function Totals({ gpu }: { gpu: NonNullable<Overview['gpu']> }) {
  const totals = [
    ['GPUs', formatWhole(gpu.count)],
    ['Mean utilization', formatRatio(gpu.utilization_ratio)],
    ['Memory', `${formatBytes(gpu.memory_used_bytes)} of ${formatBytes(gpu.memory_total_bytes)}`],
    ['Power', formatWatts(gpu.power_watts)],
  ]
  return (
    <dl className="flex flex-wrap rounded-md border border-line bg-surface">
      {totals.map(([term, value]) => (
        <div key={term} className="px-3 py-1.5">
          <dt className="text-xs text-ink-soft">{term}</dt>
          <dd className="text-base font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A server's GPUs, one by one while they are on screen; until then its sum, so that nothing jumps. */
function ServerGpus({ row }: { row: ServerRow }) {
  const box = useRef<HTMLDivElement>(null)
  const onScreen = useOnScreen(box)
  const { gpu } = row
  if (!gpu) return null
  return (
    <div ref={box}>
      <Card
        title={
          <Link
            to="/servers/$id"
            params={{ id: row.id }}
            className="underline-offset-2 hover:text-accent hover:underline"
          >
            {row.name}
          </Link>
        }
        note={
          <span className="flex flex-wrap gap-x-3">
            {row.status !== 'up' && <StatusLabel status={row.status} />}
            <span>busiest {formatRatio(gpu.utilization_ratio)}</span>
            <span>hottest {formatCelsius(gpu.temperature_celsius)}</span>
            <span>memory {formatRatio(ratio(gpu.memory_used_bytes, gpu.memory_total_bytes))}</span>
            <span>{formatWatts(gpu.power_watts)}</span>
          </span>
        }
        className={classes(row.status !== 'up' && 'old')}
      >
        <div style={{ minHeight: 30 * (gpu.count + 1) }}>{onScreen && <EachGpu id={row.id} name={row.name} />}</div>
      </Card>
    </div>
  )
}

function EachGpu({ id, name }: { id: string; name: string }) {
  const { data, error } = useLive(serverResource(id))
  if (!data) return error ? <Failure title="The GPUs cannot be shown." error={error} /> : null
  return <GpuTable gpus={data.gpus} label={`GPUs of ${name}`} />
}
