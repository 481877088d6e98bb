// What the fleet page costs in a real browser, 1,000 and 10,000 servers of the mock gateway: `make bench-ui` prints it.
import type { Browser, CDPSession } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { open, startBrowser } from './browser.ts'

/** `WATCH_SECONDS=1800 make bench-ui` shows what half an hour leaves in the heap. */
const WATCHED_MS = Number(process.env.WATCH_SECONDS ?? 30) * 1000
const KEYS = 5

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(async () => {
  await browser.close()
})

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find((it) => it.name === name)?.value ?? Number.NaN
}

test.each(['fleet1000', 'fleet10000'] as const)('%s', async (scenario) => {
  // The first page of a browser pays for the browser; the mock makes its fleet at the first question.
  const warm = await open(browser, '/', { scenario, clock: 'running' })
  await warm.page.getByRole('table', { name: 'Servers' }).getByRole('link').first().waitFor()
  const { page, close } = warm
  const began = performance.now()
  await page.reload()
  await page.getByRole('table', { name: 'Servers' }).getByRole('link').first().waitFor()
  const firstRows = performance.now() - began

  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.waitForTimeout(5000)
  const before = await metric(session, 'TaskDuration')
  await page.waitForTimeout(WATCHED_MS)
  const busy = (await metric(session, 'TaskDuration')) - before
  await session.send('HeapProfiler.collectGarbage')
  const heap = await metric(session, 'JSHeapUsedSize')

  await page.getByRole('combobox', { name: 'Filter servers' }).focus()
  const keysBefore = await metric(session, 'TaskDuration')
  await page.keyboard.type('web-1'.slice(0, KEYS), { delay: 400 })
  const key = ((await metric(session, 'TaskDuration')) - keysBefore) / KEYS
  await close()

  const figures = {
    'first rows, ms': Math.round(firstRows),
    'main thread busy, %': Number(((busy / WATCHED_MS) * 100_000).toFixed(2)),
    'heap, MB': Number((heap / 1e6).toFixed(1)),
    'main thread per key, ms': Math.round(key * 1000),
  }
  console.log(scenario, figures)
  expect(Object.values(figures).every((it) => it > 0)).toBe(true)
})

test('a server’s charts', async () => {
  // Tall enough for a dozen charts at once, of 240 points each.
  const { page, requests, close } = await open(browser, '/servers/gpu-1:9100?range=1h', {
    clock: 'running',
    height: 2600,
  })
  await page.getByRole('region', { name: 'CPU by mode' }).locator('canvas').waitFor()
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.waitForTimeout(5000)
  const charts = await page.locator('.uplot').count()
  const asked = requests.length
  const before = await metric(session, 'TaskDuration')
  await page.waitForTimeout(WATCHED_MS)
  const busy = (await metric(session, 'TaskDuration')) - before
  const answers = requests.slice(asked).filter((it) => it.includes('/panels/')).length
  await close()
  console.log('a server’s page', {
    charts,
    'answers of panels': answers,
    'main thread busy, %': Number(((busy / WATCHED_MS) * 100_000).toFixed(2)),
    'main thread per 12 charts, ms': Math.round((busy / answers) * 12 * 1000),
  })
  expect(charts).toBeGreaterThan(11)
  expect(answers).toBeGreaterThan(charts - 1)
})
