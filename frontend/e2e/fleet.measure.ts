// What the fleet page costs in a real browser: `make bench-ui` prints it. The mock gateway gives 1,000 and 10,000 servers;
// a simulated fleet behind Prometheus and the gateway gives as many as they carry beside the browser on one machine.
import { afterAll, expect, test } from 'vitest'

import { MockGateway } from '../mock-api/mockGateway.ts'
import type { ScenarioName } from '../mock-api/scenarios.ts'
import { serveSite } from '../mock-api/staticServer.ts'
import { busyOf, metric, openBare, type BarePage } from './bareBrowser.ts'
import { startDemo } from './demo.ts'
import { pause } from './stack.ts'

/** `WATCH_SECONDS=1800 make bench-ui` shows what half an hour leaves in the heap. */
const WATCHED_MS = Number(process.env.WATCH_SECONDS ?? 30) * 1000
/** Servers behind a real gateway; 0 leaves it out. */
const SIMULATED = Number(process.env.SIMULATED ?? 2000)
/** Until the page stands still: curves, map and completions come after the rows. */
const SETTLE_MS = 5000
const KEYS = 'web-1'
/** Between two keys: what a key sets off happens within. All of them fit between two ticks. */
const KEY_MS = 400
const SIZE = { width: 1440, height: 900 }
const ROWS = `document.querySelector('[role=table] [data-row-link]')`

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  await Promise.all(closing.map((it) => it()))
})

async function mock(scenario: ScenarioName): Promise<string> {
  const site = await serveSite(
    new URL('../dist', import.meta.url).pathname,
    new MockGateway(scenario, () => Date.now() / 1000),
  )
  closing.push(site.close)
  return site.url
}

async function simulated(servers: number): Promise<string> {
  const demo = await startDemo({ servers, history: 600 })
  closing.push(demo.close)
  // A rate needs two scrapes, and the gateway a tick to see them.
  await pause(30_000)
  return demo.url
}

/** Resolves when a tick has come and was drawn. */
async function nextTick(page: BarePage): Promise<void> {
  await page.evaluate(`new Promise((done) => {
    const seen = new MutationObserver(() => { seen.disconnect(); setTimeout(done, 500) })
    seen.observe(document.querySelector('[role=table]'), { subtree: true, characterData: true })
  })`)
}

async function typeKeys(page: BarePage): Promise<void> {
  for (const key of KEYS) {
    await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key })
    await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key })
    await pause(KEY_MS)
  }
}

async function measure(url: string): Promise<Record<string, number>> {
  const page = await openBare(SIZE)
  try {
    // The first page of a browser pays for the browser, and the first question for making the fleet.
    await page.send('Page.navigate', { url })
    await page.until(ROWS)
    const began = performance.now()
    await page.send('Page.navigate', { url: 'about:blank' })
    await page.send('Page.navigate', { url })
    await page.until(ROWS)
    const firstRows = performance.now() - began
    await pause(SETTLE_MS)
    const busy = await busyOf(page, () => pause(WATCHED_MS))
    await page.send('HeapProfiler.collectGarbage')
    const heap = await metric(page, 'JSHeapUsedSize')
    await page.evaluate(`document.querySelector('input[type=search]').focus()`)
    // A tick has its own figure.
    await nextTick(page)
    const keys = await busyOf(page, () => typeKeys(page))
    await page.until(`location.search.includes('filter=${KEYS}')`)
    return {
      'first rows, ms': Math.round(firstRows),
      'main thread busy, %': Number(((busy / WATCHED_MS) * 100).toFixed(2)),
      'heap, MB': Number((heap / 1e6).toFixed(1)),
      'main thread per key, ms': Math.round(keys / KEYS.length),
    }
  } finally {
    await page.close()
  }
}

test.each([
  { name: '1,000 servers of the mock', start: () => mock('fleet1000'), skipped: false },
  { name: '10,000 servers of the mock', start: () => mock('fleet10000'), skipped: false },
  { name: `${SIMULATED} simulated servers`, start: () => simulated(SIMULATED), skipped: SIMULATED === 0 },
])('$name', async ({ name, start, skipped }) => {
  if (skipped) return
  const figures = await measure(await start())
  console.log(name, figures)
  expect(Object.values(figures).every((it) => it > 0)).toBe(true)
})
