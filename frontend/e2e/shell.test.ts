// What stands around every page: settings, the list of keys, and a URL that leads nowhere.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

test('a URL that leads nowhere says so', async () => {
  const { page } = await visit('/nowhere')
  await page.getByRole('heading', { name: 'There is no such page.' }).waitFor()
})

test('the time zone and the units are chosen once, followed everywhere, and stay', async () => {
  const { page } = await visit('/servers/web-1:9100?from=1795175100&to=1795176000')
  await page.getByText('20 Nov 2026, 11:45:00 UTC').waitFor()
  await page.getByRole('button', { name: 'Times and units' }).click()
  const settings = page.getByRole('dialog', { name: 'Times and units' })
  await settings.getByRole('combobox', { name: 'Time zone' }).selectOption('Asia/Tokyo')
  await settings.getByRole('button', { name: 'by 1000: MB' }).click()
  await settings.getByRole('button', { name: 'in bits' }).click()
  await settings.getByRole('button', { name: 'Use these' }).click()
  await page.getByText('20 Nov 2026, 20:45:00').waitFor()
  const interfaces = page.getByRole('table', { name: 'Interfaces' })
  await interfaces
    .getByRole('cell', { name: /bit\/s$/ })
    .first()
    .waitFor()
  // A chart off screen asks for nothing.
  await page.getByRole('region', { name: 'Network', exact: true }).scrollIntoViewIfNeeded()
  await page
    .getByRole('table', { name: 'Network, in numbers' })
    .getByRole('cell', { name: /bit\/s$/ })
    .first()
    .waitFor({ state: 'attached' })
  const disks = page.getByRole('table', { name: 'Disks' })
  await disks
    .getByRole('cell', { name: /[kM]B\/s$/ })
    .first()
    .waitFor()
  await page.reload()
  await page.getByText('20 Nov 2026, 20:45:00').waitFor()
})

test('settings are found by name in the palette, and what is stored but makes no sense is the default', async () => {
  const { page } = await visit('/')
  await page.evaluate(() => {
    localStorage.setItem('sightline.preferences', '{"timeZone":"Mars/Olympus","bytes":1}')
  })
  await page.reload()
  await page.getByRole('navigation', { name: 'Servers by state' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Name of a server or page' }).fill('units')
  await page.getByRole('option', { name: 'Times and units setting' }).waitFor()
  await page.keyboard.press('Enter')
  const settings = page.getByRole('dialog', { name: 'Times and units' })
  await settings.getByRole('button', { name: 'by 1024: MiB', pressed: true }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => settings.count()).toBe(0)
})

// What WCAG 2.2 asks of reflow (1.4.10): 320 pixels, as on a small phone or a page that is zoomed in.
test.each(['/', '/gpus', '/alerts', '/health', '/explore?expr=up', '/servers/web-1:9100'])(
  '%s scrolls in one direction only, however narrow',
  async (path) => {
    const { page } = await visit(path, { width: 320 })
    await page.getByRole('main').locator('h1, h2').first().waitFor({ state: 'attached' })
    await page.waitForLoadState('networkidle') // what is in sight has been asked for and drawn
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  },
)
