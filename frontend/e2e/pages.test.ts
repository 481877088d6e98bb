// Every page in a real browser against the mock gateway, found by role and name as a reader would.
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

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

describe('fleet', () => {
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
    await page.getByText('sightline-exporter').waitFor()
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

  test('columns are chosen, kept in the URL and remembered', async () => {
    const { page, site } = await visit('/')
    const heads = page.getByRole('table', { name: 'Servers' }).getByRole('columnheader')
    await page.getByRole('columnheader', { name: 'Memory' }).waitFor()
    await page.getByRole('button', { name: 'Columns' }).click()
    const chooser = page.getByRole('dialog', { name: 'Columns' })
    await chooser.getByRole('checkbox', { name: 'Memory' }).uncheck()
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
    await row.locator('canvas').waitFor()
    expect(requests.filter((it) => it.includes('query_range'))).toHaveLength(1)
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
})

describe('server', () => {
  test('says who it is, how it does, and draws its panels', async () => {
    const { page } = await visit('/servers/web-1:9100')
    await page.getByRole('heading', { name: 'web-1', level: 1 }).waitFor()
    await page.getByText('Debian GNU/Linux 12 (bookworm)').waitFor()
    const cpu = page.getByRole('region', { name: 'CPU by mode' })
    await cpu.locator('canvas').waitFor()
    // Behind each chart is a table that says the same in numbers.
    await cpu
      .getByRole('table', { name: 'CPU by mode, in numbers' })
      .getByRole('rowheader', { name: 'iowait' })
      .waitFor()
  })

  test('the range is in the URL, and a press changes it', async () => {
    const { page } = await visit('/servers/web-1:9100?range=1h')
    const range = page.getByRole('group', { name: 'Range' })
    await range.getByRole('button', { name: '1 h', exact: true, pressed: true }).waitFor()
    await range.getByRole('button', { name: '24 h' }).click()
    await range.getByRole('button', { name: '24 h', pressed: true }).waitFor()
    expect(page.url()).toContain('range=24h')
  })

  test('dragging on a chart zooms all of them, and back leads back', async () => {
    const { page } = await visit('/servers/web-1:9100')
    const plot = page.getByRole('region', { name: 'CPU by mode' }).locator('.u-over')
    await plot.waitFor()
    const box = await plot.boundingBox()
    if (!box) throw new Error('the chart has no box')
    await page.mouse.move(box.x + box.width * 0.3, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 5 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Zoom out' }).waitFor()
    expect(page.url()).toMatch(/from=\d+&to=\d+/)
    await page.goBack()
    await page.getByRole('button', { name: '15 min', pressed: true }).waitFor()
  })

  test('panels that fail say why, each in its own place, and the rest of the page stands', async () => {
    const { page } = await visit('/servers/broken-1:9100')
    const cpu = page.getByRole('region', { name: 'CPU by mode' })
    await cpu.getByRole('alert').getByText('too many samples').waitFor()
    await cpu.getByRole('button', { name: 'Try again' }).waitFor()
    await page.getByRole('table', { name: 'Filesystems' }).waitFor()
  })

  test('panels without data fold to a line', async () => {
    const { page } = await visit('/servers/half-1:9100')
    await page.getByText('Pressure: this server reports nothing here in this range.').waitFor()
    expect(await page.getByRole('region', { name: 'Pressure', exact: true }).count()).toBe(0)
    await page.getByRole('region', { name: 'CPU by mode' }).locator('canvas').waitFor()
  })

  test('one that is down says since when and why', async () => {
    const { page } = await visit('/servers/down-1:9100')
    await page.getByText(/Down/).first().waitFor()
    await page.getByText('connect: connection refused').waitFor()
  })

  test('a GPU that does not report shows no value', async () => {
    const { page } = await visit('/servers/gpu-2:9100')
    const lost = page.getByRole('table', { name: 'GPUs' }).getByRole('row').nth(3)
    await lost.waitFor()
    expect(await lost.getByRole('cell', { name: 'no value' }).count()).toBeGreaterThan(2)
  })

  test('one that does not exist is named', async () => {
    const { page } = await visit('/servers/nobody')
    await page.getByRole('alert').getByText('There is no server nobody.').waitFor()
    await page.getByRole('link', { name: 'All servers' }).click()
    await page.getByRole('navigation', { name: 'Servers by state' }).waitFor()
  })
})

describe('GPUs, alerts, health', () => {
  test('one row per GPU over all servers', async () => {
    const { page } = await visit('/gpus?filter=gpu-1')
    const table = page.getByRole('table', { name: 'GPUs of gpu-1' })
    await table.getByRole('row').nth(8).waitFor()
    expect(await table.getByRole('row').count()).toBe(9)
  })

  test('alerts by rule, narrowed by state and words, opened for the rest', async () => {
    const { page } = await visit('/alerts')
    await page.getByRole('region', { name: 'InstanceDown' }).waitFor()
    await page.getByRole('button', { name: /^Pending/ }).click()
    await page.getByRole('region', { name: 'CpuBusy' }).waitFor()
    expect(await page.getByRole('region', { name: 'InstanceDown' }).count()).toBe(0)
    await page.getByRole('searchbox', { name: 'Filter alerts' }).fill('hot-1')
    await page.getByText('hot-1:9100').first().click()
    await page.getByRole('link', { name: 'Charts of hot-1:9100' }).waitFor()
    expect(page.url()).toContain('state=pending')
    await expect.poll(() => page.url()).toContain('text=hot-1')
  })

  test('an alert tells its value and threshold in its unit, its labels, and draws what it measures', async () => {
    const { page } = await visit('/alerts?text=hot-1')
    const rule = page.getByRole('region', { name: 'FilesystemAlmostFull' })
    await rule.getByText('hot-1:9100', { exact: true }).click()
    expect(await rule.getByRole('listitem').innerText()).toMatch(/9\d\.\d%, over 95\.0%/)
    await rule.getByText('mountpoint=/').waitFor()
    await rule.locator('canvas').waitFor()
    await rule.getByRole('rowheader', { name: 'threshold >' }).waitFor()
  })

  test('rules for which nothing holds are there, too, and what fired in the last days', async () => {
    const { page } = await visit('/alerts')
    await page.getByRole('button', { name: 'Inactive' }).click()
    const rules = page.getByRole('table', { name: 'Inactive rules' })
    const clock = rules.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'ClockSkew' }) })
    await clock.getByRole('cell', { name: 'over 5 s' }).waitFor()
    expect(await page.getByRole('region', { name: 'InstanceDown' }).count()).toBe(0)
    const history = page.getByRole('table', { name: 'What fired in the last 7 days' })
    await history.getByRole('row', { name: /^FilesystemAlmostFull 1 .* now/ }).waitFor()
    await history.getByRole('row', { name: /^InstanceDown 3/ }).waitFor()
  })

  test('alerts lie together by server when that is asked', async () => {
    const { page } = await visit('/alerts')
    await page.getByRole('button', { name: 'By server' }).click()
    const server = page.getByRole('region', { name: 'hot-1:9100' })
    await server.getByRole('listitem').filter({ hasText: 'CpuBusy' }).waitFor()
    await server.getByRole('listitem').filter({ hasText: 'FilesystemAlmostFull' }).waitFor()
    expect(page.url()).toContain('by=server')
    await page
      .getByRole('table', { name: 'What fired in the last 7 days' })
      .getByRole('rowheader', { name: 'down-1:9100' })
      .waitFor()
  })

  test('health names who does not deliver, and why', async () => {
    const { page } = await visit('/health')
    await page.getByText('Well').waitFor()
    const down = page.getByRole('table', { name: 'Servers that are down' })
    await down.getByRole('row').filter({ hasText: 'down-1' }).getByText('connection refused').waitFor()
  })

  test('health tells of targets, collectors, clocks and the gateway itself', async () => {
    const { page } = await visit('/health')
    const targets = page.getByRole('table', { name: 'Targets' })
    await targets.getByRole('row', { name: /^node 48 47/ }).waitFor()
    await page
      .getByRole('table', { name: 'Collectors without data' })
      .getByRole('row', { name: /^filesystem 1 1/ })
      .waitFor()
    await page
      .getByRole('table', { name: 'Clocks' })
      .getByRole('row', { name: /^web-1:9100 400 ms/ })
      .waitFor()
    await page.getByRole('region', { name: 'The gateway about itself' }).getByText('Open pages').waitFor()
  })

  test('what PromQL would tell says why it cannot, and the rest of the page stands', async () => {
    const { page } = await visit('/health', { scenario: 'stale' })
    await page.getByRole('region', { name: 'Targets' }).getByRole('alert').getByText('connection refused').waitFor()
    await page.getByText('Degraded: values are old').waitFor()
  })

  test('a URL that leads nowhere says so', async () => {
    const { page } = await visit('/nowhere')
    await page.getByRole('heading', { name: 'There is no such page.' }).waitFor()
  })
})

