// The history of one panel: asks only for what is new, and continues the curve with it.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { get, resource, type Schemas } from '@/api/client'
import { gatewayNow } from '@/api/clock'
import { seriesName } from '@/lib/gpuSeries'
import { gridOf, rangeKey, ROLLING, untilNextStep, type Grid, type Range } from '@/lib/ranges'
import { continueChart, missingTail } from '@/lib/series'

export type PanelData = Schemas['PanelData']

/** Steps that are asked for again: a scrape that came late, or a rate whose window was not full. */
const SETTLE_STEPS = 3

interface PanelQuery {
  server: string
  panel: string
  range: Range
  /** Seconds by which all of it lies back; a multiple of the range's step. */
  ago?: number
}

/** One panel over a range. A rolling range is asked for again each step, and only for its end. */
export function panelQuery({ server, panel, range, ago = 0 }: PanelQuery) {
  const queryKey = ['panel', server, panel, rangeKey(range), ago] as const
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const wanted = movedBack(gridOf(range, gatewayNow()), ago)
      const known = client.getQueryData<PanelData>(queryKey)
      const tail = known && missingTail(known, wanted, SETTLE_STEPS)
      if (known && tail) return continueChart(known, await ask(server, panel, tail, signal), wanted)
      return ask(server, panel, wanted, signal)
    },
    // A range that was left and is entered again is continued, too.
    gcTime: 600_000,
    staleTime: range.kind === 'rolling' ? ROLLING[range.id].step * 1000 : Infinity,
    // All charts of a page ask at the same moment and are drawn in the same frame.
    refetchInterval: range.kind === 'rolling' ? () => untilNextStep(ROLLING[range.id].step, gatewayNow()) : false,
    // Every value has moved by a step: comparing them finds nothing that stayed.
    structuralSharing: false,
    // The old curve stays while another range loads, but never that of another server.
    placeholderData: (previous, query) =>
      query?.queryKey[1] === server && query.queryKey[4] === ago ? keepPreviousData(previous) : undefined,
  })
}

function movedBack({ start, end, step }: Grid, seconds: number): Grid {
  return { start: start - seconds, end: end - seconds, step }
}

async function ask(id: string, panel: string, { start, end, step }: Grid, signal: AbortSignal): Promise<PanelData> {
  const data = await get(
    resource('/api/v1/servers/{id}/panels/{panel}', {
      path: { id, panel },
      query: { start: String(start), end: String(end), step: String(step) },
    }),
    signal,
  )
  return { ...data, series: data.series.map((it) => ({ ...it, name: seriesName(it) })) }
}
