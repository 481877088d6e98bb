// The fleet page in a real browser: totals, filters, the map, the table, groups and columns.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

test('the summary counts servers, and each count is a filter that the URL holds', async () => {
  const { page } = await visit('/')
  const summary = page.getByRole('navigation', { name: 'Servers by state' })
  await summary.getByRole('link', { name: '48 servers' }).waitFor()
  await summary.getByRole('link', { name: '1 down' }).click()
  await page.getByText('1 of 48').waitFor()
  expect(page.url()).toContain('?filter=status:down')
  const rows = page.getByRole('table', { name: 'Servers' }).getByRole('row')
  await rows.nth(1).getByRole('cell', { name: 'down-1' }).waitFor()
  expect(await rows.count()).toBe(2)
})

test('the worst server comes first, and a title sorts', async () => {
  const { page } = await visit('/')
  const table = page.getByRole('table', { name: 'Servers' })
  const first = table.getByRole('row').nth(1)
  await first.getByRole('link', { name: 'down-1' }).waitFor()
  await table.getByRole('button', { name: 'Server' }).click()
  await first.getByRole('link', { name: 'batch-' }).waitFor()
  expect(await table.getByRole('columnheader', { name: 'Server' }).getAttribute('aria-sort')).toBe('ascending')
  expect(page.url()).toContain('sort=name')
})

test('a server that is not fresh says so with its age, and a missing value is no zero', async () => {
  const { page } = await visit('/?filter=stale-1')
  await page.getByRole('cell', { name: /Stale 1.min/ }).waitFor()
  await page.getByRole('combobox', { name: 'Filter servers' }).fill('half-1')
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'half-1' }) })
  await row.getByRole('cell', { name: 'no value' }).first().waitFor()
  expect(await row.getByRole('cell').allInnerTexts()).not.toContain('0.0%')
})

test('a filter that cannot be understood is refused at its character, and the page stays', async () => {
  const { page } = await visit('/?filter=speed>3')
  await page.getByRole('alert').getByText('character 1: there is no column `speed`').waitFor()
  await page.getByRole('navigation', { name: 'Servers by state' }).waitFor()
})

test('what fires now is told with value and age', async () => {
  const { page } = await visit('/')
  const firing = page.getByRole('region', { name: 'Firing now' })
  await firing
    .getByRole('listitem')
    .filter({ hasText: 'InstanceDown' })
    .getByRole('link', { name: 'down-1:9100' })
    .waitFor()
  expect(await firing.getByRole('listitem').first().innerText()).toMatch(/20.min/)
})

