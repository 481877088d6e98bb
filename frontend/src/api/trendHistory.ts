// The last hour of the fleet's totals, from Prometheus: one question, and a second for what no recording rule has told all along.
import { emptyPoint, TREND_LENGTH, TREND_STEP, type TrendPoint } from '@/api/overviewTrend'
import { askLines } from '@/api/promqlQueries'
import { PLAIN_TOTALS, RECORDED_TOTALS, tagged, type TotalId } from '@/lib/expressions'
import { gridTimes } from '@/lib/series'

const TAG = 'total'
/** Of a larger fleet the plain metrics of an hour are too much to ask for a small curve; frames will draw it. */
const MOST_SERVERS = 1000
const IDS = Object.keys(RECORDED_TOTALS) as TotalId[]

/** @param at the newest snapshot's instant, in unix seconds */
export async function loadTrend(at: number, servers: number): Promise<TrendPoint[]> {
  const end = Math.floor(at / TREND_STEP) * TREND_STEP
  const grid = { start: end - (TREND_LENGTH - 1) * TREND_STEP, end, step: TREND_STEP }
  const ask = async (expressions: Record<string, string>) => {
    const { lines } = await askLines(tagged(expressions, TAG), grid, new AbortController().signal)
    return new Map(lines.map(({ metric, values }) => [metric[TAG], values]))
  }
  const recorded = await ask(RECORDED_TOTALS)
  // Rules have no past from before they were loaded.
  const left = IDS.filter((it) => !tellsMost(recorded.get(it)))
  const plain =
    left.length > 0 && servers <= MOST_SERVERS
      ? await ask(Object.fromEntries(left.map((it) => [it, PLAIN_TOTALS[it]])))
      : new Map<string, (number | null)[]>()
  return gridTimes(grid).map((time, index) => {
    const valueOf = (id: TotalId) => recorded.get(id)?.[index] ?? plain.get(id)?.[index] ?? null
    return Object.assign(emptyPoint(time), Object.fromEntries(IDS.map((it) => [it, valueOf(it)])))
  })
}

function tellsMost(values: readonly (number | null)[] = []): boolean {
  return values.filter((it) => it !== null).length * 2 >= TREND_LENGTH
}
