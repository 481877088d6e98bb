// The live path with a simulated fleet: every page on real programs, and the PromQL of every number.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { EXPRESSIONS, PLAIN_TOTALS, RECORDED_TOTALS } from '../src/lib/expressions.ts'
import { startBrowser } from './browser.ts'
import { startDemo, type Demo } from './demo.ts'

const SERVERS = 40
/** A rate needs two scrapes, and the gateway a tick to see them. */
const FIRST_VALUE_MS = 60_000

let demo: Demo
let browser: Browser
let page: Page
const errors: string[] = []

beforeAll(async () => {
  demo = await startDemo({ servers: SERVERS, history: 1800 })
  browser = await startBrowser()
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.on('pageerror', (error) => errors.push(String(error)))
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})

async function ask(expression: string): Promise<number> {
  const body = new URLSearchParams({ query: expression })
  const response = await fetch(`${demo.url}/prometheus/api/v1/query`, { method: 'POST', body })
  const answer = (await response.json()) as { status: string; error?: string; data?: { result: unknown[] } }
  if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error ?? response.status}`)
  return answer.data?.result.length ?? 0
}

test('the fleet is on the page, live, with curves of its past', async () => {
  await page.goto(demo.url)
  await page.getByRole('group', { name: 'Connection: Live' }).waitFor({ timeout: FIRST_VALUE_MS })
  const table = page.getByRole('table', { name: 'Servers' })
  await expect.poll(() => table.getAttribute('aria-rowcount'), { timeout: FIRST_VALUE_MS }).toBe(String(SERVERS + 1))
  await expect
    .poll(() => table.getByRole('cell', { name: /^\d+\.\d%$/ }).count(), { timeout: FIRST_VALUE_MS })
    .toBeGreaterThan(20)
  await expect.poll(() => table.locator('svg[data-curve]').count(), { timeout: FIRST_VALUE_MS }).toBeGreaterThan(10)
  await page.getByRole('region', { name: 'Fleet map' }).getByText(`${SERVERS} servers`, { exact: true }).waitFor()
  await expect
    .poll(() => page.getByRole('main').locator('dl').first().locator('svg[data-curve]').count(), {
      timeout: FIRST_VALUE_MS,
    })
    .toBeGreaterThan(4)
})

test('a filter narrows the table and the map alike, in the gateway', async () => {
  await page.goto(`${demo.url}/?filter=gpus>0&group=role`)
  const matched = await page.getByText(/^\d+ of 40$/).innerText({ timeout: FIRST_VALUE_MS })
  const count = /^\d+/.exec(matched)?.[0] ?? ''
  await page.getByRole('region', { name: 'Fleet map' }).getByText(`${count} servers`, { exact: true }).waitFor()
})

test('a server’s page draws its past without a failure', async () => {
  await page.goto(`${demo.url}/?filter=gpus>0 status:up&sort=name`)
  const link = page.getByRole('table', { name: 'Servers' }).getByRole('link').first()
  await link.waitFor({ timeout: FIRST_VALUE_MS })
  await link.click()
  for (const name of ['CPU by core', 'Load', 'Memory', 'Network', 'Filesystems']) {
    const region = page.getByRole('region', { name, exact: true })
    await region.scrollIntoViewIfNeeded()
    await region.locator('canvas').waitFor({ timeout: FIRST_VALUE_MS })
  }
  expect(await page.getByRole('main').getByRole('alert').allInnerTexts()).toEqual([])
})

test.each([
  { path: '/alerts', ready: 'Inactive rules' },
  { path: '/health', ready: 'Targets' },
  { path: '/gpus', ready: '' },
  { path: '/explore?expr=node_load1', ready: '' },
])('$path answers from real programs', async ({ path, ready }) => {
  await page.goto(demo.url + path)
  if (ready !== '') await page.getByRole('table', { name: ready }).waitFor({ timeout: FIRST_VALUE_MS })
  else
    await page
      .getByRole('main')
      .getByRole('row')
      .or(page.getByRole('figure'))
      .first()
      .waitFor({ timeout: FIRST_VALUE_MS })
  expect(await page.getByRole('main').getByRole('alert').allInnerTexts()).toEqual([])
})

/** What a healthy moment of this fleet may have nothing of. */
const MAY_BE_EMPTY = new Set([
  'alerts',
  'fleet_alerting',
  'fleet_stale',
  'fleet_down',
  'swap',
  'mount_growth',
  'each_gpu_held_back',
  'each_gpu_xid',
])

/** The numbers that have no answer now, though they should. */
async function silentNumbers(): Promise<string[]> {
  const silent: string[] = []
  for (const [name, expression] of Object.entries(EXPRESSIONS)) {
    if ((await ask(expression(''))) === 0 && !MAY_BE_EMPTY.has(name)) silent.push(name)
  }
  for (const [name, expression] of [...Object.entries(RECORDED_TOTALS), ...Object.entries(PLAIN_TOTALS)]) {
    if ((await ask(expression)) === 0) silent.push(name)
  }
  return silent
}

test('the PromQL of every number answers', async () => {
  // The past holds the families that a fleet needs; a rate of any other one needs two scrapes of now.
  await expect.poll(silentNumbers, { timeout: FIRST_VALUE_MS, interval: 1000 }).toEqual([])
  // Of one server, too: the matchers must stand where they belong.
  for (const expression of Object.values(EXPRESSIONS)) await ask(expression('instance="web-1:9100",job="node"'))
})

test('no page broke', () => {
  expect(errors).toEqual([])
})
