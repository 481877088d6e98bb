// What a tick of a dozen charts costs the main thread, beside uPlot alone with the same points: `make bench-ui` prints it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from 'vite'

import { MockGateway } from '../mock-api/mockGateway.ts'
import { serveSite, type Site } from '../mock-api/staticServer.ts'
import { busyOf, openBare, type BarePage } from './bareBrowser.ts'
import { pause } from './stack.ts'

const TICKS = 10
/** Both by turns, as a shared machine is faster now and slower then. */
const ROUNDS = 9
/** Before them: what is compiled on the way is no part of a tick. */
const WARM_TICKS = 10
const CHARTS = 12

let folder: string
let site: Site
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-charts-'))
  // Under a test runner the build would be React's for development, which takes twice as long.
  process.env.NODE_ENV = 'production'
  await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('charts', import.meta.url)),
    plugins: [react(), tailwindcss()],
    resolve: { alias: { '@': fileURLToPath(new URL('../src', import.meta.url)) } },
    build: { outDir: folder, emptyOutDir: true },
  })
  site = await serveSite(folder, new MockGateway('empty'))
})
afterAll(async () => {
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

/** A page that draws the charts, warm. */
async function openCharts(hash: string): Promise<BarePage> {
  const page = await openBare({ width: 1440, height: 1400 })
  await page.send('Page.navigate', { url: site.url + hash })
  await page.until(`document.querySelectorAll('.uplot canvas').length === ${CHARTS}`)
  await pause(1000)
  await ticks(page, WARM_TICKS)
  return page
}

async function ticks(page: BarePage, count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await page.evaluate('tick()')
}

/** Milliseconds of main thread that a tick takes. */
async function tickOf(page: BarePage): Promise<number> {
  return (await busyOf(page, () => ticks(page, TICKS))) / TICKS
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

test('a tick of a dozen charts of 720 points', async () => {
  const pages = [await openCharts('/#ours'), await openCharts('/#bare')] as const
  try {
    const rounds: { ours: number; bare: number }[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({ ours: await tickOf(pages[0]), bare: await tickOf(pages[1]) })
    }
    const ratios = rounds.map(({ ours, bare }) => ours / bare)
    const told = (value: number, digits: number) => Number(value.toFixed(digits))
    console.log(`a tick of 12 charts of 720 points, medians of ${ROUNDS} rounds`, {
      'ours, ms': told(median(rounds.map(({ ours }) => ours)), 1),
      'uPlot alone, ms': told(median(rounds.map(({ bare }) => bare)), 1),
      ratio: told(median(ratios), 2),
      'ratios from': told(Math.min(...ratios), 2),
      to: told(Math.max(...ratios), 2),
    })
    expect(ratios.every((ratio) => Number.isFinite(ratio) && ratio > 0)).toBe(true)
  } finally {
    await Promise.all(pages.map((page) => page.close()))
  }
})
