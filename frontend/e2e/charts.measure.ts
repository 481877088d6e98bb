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
import { busyOf, openBare } from './bareBrowser.ts'
import { pause } from './stack.ts'

const TICKS = 20
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

/** Milliseconds of main thread that a tick takes. */
async function tickOf(hash: string): Promise<number> {
  const page = await openBare({ width: 1440, height: 1400 })
  try {
    await page.send('Page.navigate', { url: site.url + hash })
    await page.until(`document.querySelectorAll('.uplot canvas').length === ${CHARTS}`)
    await pause(1000)
    for (let tick = 0; tick < WARM_TICKS; tick += 1) await page.evaluate('tick()')
    const busy = await busyOf(page, async () => {
      for (let tick = 0; tick < TICKS; tick += 1) await page.evaluate('tick()')
    })
    return busy / TICKS
  } finally {
    await page.close()
  }
}

test('a tick of a dozen charts of 720 points', async () => {
  const bare = await tickOf('/#bare')
  const ours = await tickOf('/#ours')
  console.log('a tick of 12 charts of 720 points', {
    'ours, ms': Number(ours.toFixed(1)),
    'uPlot alone, ms': Number(bare.toFixed(1)),
    ratio: Number((ours / bare).toFixed(2)),
  })
  expect(bare).toBeGreaterThan(0)
  expect(ours).toBeGreaterThan(0)
})