test('an empty fleet tells how to add the first server', async () => {
  const { page } = await visit('/', { scenario: 'empty' })
  await page.getByRole('heading', { name: 'No server reports yet' }).waitFor()
  await page.getByText('sightline-exporter', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Copy echo' }).waitFor()
  await page.getByText('>> prometheus/targets/servers.yml').waitFor()
})

test('ten thousand servers are drawn as few rows', async () => {
  const { page } = await visit('/', { scenario: 'fleet10000' })
  const table = page.getByRole('table', { name: 'Servers' })
  await table.getByRole('link', { name: 'down-1' }).waitFor()
  expect(await table.getAttribute('aria-rowcount')).toBe('10001')
  expect(await table.getByRole('row').count()).toBeLessThan(80)
  await page.evaluate(() => {
    window.scrollTo(0, document.body.scrollHeight)
  })
  await table.locator('[aria-rowindex="10001"]').getByRole('link').waitFor()
  expect(await table.getByRole('row').count()).toBeLessThan(80)
})

test('rows hold their place while the pointer is on them, and move when it has left', async () => {
  const { page, gateway } = await visit('/', { width: 1280, height: 2400 })
  const table = page.getByRole('table', { name: 'Servers' })
  const first = table.getByRole('row').nth(1)
  await first.getByRole('link', { name: 'down-1' }).waitFor()
  // In the middle of a tall table, where the pointer stays on it while the map above makes way for that of 10,000 servers.
  await table.getByRole('row').nth(24).getByRole('link').hover()
  // Now there are many that are worse; the next tick tells.
  gateway.setScenario('fleet10000')
  await page.getByRole('link', { name: '10,000 servers' }).waitFor()
  await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('10001')
  expect(await first.getByRole('link').innerText()).toBe('down-1')
  await page.mouse.move(0, 0)
  await expect.poll(() => first.getByRole('link').innerText()).not.toBe('down-1')
})

test('a large fleet is drawn from the map, with a table behind it', async () => {
  const { page, requests } = await visit('/?group=rack', { scenario: 'fleet10000' })
  const map = page.getByRole('region', { name: 'Fleet map' })
  await map.getByText('10,000 servers', { exact: true }).waitFor()
  await map.getByRole('application', { name: 'Fleet map, r250', exact: true }).waitFor()
  const numbers = map.getByRole('table', { name: 'Fleet map by CPU, in numbers' })
  const cells = await numbers.getByRole('row', { name: /^r1 / }).getByRole('cell').allInnerTexts()
  expect(cells.reduce((sum, it) => sum + Number(it), 0)).toBe(40)
  expect(requests.filter((it) => it.includes('/map?'))).not.toEqual([])
  expect(requests.filter((it) => it.includes('limit=1000'))).toEqual([])
})

test('groups are rows with count, mean and worst, and open to their servers', async () => {
  const { page } = await visit('/?group=role')
  const groups = page.getByRole('table', { name: 'Groups by role' })
  const database = groups.getByRole('row').filter({ has: page.getByRole('button', { name: 'db' }) })
  expect(await database.getByRole('cell').first().innerText()).toMatch(/^\d+$/)
  await database.getByRole('button', { name: 'db', expanded: false }).click()
  await page.getByRole('table', { name: 'Servers of db' }).getByRole('link', { name: 'hot-1' }).waitFor()
  expect(page.url()).toContain('open=db')
  await database.getByRole('button', { name: 'db', expanded: true }).click()
  await expect.poll(() => page.getByRole('table', { name: 'Servers of db' }).count()).toBe(0)
})

test.each([
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
])('on a wall of $width by $height it fits without scrolling', async ({ width, height }) => {
  const { page, gateway } = await visit('/?kiosk', { width, height, clock: 'running' })
  const servers = page.getByRole('region', { name: 'Servers', exact: true })
  await servers.getByRole('row').nth(2).waitFor()
  await page
    .getByRole('application', { name: /^Fleet map/ })
    .first()
    .waitFor()
  expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(0)
  expect(await page.getByRole('combobox', { name: 'Filter servers' }).count()).toBe(0)
  const leftOver = () =>
    page.evaluate(() => [
      document.documentElement.scrollHeight - window.innerHeight,
      document.documentElement.scrollWidth - window.innerWidth,
    ])
  expect(await leftOver()).toEqual([0, 0])
  // The head that elsewhere stays below the page's own lies on no row here.
  const head = await servers.getByRole('row').first().boundingBox()
  const worst = await servers.getByRole('row').nth(1).boundingBox()
  expect(worst?.y).toBeGreaterThanOrEqual((head?.y ?? Infinity) + (head?.height ?? 0) - 1)
  // What a wall has to say when nobody hears it any more takes no more room than there is.
  gateway.setScenario('away')
  await page.getByText(/Trying again/).waitFor()
  expect(await leftOver()).toEqual([0, 0])
})

test('columns are chosen, kept in the URL and remembered', async () => {
  const { page, site } = await visit('/')
  const heads = page.getByRole('table', { name: 'Servers' }).getByRole('columnheader')
  await page.getByRole('columnheader', { name: 'Memory', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Columns' }).click()
  const chooser = page.getByRole('dialog', { name: 'Columns' })
  await chooser.getByRole('checkbox', { name: 'Memory', exact: true }).uncheck()
  await chooser.getByRole('checkbox', { name: 'Temp.' }).uncheck()
  await chooser.getByRole('checkbox', { name: 'Disk read, written' }).uncheck()
  await chooser.getByRole('checkbox', { name: 'rack' }).check()
  await chooser.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('columnheader', { name: 'rack' }).waitFor()
  expect(await heads.allInnerTexts()).not.toContain('Memory')
  expect(page.url()).toContain('label.rack')
  await page.goto(site.url)
  await page.getByRole('columnheader', { name: 'rack' }).waitFor()
})

test('rows on screen have a curve of their last hour, asked for together', async () => {
  const { page, requests } = await visit('/')
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'hot-1', exact: true }) })
  await row.locator('svg[data-curve]').waitFor()
  const trends = requests.filter((it) => it.includes('query_range') && it.includes('instance=~'))
  // One for all rows.
  expect(trends).toHaveLength(1)
})

