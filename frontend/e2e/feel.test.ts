// What a page does not do: ask again for what it knows, draw what nobody sees, or build anew what only changed.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

const ofPanel = (requests: readonly string[], panel: string) =>
  requests.filter((it) => it.includes(`/panels/${panel}?`))

test('a chart asks for its data when it is about to be seen', async () => {
  const { page, requests } = await visit('/servers/web-1:9100')
  await page.getByRole('region', { name: 'CPU by mode' }).locator('canvas').waitFor()
  await page.waitForLoadState('networkidle')
  expect(ofPanel(requests, 'network_errors')).toEqual([])
  await page.getByRole('region', { name: 'Network errors' }).scrollIntoViewIfNeeded()
  await expect.poll(() => ofPanel(requests, 'network_errors')).toHaveLength(1)
})

test('a range that was seen is not asked for again', async () => {
  const { page, requests } = await visit('/servers/web-1:9100')
  const cpu = page.getByRole('region', { name: 'CPU by mode' })
  await cpu.locator('canvas').waitFor()
  const range = page.getByRole('group', { name: 'Range' })
  await range.getByRole('button', { name: '3 h' }).click()
  await expect.poll(() => ofPanel(requests, 'cpu')).toHaveLength(2)
  await page.waitForLoadState('networkidle')
  await range.getByRole('button', { name: '15 min' }).click()
  await range.getByRole('button', { name: '15 min', pressed: true }).waitFor()
  await cpu.locator('canvas').waitFor()
  await page.waitForLoadState('networkidle')
  expect(ofPanel(requests, 'cpu')).toHaveLength(2)
})

test('the old curve stays while the new one loads', async () => {
  const { page } = await visit('/servers/web-1:9100')
  const cpu = page.getByRole('region', { name: 'CPU by mode' })
  await cpu.locator('canvas').waitFor()
  let release: () => void = () => undefined
  const held = new Promise<void>((done) => (release = done))
  await page.route(/\/panels\/cpu\?/, async (route) => {
    await held
    await route.continue()
  })
  const asked = page.waitForRequest(/\/panels\/cpu\?/)
  await page.getByRole('group', { name: 'Range' }).getByRole('button', { name: '3 h' }).click()
  await asked
  expect(await cpu.locator('canvas').count()).toBe(1)
  expect(await cpu.getByText('Loading').count()).toBe(0)
  release()
  // It was told apart while it was old.
  await expect.poll(() => cpu.locator('.opacity-60').count()).toBe(0)
})

/** Counts what a page changes in the table from now on. */
async function watchTable(page: Page): Promise<() => Promise<{ rows: number; texts: number }>> {
  await page.getByRole('table', { name: 'Servers' }).evaluate((table) => {
    const seen = { rows: 0, texts: 0 }
    Object.assign(window, { seen })
    new MutationObserver((records) => {
      for (const { type, addedNodes } of records) {
        if (type === 'characterData') seen.texts += 1
        for (const node of addedNodes) {
          if (node instanceof Element && (node.matches('[role=row]') || node.querySelector('[role=row]')))
            seen.rows += 1
        }
      }
    }).observe(table, { subtree: true, childList: true, characterData: true })
  })
  return () => page.evaluate(() => (window as unknown as { seen: { rows: number; texts: number } }).seen)
}

test('a tick changes texts, and builds no row anew', async () => {
  const { page } = await visit('/?sort=name', { clock: 'running' })
  await page.getByRole('table', { name: 'Servers' }).getByRole('link').first().waitFor()
  await page.waitForLoadState('networkidle')
  const changed = await watchTable(page)
  await expect.poll(async () => (await changed()).texts).toBeGreaterThan(10)
  expect((await changed()).rows).toBe(0)
})

test('what frames bring is not asked for by GET as well', async () => {
  const { page, requests } = await visit('/')
  await page.getByRole('group', { name: 'Connection: Live' }).waitFor()
  await page.getByRole('combobox', { name: 'Filter servers' }).fill('role:db')
  await expect
    .poll(() => requests.filter((it) => it.includes('filter=role') && it.includes('subscribe')))
    .toHaveLength(2)
  await page.getByText(/^\d+ of 48$/).waitFor()
  expect(requests.filter((it) => it.startsWith('/api/v1/') && it.includes('filter=role'))).toEqual([])
})

/** How often the page's styles were worked out so far. */
async function styleCounter(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find((it) => it.name === 'RecalcStyleCount')?.value ?? Number.NaN
  }
}

test('what is typed into the filter moves it from under nobody', async () => {
  const { page } = await visit('/', { scenario: 'fleet10000' })
  const filter = page.getByRole('combobox', { name: 'Filter servers' })
  await page.getByRole('application', { name: 'Fleet map' }).waitFor()
  await page.waitForLoadState('networkidle')
  const place = async () => (await filter.boundingBox())?.y
  const before = await place()
  const few = page.getByRole('region', { name: 'Fleet map' }).getByText('1 server', { exact: true })
  await filter.fill('web-1')
  await expect.poll(() => page.getByRole('table', { name: 'Servers' }).getAttribute('aria-rowcount')).not.toBe('10001')
  expect(await place()).toBe(before)
  await filter.fill('web-1:9100')
  await few.waitFor()
  expect(await place()).toBe(before)
  // What cannot be understood, for want of such a column or of the number yet, takes nothing away.
  for (const [wrong, where] of [
    ['web-1:9100 speed>3', 'character 12'],
    ['web-1:9100 cpu>', 'character 16'],
  ] as const) {
    await filter.fill(wrong)
    await page.getByRole('alert').getByText(where).waitFor()
    await few.waitFor()
    expect(await place()).toBe(before)
  }
})

test('a key in the filter lays out the page a few times, not once for each row', async () => {
  const { page } = await visit('/', { scenario: 'fleet10000', clock: 'running' })
  await page.getByRole('table', { name: 'Servers' }).getByRole('link').first().waitFor()
  await page.getByRole('region', { name: 'Fleet map' }).getByText('10,000 servers', { exact: true }).waitFor()
  await page.getByRole('combobox', { name: 'Filter servers' }).focus()
  const count = await styleCounter(page)
  const before = await count()
  await page.keyboard.type('web-1', { delay: 400 })
  await expect.poll(() => page.url()).toContain('filter=web-1')
  expect(((await count()) - before) / 5).toBeLessThan(30)
})
