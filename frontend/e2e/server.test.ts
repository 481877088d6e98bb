// A server's page in a real browser: compared, asked for its PromQL, on a wall, and known only by its row.
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { open, startBrowser, type Opened } from './browser.ts'

let browser: Browser
let opened: Opened | undefined

beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(async () => {
  await browser.close()
})
afterEach(async () => {
  const errors = opened?.errors ?? []
  await opened?.close()
  opened = undefined
  expect(errors).toEqual([])
})

async function visit(...[path, options]: [path: string, options?: Parameters<typeof open>[2]]) {
  opened = await open(browser, path, options)
  return opened
}

test('compared with a week before, each series is there twice, and the URL says so', async () => {
  const { page } = await visit('/servers/web-1:9100')
  await page.getByRole('combobox', { name: 'Compare with' }).fill('a week before')
  const table = page.getByRole('table', { name: 'Load, in numbers' })
  await table.getByRole('rowheader', { name: 'load 1m, a week before' }).waitFor({ state: 'attached' })
  expect(page.url()).toContain('compare=-7d')
  await page.getByRole('button', { name: 'Compare with nothing' }).click()
  await table.getByRole('rowheader', { name: 'load 1m, a week before' }).waitFor({ state: 'detached' })
  expect(page.url()).not.toContain('compare')
})

test('compared with another server by URL; the range keeps the comparison', async () => {
  const { page } = await visit('/servers/web-1:9100?compare=hot-1:9100')
  const table = page.getByRole('table', { name: 'Load, in numbers' })
  await table.getByRole('rowheader', { name: 'load 1m, hot-1:9100' }).waitFor({ state: 'attached' })
  await page.getByRole('button', { name: '1 h', exact: true }).click()
  await expect.poll(() => page.url()).toContain('range=1h')
  expect(page.url()).toContain('compare=hot-1:9100')
})

test('a server to compare with that does not exist is said in each chart, which stays', async () => {
  const { page } = await visit('/servers/web-1:9100?compare=nobody')
  const load = page.getByRole('region', { name: 'Load' })
  await load.getByText('nothing to compare with: there is no server `nobody`').waitFor()
  await load.locator('canvas').waitFor()
})

test('a chart tells its PromQL and opens it in Explore and Grafana, over the same range', async () => {
  const { page } = await visit('/servers/web-1:9100?range=3h')
  await page.getByRole('button', { name: 'PromQL of CPU by mode' }).click()
  const cpu = page.getByRole('region', { name: 'CPU by mode' })
  await cpu.getByText('node_cpu_seconds_total{instance="web-1:9100",job="node"}').waitFor()
  const grafana = await cpu.getByRole('link', { name: 'Open in Grafana' }).getAttribute('href')
  expect(grafana).toMatch(/^https:\/\/grafana\.example\.com\/explore\?/)
  await cpu.getByRole('link', { name: 'Open in Explore' }).click()
  await page.getByRole('figure', { name: /^Graph of node_cpu_seconds_total/ }).waitFor()
  expect(page.url()).toContain('range=3h')
})

test('filesystems say when they are full, and n/a where nothing can be said', async () => {
  const { page } = await visit('/servers/hot-1:9100')
  const root = page.getByRole('table', { name: 'Filesystems' }).getByRole('row').nth(1)
  await root.getByRole('cell', { name: /^1.d \d+.h$/ }).waitFor()
  await page.goto(new URL('/servers/gap-1:9100', page.url()).href)
  await root.getByRole('cell', { name: 'n/a' }).waitFor()
})

test('processes, sockets and disk latency have their charts', async () => {
  const { page } = await visit('/servers/web-1:9100')
  await page.getByRole('heading', { name: 'Processes and sockets' }).waitFor()
  for (const name of ['Processes', 'Sockets', 'Disk latency', 'Network utilization']) {
    await page.getByRole('region', { name, exact: true }).waitFor()
  }
})

test('one that nobody had open when Prometheus went away is shown as far as it is known', async () => {
  const { page } = await visit('/servers/hot-1:9100', { scenario: 'stale' })
  await page.getByRole('heading', { name: 'hot-1', level: 1 }).waitFor()
  await page.getByRole('status').getByText('Only what the fleet page knows is shown.').waitFor()
  await page.getByText('Values are 3 min old.').waitFor()
})

test.each([
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
])('on a wall of $width by $height it fits without scrolling', async ({ width, height }) => {
  const { page } = await visit('/servers/gpu-1:9100?kiosk', { width, height })
  await page.getByRole('region', { name: 'GPU utilization' }).locator('canvas').waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollHeight, window.innerHeight])
  expect(content).toBeLessThanOrEqual(screen)
  const last = await page.getByRole('region', { name: 'GPU temperature' }).boundingBox()
  expect((last?.y ?? Infinity) + (last?.height ?? 0)).toBeLessThanOrEqual(height)
})