describe('how live it is', () => {
  test('says Live over a WebSocket', async () => {
    const { page } = await visit('/')
    await page.getByRole('group', { name: 'Connection: Live' }).waitFor()
  })

  test('polls where WebSockets are blocked', async () => {
    const { page } = await visit('/', { scenario: 'blocked', clock: 'running' })
    await page.getByRole('navigation', { name: 'Servers by state' }).waitFor()
    await page.getByRole('group', { name: 'Connection: Polling' }).waitFor()
  })

  test('old values stay readable, marked with their age and the cause', async () => {
    const { page } = await visit('/', { scenario: 'stale' })
    await page.getByText('Values are 3 min old.').waitFor()
    await page.getByText('Prometheus at http://127.0.0.1:9090 does not answer').waitFor()
    await page.getByRole('table', { name: 'Servers' }).getByRole('link', { name: 'down-1' }).waitFor()
  })

  test('a lost gateway is a banner with a countdown over data that stays, and it heals by itself', async () => {
    const { page, gateway } = await visit('/', { clock: 'running' })
    await page.getByRole('group', { name: 'Connection: Live' }).waitFor()
    await page.getByRole('table', { name: 'Servers' }).getByRole('link', { name: 'down-1' }).waitFor()
    gateway.setScenario('away')
    await page.getByText(/Trying again/).waitFor()
    await page.getByRole('table', { name: 'Servers' }).getByRole('link', { name: 'down-1' }).waitFor()
    gateway.setScenario('fleet')
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.getByRole('group', { name: 'Connection: Live' }).waitFor()
    await expect.poll(() => page.getByText(/Trying again/).count()).toBe(0)
  })

  test('a page opened while the gateway is away says so, and fills when it is back', async () => {
    const { page, gateway } = await visit('/alerts', { clock: 'running' })
    await page.getByRole('region', { name: 'InstanceDown' }).waitFor()
    gateway.setScenario('away')
    await page.getByRole('link', { name: 'Health' }).click()
    await page.getByText('The gateway does not tell its health.').waitFor()
    gateway.setScenario('fleet')
    await page.getByText('Well').waitFor()
  })
})

