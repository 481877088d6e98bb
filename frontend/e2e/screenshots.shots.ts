// Pictures of every page in both themes, of a simulated fleet: `make screenshots` writes them for docs/screenshots.md.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startBrowser } from './browser.ts'
import { startDemo, type Demo } from './demo.ts'
import { shrink } from './png.ts'
import { pause, ROOT } from './stack.ts'

const FOLDER = process.env.SCREENSHOTS_DIR ?? join(ROOT, 'docs/screenshots')
const FIRST_VALUE_MS = 90_000
/** Curves, trends and tables that are asked for one after the other. */
const SETTLE_MS = 2500

let demo: Demo
let browser: Browser
/** Two servers with GPUs that are well. */
let id: string
let otherId: string

beforeAll(
  async () => {
    await mkdir(FOLDER, { recursive: true })
    demo = await startDemo({ servers: 100, history: 3600 })
    browser = await startBrowser()
    ;[id, otherId] = await twoWithGpus()
    await warmUp()
  },
  2 * FIRST_VALUE_MS + 180_000,
)
afterAll(async () => {
  await browser.close()
  await demo.close()
})

/** The first page of a new gateway waits for answers that nobody asked for before, and for the first alert. */
async function warmUp(): Promise<void> {
  const page = await browser.newPage()
  await page.goto(demo.url)
  await page.getByRole('region', { name: 'Firing now' }).waitFor({ timeout: FIRST_VALUE_MS })
  await page
    .getByRole('main')
    .locator('dl')
    .first()
    .locator('svg[data-curve]')
    .nth(5)
    .waitFor({ timeout: FIRST_VALUE_MS })
  await page.close()
}

/** Waits for the fleet's values, and names servers to look at. */
async function twoWithGpus(): Promise<[string, string]> {
  const deadline = Date.now() + FIRST_VALUE_MS
  while (Date.now() < deadline) {
    const answer = await fetch(`${demo.url}/api/v1/servers?filter=gpus>0+cpu>0.05+status:up&sort=name&limit=2`)
    const { servers = [] } = (await answer.json()) as { servers?: { id: string }[] }
    if (servers[0] && servers[1]) return [servers[0].id, servers[1].id]
    await pause(500)
  }
  throw new Error(`no two servers with GPUs had values within ${FIRST_VALUE_MS / 1000} s`)
}

const SHOTS: readonly {
  name: string
  path: () => string
  width?: number
  height?: number
  act?: (page: Page) => Promise<void>
}[] = [
  { name: 'fleet', path: () => '/' },
  { name: 'fleet-groups', path: () => '/?group=role&color=memory' },
  { name: 'server', path: () => `/servers/${id}?range=1h`, height: 1200 },
  { name: 'server-compared', path: () => `/servers/${id}?range=1h&compare=${otherId}`, height: 1000 },
  { name: 'kiosk', path: () => `/servers/${id}?range=1h&kiosk`, width: 1600 },
  { name: 'wall', path: () => '/?kiosk', width: 1920, height: 1080 },
  { name: 'gpus', path: () => '/gpus' },
  { name: 'alerts', path: () => '/alerts' },
  { name: 'explore', path: () => `/explore?expr=${encodeURIComponent('avg by (role) (node_load1)')}&range=1h` },
  { name: 'health', path: () => '/health', height: 1100 },
  {
    name: 'promql',
    path: () => `/servers/${id}?range=1h`,
    act: async (page) => {
      await page.getByRole('button', { name: 'PromQL of CPU' }).first().click()
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'phone-fleet', path: () => '/', width: 390, height: 844 },
  { name: 'phone-server', path: () => `/servers/${id}`, width: 390, height: 844 },
]

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test.each(SHOTS)('$name', async ({ name, path, width = 1440, height = 900, act }) => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, timezoneId: 'UTC' })
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(demo.url + path())
    await page.getByRole('main').locator('h1, h2').first().waitFor({ state: 'attached', timeout: FIRST_VALUE_MS })
    await pause(SETTLE_MS)
    await act?.(page)
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const)
    await shrink(await page.screenshot(), join(FOLDER, `${name}-${theme}.png`))
    await context.close()
    expect(errors).toEqual([])
    expect(widths[0], 'nothing is cut at the side').toBeLessThanOrEqual(widths[1])
  })
})
