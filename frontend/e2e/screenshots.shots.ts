// Pictures of every page in both themes, of a simulated fleet: `make screenshots` writes them for docs/screenshots.md.
// After them the states that nobody wishes for: no way to the gateway, Prometheus stopped, and no server yet.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { startBrowser } from './browser.ts'
import { startDemo, type Demo } from './demo.ts'
import { shrink } from './png.ts'
import { pause, ROOT, startStack } from './stack.ts'

const FOLDER = process.env.SCREENSHOTS_DIR ?? join(ROOT, 'docs/screenshots')
const FIRST_VALUE_MS = 90_000
/** Curves, trends and tables that are asked for one after the other. */
const SETTLE_MS = 2500
const ALERTS_MS = 400_000
/** A busy machine takes its time. */
const SETTLED_MS = 60_000
/** Until the page calls its values old, and the gateway knows why. */
const STALE_MS = 40_000
const PHONE = { width: 390, height: 844 }

interface Shot {
  name: string
  path: () => string
  width?: number
  height?: number
  act?: (page: Page) => Promise<void>
}

let browser: Browser

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true })
  browser = await startBrowser()
})
afterAll(async () => {
  await browser.close()
})

describe('a fleet', () => {
  let demo: Demo
  /** Two servers with GPUs that are well. */
  let id: string
  let otherId: string

  beforeAll(
    async () => {
      demo = await startDemo({ servers: 200, history: 3600 })
      ;[id, otherId] = await twoWithGpus(demo.url)
      await someFire(demo.url)
      await warmUp(demo.url)
    },
    2 * FIRST_VALUE_MS + ALERTS_MS + 180_000,
  )
  afterAll(async () => {
    await demo.close()
  })

  const SHOTS: readonly Shot[] = [
    { name: 'fleet', path: () => '/', act: trends },
    { name: 'fleet-groups', path: () => '/?group=role&color=memory', act: trends },
    { name: 'server', path: () => `/servers/${id}?range=1h`, height: 1200 },
    { name: 'server-compared', path: () => `/servers/${id}?range=1h&compare=${otherId}`, height: 1000 },
    {
      name: 'server-gpus',
      path: () => `/servers/${id}?range=1h`,
      height: 1100,
      act: async (page) => {
        const gpus = page.getByRole('heading', { name: 'GPUs', exact: true })
        await gpus.evaluate((it) => {
          window.scrollTo(0, window.scrollY + it.getBoundingClientRect().top - 110)
        })
        await pause(SETTLE_MS)
      },
    },
    { name: 'kiosk', path: () => `/servers/${id}?range=1h&kiosk`, width: 1600 },
    { name: 'wall', path: () => '/?kiosk', width: 1920, height: 1080, act: trends },
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
    { name: 'phone-fleet', path: () => '/', ...PHONE },
    { name: 'phone-server', path: () => `/servers/${id}`, ...PHONE },
    { name: 'phone-gpus', path: () => '/gpus', ...PHONE },
  ]
  inBothThemes(SHOTS, { url: () => demo.url })

  describe('whose gateway cannot be reached', () => {
    afterEach(async () => {
      await demo.gateway.start()
    })

    inBothThemes(
      [
        {
          name: 'unreachable',
          path: () => '/',
          height: 600,
          act: async (page) => {
            await trends(page)
            await demo.gateway.kill()
            await page.getByRole('complementary', { name: 'Notice' }).waitFor()
            await pause(SETTLE_MS)
          },
        },
      ],
      { url: () => demo.url },
    )
  })

  describe('whose Prometheus stopped', () => {
    beforeAll(async () => {
      await untilAnswered(`${demo.url}/api/v1/overview`) // the gateway has begun anew, and keeps what it saw since
      await demo.prometheus.kill()
      await pause(STALE_MS)
    }, STALE_MS + FIRST_VALUE_MS)

    inBothThemes(
      [
        { name: 'stopped', path: () => '/', height: 600 },
        { name: 'stopped-health', path: () => '/health', height: 600 },
      ],
      { url: () => demo.url, fresh: false },
    )
  })
})