describe('by keyboard alone', () => {
  test('the palette leads to a server', async () => {
    const { page } = await visit('/')
    await page.getByRole('table', { name: 'Servers' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Name of a server or page' }).waitFor()
    await page.keyboard.type('gpu-1')
    const results = page.getByRole('listbox', { name: 'Results' }).getByRole('option')
    await expect.poll(() => results.allInnerTexts()).toEqual([expect.stringMatching(/^gpu-1\b/)])
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'gpu-1', level: 1 }).waitFor()
  })

  test('slash filters, arrows go through rows, Enter opens, j goes to the next server', async () => {
    const { page } = await visit('/?sort=name&filter=role:db')
    await page.getByRole('table', { name: 'Servers' }).getByRole('link').first().waitFor()
    await page.keyboard.press('/')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Filter servers')
    await page.getByRole('link', { name: 'broken-1' }).first().focus()
    await page.keyboard.press('ArrowDown')
    const name = await page.evaluate(() => document.activeElement?.textContent)
    expect(name).not.toBe('broken-1')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: name ?? '', level: 1 }).waitFor()
    // The list that j goes along arrives after the page, and a key pressed before it does nothing.
    const afterJ = async () => {
      await page.keyboard.press('j')
      return page.getByRole('heading', { level: 1 }).innerText()
    }
    await expect.poll(afterJ).not.toBe(name)
  })

  test('arrow keys move on the fleet map, and Enter opens', async () => {
    const { page } = await visit('/')
    const map = page.getByRole('application', { name: 'Fleet map' })
    await map.focus()
    await page.keyboard.press('ArrowRight')
    const words = await map.getByRole('status').innerText()
    expect(words).toMatch(/^\S+: CPU \d/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: words.split(':')[0] ?? '', level: 1 }).waitFor()
  })
})
