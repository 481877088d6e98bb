// No axe violation and no sideways scroll: every page, both themes, wide and narrow.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

import type axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { open, startBrowser } from './browser.ts'

const PAGES = [
  { path: '/', ready: 'Servers by state' },
  { path: '/?color=status&group=region', ready: 'Servers by state' },
  { path: '/servers/gpu-2:9100', ready: 'CPU by mode, in numbers' },
  { path: '/servers/hot-1:9100?range=3h', ready: 'CPU by mode, in numbers' },
  { path: '/servers/down-1:9100', ready: 'Labels' },
  { path: '/servers/nobody', ready: 'All servers' },
  { path: '/gpus', ready: 'Map of GPUs' },
  { path: '/gpus?group=model&color=temperature&sort=-temperature', ready: 'GPUs by model' },
  { path: '/servers/gpu-1:9100', ready: 'GPU processes' },
  { path: '/alerts', ready: 'InstanceDown' },
  { path: '/explore', ready: 'Expression' },
  { path: '/explore?expr=node_load1&tab=table', ready: 'Values of node_load1' },
  { path: '/explore?expr=node_load1&expr2=up', ready: 'node_load1, in numbers' },
  { path: '/servers/web-1:9100?compare=-7d', ready: 'CPU by mode, in numbers' },
  { path: '/servers/gpu-1:9100?kiosk', ready: 'CPU by mode, in numbers' },
  { path: '/health', ready: 'Servers that are down' },
] as const

const SITUATIONS = [
  { path: '/', scenario: 'empty' },
  { path: '/', scenario: 'stale' },
  { path: '/servers/broken-1:9100', scenario: 'fleet' },
  { path: '/servers/hot-1:9100', scenario: 'stale' },
  { path: '/explore?expr=node_load1', scenario: 'stale' },
] as const

let browser: Browser
let source: string

beforeAll(async () => {
  browser = await startBrowser()
  source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
})
afterAll(async () => {
  await browser.close()
})

type Found = Pick<axe.Result, 'id' | 'help'> & { nodes: string[] }

async function violations(path: string, options: Parameters<typeof open>[2]): Promise<Found[]> {
  const { page, close } = await open(browser, path, options)
  try {
    await page.getByRole('main').locator('h1, h2, [role=alert]').first().waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle')
    // The policy of the page forbids scripts of others; the debugger may still run one.
    return await page.evaluate(async (code) => {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- axe is evaluated by the debugger, not by the page
      const run = new Function(`${code}; return axe`) as () => typeof axe
      const { violations } = await run().run()
      return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((it) => it.html.slice(0, 200)) }))
    }, source)
  } finally {
    await close()
  }
}

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test.each(PAGES)('$path', async ({ path }) => {
    expect(await violations(path, { theme })).toEqual([])
  })
  test.each(SITUATIONS)('$path when $scenario', async ({ path, scenario }) => {
    expect(await violations(path, { theme, scenario })).toEqual([])
  })
})

describe('on a phone', () => {
  test.each(PAGES)('$path', async ({ path }) => {
    expect(await violations(path, { width: 390, height: 844 })).toEqual([])
  })

  test.each(PAGES)('$path does not scroll sideways', async ({ path }) => {
    const { page, close } = await open(browser, path, { width: 390, height: 844 })
    await page.getByRole('main').locator('h1, h2, [role=alert]').first().waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle')
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    await close()
    expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0)
  })
})
