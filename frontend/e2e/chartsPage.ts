// Pages that draw a dozen charts and nothing else, for measurements: ours, or uPlot alone.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

import { MockGateway } from '../mock-api/mockGateway.ts'
import { serveSite } from '../mock-api/staticServer.ts'
import { busyOf, openBare, type BarePage } from './bareBrowser.ts'
import { pause } from './stack.ts'

const CHARTS = 12
/** One figure is the mean of so many. */
const TICKS = 10
/** Before the first: what is compiled on the way is no part of a tick. */
const WARM_TICKS = 10

/**
 * How the charts are drawn: as a server's page has them; the same lines by uPlot and nothing else; or by uPlot as it was
 * measured beside other libraries, filled, smoothed, and 420 pixels by 190: 14 ms of main thread a tick on the machine that the
 * aims were set on.
 */
export type Look = 'ours' | 'bare' | 'known'

export interface ChartsSite {
  /** A page of its own browser, warm. */
  open: (look: Look) => Promise<BarePage>
  close: () => Promise<void>
}

/** Builds and serves the pages of `charts/`. */
export async function serveCharts(): Promise<ChartsSite> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-charts-'))
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
  const site = await serveSite(folder, new MockGateway('empty'))
  return {
    open: async (look) => {
      const page = await openBare({ width: 1440, height: 1400 })
      await page.send('Page.navigate', { url: `${site.url}/#${look}` })
      await page.until(`document.querySelectorAll('.uplot canvas').length === ${CHARTS}`)
      await pause(1000)
      await ticks(page, WARM_TICKS)
      return page
    },
    close: async () => {
      await site.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Milliseconds of main thread that a tick of such a page takes. */
export async function tickOf(page: BarePage): Promise<number> {
  return (await busyOf(page, () => ticks(page, TICKS))) / TICKS
}

async function ticks(page: BarePage, count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await page.evaluate('tick()')
}
