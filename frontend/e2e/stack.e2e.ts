// The whole path on real programs: this machine's /proc, exporter, Prometheus, gateway, browser.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startBrowser } from './browser.ts'
import { makeLoad } from './load.ts'
import { startStack, type Stack } from './stack.ts'

const TICK_MS = 5_000
/** A rate needs two scrapes, and the gateway a tick to see them. */
const FIRST_VALUE_MS = 60_000
/** Two ticks, after the scrape that sees the load. */
const CHANGE_MS = 3 * TICK_MS
const RECOVERY_MS = 60_000

let stack: Stack | undefined
let browser: Browser | undefined
let page: Page

beforeAll(async () => {
  stack = await startStack()
  browser = await startBrowser()
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
})
afterAll(async () => {
  await browser?.close()
  await stack?.close()
})

/** The CPU of the one server, as its row says it: 12.3, or null while it says nothing. */
async function shownCpu(): Promise<number | null> {
  const row = page.getByRole('table', { name: 'Servers' }).getByRole('row').nth(1)
  const texts = await row.getByRole('cell').allInnerTexts()
  const text = texts.find((it) => /^\d+(?:\.\d)?%$/.test(it.trim()))
  return text === undefined ? null : Number(text.trim().slice(0, -1))
}

async function waitForCpu(what: string, wanted: (cpu: number) => boolean, timeout: number): Promise<number> {
  await expect
    .poll(
      async () => {
        const cpu = await shownCpu()
        return cpu !== null && wanted(cpu)
      },
      { timeout, interval: 250, message: what },
    )
    .toBe(true)
  return (await shownCpu()) ?? Number.NaN
}

test("this machine's CPU is on the page, follows a load, and comes back after each part was killed", async () => {
  if (!stack) throw new Error('there is no stack')
  await page.goto(stack.url)
  await page.getByRole('group', { name: 'Connection: Live' }).waitFor({ timeout: FIRST_VALUE_MS })
  const before = await waitForCpu('the CPU of this machine appears', () => true, FIRST_VALUE_MS)

  const load = makeLoad()
  try {
    // A machine that was all busy before cannot become busier; its value still moves.
    const follows = (cpu: number) => (before > 90 ? cpu !== before : cpu > before + 1)
    await waitForCpu(`the CPU follows the load from ${before}%`, follows, CHANGE_MS)
  } finally {
    await load.stop()
  }

  await stack.prometheus.kill()
  await page.getByText(/Values are .* old/).waitFor({ timeout: RECOVERY_MS })
  // What was known stays readable.
  expect(await shownCpu()).not.toBeNull()
  await stack.prometheus.start()
  await expect.poll(() => page.getByText(/Values are .* old/).count(), { timeout: RECOVERY_MS }).toBe(0)

  await stack.gateway.kill()
  await page.getByText(/Trying again/).waitFor({ timeout: RECOVERY_MS })
  expect(await shownCpu()).not.toBeNull()
  await stack.gateway.start()
  await page.getByRole('group', { name: 'Connection: Live' }).waitFor({ timeout: RECOVERY_MS })
  await expect.poll(() => page.getByText(/Trying again/).count(), { timeout: RECOVERY_MS }).toBe(0)

  const again = await waitForCpu('the CPU is shown again', () => true, RECOVERY_MS)
  await waitForCpu(`the CPU moves on from ${again}%`, (cpu) => cpu !== again, RECOVERY_MS)
})

test('a server page draws what the exporter measured', async () => {
  if (!stack) throw new Error('there is no stack')
  await page.goto(stack.url)
  await page.getByRole('table', { name: 'Servers' }).getByRole('row').nth(1).getByRole('link').first().click()
  const cpu = page
    .getByRole('main')
    .getByRole('table', { name: /in numbers$/ })
    .first()
  await cpu.getByRole('rowheader').first().waitFor({ state: 'attached', timeout: FIRST_VALUE_MS })
  await page.getByRole('table', { name: 'Filesystems' }).waitFor()
  await page.getByRole('table', { name: 'Interfaces' }).waitFor()
})
