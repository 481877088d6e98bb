// What a tick of a dozen charts costs the main thread, beside uPlot alone with the same points: `make bench-ui` prints it.
import { afterAll, beforeAll, expect, test } from 'vitest'

import { serveCharts, tickOf, type ChartsSite } from './chartsPage.ts'
import { median } from './median.ts'

/** All by turns, as a shared machine is faster now and slower then. */
const ROUNDS = 9

let site: ChartsSite
beforeAll(async () => {
  site = await serveCharts()
})
afterAll(() => site.close())

test('a tick of a dozen charts of 720 points', async () => {
  const [ours, bare, known] = [await site.open('ours'), await site.open('bare'), await site.open('known')]
  try {
    const rounds: { ours: number; bare: number; known: number }[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({ ours: await tickOf(ours), bare: await tickOf(bare), known: await tickOf(known) })
    }
    const ratios = rounds.map((it) => it.ours / it.bare)
    const told = (value: number, digits: number) => Number(value.toFixed(digits))
    console.log(`a tick of 12 charts of 720 points, medians of ${ROUNDS} rounds`, {
      'ours, ms': told(median(rounds.map((it) => it.ours)), 1),
      'uPlot alone, ms': told(median(rounds.map((it) => it.bare)), 1),
      ratio: told(median(ratios), 2),
      'ratios from': told(Math.min(...ratios), 2),
      to: told(Math.max(...ratios), 2),
      'uPlot as it is known, ms': told(median(rounds.map((it) => it.known)), 1),
      'ours in those': told(median(rounds.map((it) => it.ours / it.known)), 2),
    })
    expect(ratios.every((ratio) => Number.isFinite(ratio) && ratio > 0)).toBe(true)
  } finally {
    await Promise.all([ours, bare, known].map((page) => page.close()))
  }
})
