// What happened to a server in the range of its charts, for their time axes: reboots and alerts.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { gatewayNow } from '@/api/clock'
import { queryRange } from '@/api/promql'
import type { ServerDetail } from '@/api/queries'
import type { Mark } from '@/charts/chartOptions'
import { alertsOf, bootsOf } from '@/lib/events'
import { gridOf, rangeKey, type Range } from '@/lib/ranges'

/** Reboots and alerts are rare; a live range asks for them no more often than this. */
const REFRESH_MS = 30_000

export function useServerMarks(detail: ServerDetail | undefined, range: Range): readonly Mark[] {
  const server = detail?.server
  const matchers = `instance=${JSON.stringify(server?.instance)},job=${JSON.stringify(server?.job)}`
  const { data: history } = useQuery({
    queryKey: ['marks', matchers, rangeKey(range)],
    enabled: server !== undefined,
    queryFn: async ({ signal }) => {
      const grid = gridOf(range, gatewayNow())
      const [boots, alerts] = await Promise.all([
        queryRange(`max(node_boot_time_seconds{${matchers}})`, grid, signal),
        queryRange(`max by (alertname) (ALERTS{alertstate="firing",${matchers}})`, grid, signal),
      ])
      return [...bootsOf(boots.data.result, grid), ...alertsOf(alerts.data.result, grid)]
    },
    refetchInterval: range.kind === 'rolling' ? REFRESH_MS : false,
    staleTime: REFRESH_MS,
  })
  // Without history there is still what is known of now.
  const marks = history ?? ofNow(detail)
  const key = JSON.stringify(marks)
  // The same marks keep their identity, so that a tick does not draw the charts again.
  return useMemo(() => JSON.parse(key) as Mark[], [key])
}

function ofNow(detail: ServerDetail | undefined): Mark[] {
  const bootTime = detail?.system.boot_time ?? null
  const boot = bootTime === null ? [] : [{ at: bootTime, label: 'boot' }]
  const alerts = (detail?.alerts ?? []).flatMap(({ name, since }) =>
    since === null ? [] : [{ at: since, label: name }],
  )
  return [...boot, ...alerts]
}