describe('no server yet', () => {
  let stack: Awaited<ReturnType<typeof startStack>>

  beforeAll(async () => {
    stack = await startStack({ scraped: false })
    await untilAnswered(`${stack.url}/api/v1/overview`)
  }, 2 * FIRST_VALUE_MS)
  afterAll(async () => {
    await stack.close()
  })

  inBothThemes(
    [
      { name: 'empty', path: () => '/', height: 640 },
      { name: 'phone-empty', path: () => '/', ...PHONE },
    ],
    { url: () => stack.url },
  )
})

interface Scene {
  url: () => string
  /** False where values are old, and that is what is shown. */
  fresh?: boolean
}

function inBothThemes(shots: readonly Shot[], { url, fresh = true }: Scene): void {
  describe.each(['light', 'dark'] as const)('%s', (theme) => {
    test.each(shots)('$name', async ({ name, path, width = 1440, height = 900, act }) => {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, timezoneId: 'UTC' })
      const page = await context.newPage()
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(String(error)))
      await page.goto(url() + path())
      await page.getByRole('main').locator('h1, h2').first().waitFor({ state: 'attached', timeout: FIRST_VALUE_MS })
      await settled(page, fresh)
      await act?.(page)
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const)
      await shrink(await page.screenshot(), join(FOLDER, `${name}-${theme}.png`))
      await context.close()
      expect(errors).toEqual([])
      expect(widths[0], 'nothing is cut at the side').toBeLessThanOrEqual(widths[1])
    })
  })
}

/** Waits until nothing loads any more and, where that can be had, the values are of now. */
async function settled(page: Page, fresh: boolean): Promise<void> {
  await pause(SETTLE_MS)
  const deadline = Date.now() + SETTLED_MS
  while (Date.now() < deadline) {
    const loading = await page.getByText(/^Loading /).evaluateAll(inSight)
    const notices = fresh ? await page.getByRole('complementary', { name: 'Notice' }).count() : 0
    if (loading + notices === 0) return
    await pause(500)
  }
  throw new Error(`${page.url()} is not settled after ${SETTLED_MS / 1000} s`)
}

/** How many of the elements are to be seen: what is further down the page is not asked for. */
function inSight(elements: Element[]): number {
  return elements.filter((it) => it.getBoundingClientRect().top < window.innerHeight).length
}

/** Rules hold for minutes before they fire; one that fires alone may be over with the next picture. */
async function someFire(url: string): Promise<void> {
  const deadline = Date.now() + ALERTS_MS
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/api/v1/overview`)
    const { alerts } = (await answer.json()) as { alerts?: { firing: number } }
    if (alerts && alerts.firing >= 3) return
    await pause(1000)
  }
  throw new Error(`no three alerts fired within ${ALERTS_MS / 1000} s`)
}

/** The first page of a new gateway waits for answers that nobody asked for before. */
async function warmUp(url: string): Promise<void> {
  const page = await browser.newPage()
  await page.goto(url)
  await trends(page)
  await page.close()
}

/** The totals' curves are asked for when the page stands. */
async function trends(page: Page): Promise<void> {
  const totals = page.getByRole('main').locator('dl').first()
  await totals.locator('svg[data-curve]').nth(5).waitFor({ timeout: FIRST_VALUE_MS })
}

/** Waits for the fleet's values, and names servers to look at. */
async function twoWithGpus(url: string): Promise<[string, string]> {
  const deadline = Date.now() + FIRST_VALUE_MS
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/api/v1/servers?filter=gpus>0+cpu>0.05+status:up&sort=name&limit=2`)
    const { servers = [] } = (await answer.json()) as { servers?: { id: string }[] }
    if (servers[0] && servers[1]) return [servers[0].id, servers[1].id]
    await pause(500)
  }
  throw new Error(`no two servers with GPUs had values within ${FIRST_VALUE_MS / 1000} s`)
}

async function untilAnswered(url: string): Promise<void> {
  const deadline = Date.now() + FIRST_VALUE_MS
  while (Date.now() < deadline) {
    const answer = await fetch(url)
    await answer.body?.cancel()
    if (answer.ok) return
    await pause(500)
  }
  throw new Error(`${url} had no answer within ${FIRST_VALUE_MS / 1000} s`)
}