test('the filter completes what is typed', async () => {
  const { page } = await visit('/')
  const filter = page.getByRole('combobox', { name: 'Filter servers' })
  await filter.click()
  await page.keyboard.type('ro')
  const options = page.getByRole('listbox', { name: 'What may come next' }).getByRole('option')
  await options.filter({ hasText: 'role=' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await options.filter({ hasText: 'role=edge' }).waitFor()
  await page.keyboard.type('ed')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  expect(await filter.inputValue()).toBe('role=edge ')
  await page.keyboard.type('state=up')
  await page.getByRole('table', { name: 'Servers' }).getByRole('link', { name: 'half-1' }).waitFor()
  await expect.poll(() => page.url()).toContain('filter=role%3Dedge%20state%3Dup')
})

test('what was not understood is marked in the text', async () => {
  const { page } = await visit('/?filter=web%20speed>3')
  await page.getByRole('alert').getByText('character 5').waitFor()
  expect(await page.locator('mark').innerText()).toBe('speed>3')
})

test('the totals have a curve of the last hour at once', async () => {
  const { page, requests } = await visit('/')
  const totals = page.getByRole('main').locator('dl').first()
  await expect.poll(() => totals.locator('svg[data-curve]').count()).toBe(6)
  // The rules' answer lacked the disks, so that the plain metrics were asked for them.
  await expect.poll(() => requests.filter((it) => it.includes('node_disk_read_bytes_total'))).toHaveLength(1)
})

test('with a filter the map is asked for what matches, and no row more than is shown', async () => {
  const { page, requests } = await visit('/?filter=role:db', { scenario: 'fleet10000' })
  const map = page.getByRole('region', { name: 'Fleet map' })
  await map.getByRole('application', { name: 'Fleet map' }).waitFor()
  const number = Number((await map.getByText(/^[\d,]+ servers$/).innerText()).replaceAll(/\D/g, ''))
  expect(number).toBeGreaterThan(100)
  expect(number).toBeLessThan(9000)
  expect(requests.filter((it) => it.includes('/map?by=cpu&filter=role'))).not.toEqual([])
  expect(requests.filter((it) => it.includes('limit=1000'))).toEqual([])
})

test('the map may be coloured by what is no ratio, with the scale of the moment', async () => {
  const { page } = await visit('/?color=temperature')
  const map = page.getByRole('region', { name: 'Fleet map' })
  await map
    .getByText(/\d+.°C/)
    .first()
    .waitFor()
  await map.getByRole('button', { name: 'Fleet map as a table' }).click()
  await map
    .getByRole('columnheader', { name: /^\d+.°C–\d+.°C$/ })
    .first()
    .waitFor()
})

test('the numbers of the table and the totals tell their PromQL', async () => {
  const { page } = await visit('/')
  await page.getByRole('button', { name: 'PromQL of the server table' }).click()
  const dialog = page.getByRole('dialog', { name: 'PromQL of the server table' })
  await dialog.getByText('node_load1', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'PromQL of CPU' }).click()
  await page.getByRole('dialog', { name: 'PromQL of CPU' }).getByText('count(node_cpu_seconds_total').waitFor()
})
