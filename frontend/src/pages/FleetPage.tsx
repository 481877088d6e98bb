// The page people keep open: the fleet in totals, what fires, all of it as a map, and each server as a row.
import { keepPreviousData } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, memo, Suspense, useCallback, useState } from 'react'

import { GatewayError } from '@/api/client'
import { OVERVIEW, serversResource, type ServerList } from '@/api/queries'
import { useLive } from '@/api/useLive'
import { FilterBox } from '@/components/FilterBox'
import { DEFAULT_HEAT, type HeatMetric } from '@/components/heatMetrics'
import { chosenColumns, rememberColumns } from '@/components/rememberedColumns'
import { NotYet } from '@/components/NotYet'
import { QueryButton } from '@/components/QueryButton'
import { ServerTable } from '@/components/ServerTable'
import { SummaryLine } from '@/components/SummaryLine'
import { CsvButton } from '@/components/CsvButton'
import { headResource } from '@/components/useServerRows'
import { formatWhole } from '@/lib/units'
import type { FleetSearch } from '@/pages/fleetSearch'
import { Button } from '@/ui/Button'
import { Card } from '@/ui/Card'
import { classes } from '@/ui/classes'
import { Loading } from '@/ui/Message'

const route = getRouteApi('/')

// The rows come first; the map follows, into a place that is kept for it. What changes on the page around them, leaves them.
const HeatMap = lazy(async () => ({ default: memo((await import('@/components/HeatMap')).HeatMap) }))
const GroupRows = lazy(async () => ({ default: (await import('@/components/GroupRows')).GroupRows }))
const ColumnChooser = lazy(async () => ({ default: (await import('@/components/ColumnChooser')).ColumnChooser }))
const FiringNow = lazy(async () => ({ default: memo((await import('@/components/FiringNow')).FiringNow) }))
const FirstServer = lazy(async () => ({ default: (await import('@/components/FirstServer')).FirstServer }))

function selectCounts({ matched, total }: ServerList): Pick<ServerList, 'matched' | 'total'> {
  return { matched, total }
}

export function FleetPage() {
  const { filter, sort, color, group, open, columns: columnsInUrl, kiosk } = route.useSearch()
  const columns = chosenColumns(columnsInUrl)
  const [choosing, setChoosing] = useState(false)
  const navigate = route.useNavigate()
  const { data: overview, error } = useLive(OVERVIEW)
  // The table's own first page says how many match, and whether the filter can be understood; of groups one row does.
  const matches = group === undefined ? headResource({ filter, sort }) : serversResource({ filter, limit: 1 })
  // A count that goes and comes with each letter would move the line that it stands in.
  const {
    data: matching,
    error: refusal,
    isSuccess,
    isPlaceholderData,
  } = useLive(matches, selectCounts, keepPreviousData)
  /** The newest filter that was understood: while a term is half typed, what it left stays. */
  const [understood, setUnderstood] = useState<{ filter: string | undefined } | null>(null)
  if (isSuccess && !isPlaceholderData && (understood === null || understood.filter !== filter))
    setUnderstood({ filter })

  const change = useCallback(
    (search: Partial<FleetSearch>) => {
      void navigate({ search: (old) => ({ ...old, ...search }), replace: true, resetScroll: false })
    },
    [navigate],
  )
  /** The newest two: until the URL follows, the filter is still the one before. */
  const [typed, setTyped] = useState<readonly (string | undefined)[]>([])
  const onFilter = useCallback(
    (next: string | undefined) => {
      setTyped((old) => [old.at(-1), next])
      change({ filter: next })
    },
    [change],
  )

  const onMetric = useCallback(
    (next: HeatMetric) => {
      change({ color: next === DEFAULT_HEAT ? undefined : next })
    },
    [change],
  )
  const onGroup = useCallback(
    (next: string | undefined) => {
      change({ group: next, open: undefined })
    },
    [change],
  )
  const onOpen = useCallback(
    (id: string) => {
      void navigate({ to: '/servers/$id', params: { id } })
    },
    [navigate],
  )

  if (!overview) {
    return (
      <>
        <h1 className="sr-only">Fleet</h1>
        {error ? <NotYet title="The fleet cannot be shown yet." error={error} /> : <Loading what="the fleet" />}
      </>
    )
  }
  if (overview.servers.total === 0) {
    return (
      <Suspense>
        <h1 className="sr-only">Fleet</h1>
        <FirstServer />
      </Suspense>
    )
  }

  const wrong = refusal instanceof GatewayError && refusal.parameter === 'filter' ? refusal.message : null
  const shown = wrong === null ? { filter } : understood
  // On a wall: the worst rows that fit, and nobody who would press anything.
  const onWall = kiosk !== undefined
  const table = {
    filter: shown?.filter,
    sort,
    columns,
    hasGpus: overview.gpu !== null,
    onSort: (next: string | undefined) => {
      change({ sort: next })
    },
  }
  return (
    <div className={classes('flex flex-col gap-3', onWall && 'relative h-full overflow-clip')}>
      <h1 className="sr-only">Fleet</h1>
      <SummaryLine overview={overview} filter={filter} />
      {overview.alerts.firing > 0 && (
        <Suspense fallback={<div className="h-32 rounded-md border border-line bg-surface" />}>
          <FiringNow />
        </Suspense>
      )}
      {shown && (
        <Suspense fallback={<div className="h-18 rounded-md border border-line bg-surface" />}>
          <HeatMap
            filter={shown.filter}
            holds={filter !== undefined && typed.includes(filter)}
            metric={color ?? DEFAULT_HEAT}
            group={group}
            onMetric={onMetric}
            onGroup={onGroup}
            onOpen={onOpen}
          />
        </Suspense>
      )}
      <Card
        {...(onWall ? { className: 'min-h-0 flex-1 overflow-clip' } : {})}
        title="Servers"
        note={
          matching &&
          (filter ? `${formatWhole(matching.matched)} of ${formatWhole(matching.total)}` : formatWhole(matching.total))
        }
        actions={
          !onWall && (
            <>
              <FilterBox
                label="Filter servers"
                placeholder="Filter: web role:db cpu>0.9 status:down"
                value={filter}
                onChange={onFilter}
                error={wrong}
                completes
              />
              <Button
                look="outlined"
                onClick={() => {
                  setChoosing(true)
                }}
              >
                Columns
              </Button>
              <QueryButton
                title="the server table"
                queries={async () => (await import('@/components/columnQueries')).fleetQueries('Servers')}
              />
              <CsvButton filter={filter} sort={sort} columns={columns} />
            </>
          )
        }
      >
        {shown && group === undefined && <ServerTable {...table} />}
        {shown && group !== undefined && (
          <Suspense fallback={<Loading what="groups" />}>
            <GroupRows
              {...table}
              group={group}
              metric={color ?? DEFAULT_HEAT}
              open={open?.split(',') ?? []}
              onOpen={(names) => {
                change({ open: names.join(',') || undefined })
              }}
            />
          </Suspense>
        )}
      </Card>
      {choosing && (
        <Suspense>
          <ColumnChooser
            chosen={columns}
            onChange={(ids) => {
              rememberColumns(ids)
              change({ columns: ids?.join(',') })
            }}
            onClose={() => {
              setChoosing(false)
            }}
          />
        </Suspense>
      )}
    </div>
  )
}
