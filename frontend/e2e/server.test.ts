// A server's page in a real browser: who it is, its charts, compared, asked for its PromQL, and on a wall.
import { expect, test, vi } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

test('says who it is, how it does, and draws its panels', async () => {
  const { page } = await visit('/servers/web-1:9100')
  await page.getByRole('heading', { name: 'web-1', level: 1 }).waitFor()
  await page.getByText('Debian GNU/Linux 12 (bookworm)').waitFor()
  const cpu = page.getByRole('region', { name: 'CPU by mode' })
  await cpu.locator('canvas').waitFor()
  // Behind each chart is a table that says the same in numbers.
  await cpu.getByRole('table', { name: 'CPU by mode, in numbers' }).getByRole('rowheader', { name: 'iowait' }).waitFor()
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
  expect(await lost.getByRole('cell', { name: 'n/a' }).count()).toBeGreaterThan(2)
})

test('one that does not exist is named', async () => {
  const { page } = await visit('/servers/nobody')
  await page.getByRole('alert').getByText('There is no server nobody.').waitFor()
  await page.getByRole('link', { name: 'All servers' }).click()
  await page.getByRole('navigation', { name: 'Servers by state' }).waitFor()
})

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

test('the page opens in Grafana over the same range, and a link of Grafana’s opens the page', async () => {
  const { page } = await visit('/servers/web-1:9100?from=now-3h&to=now')
  await page.getByRole('button', { name: '3 h', exact: true, pressed: true }).waitFor()
  const link = await page.getByRole('link', { name: 'Open in Grafana' }).first().getAttribute('href')
  expect(link).toBe(
    'https://grafana.example.com/d/sightline-server?var-job=node&var-instance=web-1%3A9100&from=now-10800s&to=now',
  )
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
  const bottom = (last?.y ?? Infinity) + (last?.height ?? 0)
  expect(bottom).toBeLessThanOrEqual(height)
  // Nor is any of it left over.
  expect(bottom).toBeGreaterThan(height - 20)
})

test('the cores are a strip over time, with a table behind it', async () => {
  const { page } = await visit('/servers/web-1:9100')
  const cores = page.getByRole('region', { name: 'CPU by core' })
  await cores.locator('canvas').waitFor()
  const table = cores.getByRole('table', { name: 'CPU by core, in numbers' })
  expect(await table.getByRole('rowheader').count()).toBe(16)
  // Drawn, not blank: more colours than a background has.
  const colors = await cores.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(80, 0, canvas.width - 110, 100) ?? { data: [] }
    const seen = new Set<string>()
    for (let at = 0; at < data.length; at += 4) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]},${data[at + 3]}`)
    return seen.size
  })
  expect(colors).toBeGreaterThan(3)
  await cores.locator('canvas').hover({ position: { x: 400, y: 5 } })
  await cores.getByText(/^0: \d+\.\d%\s+\d\d:\d\d:\d\d$/).waitFor()
  // Charts above may still grow and move the strip from under the pointer; then the drag is made again, where it is now.
  await vi.waitFor(
    async () => {
      await cores.locator('canvas').hover({ position: { x: 400, y: 5 } })
      const box = await cores.locator('canvas').boundingBox()
      if (!box) throw new Error('the strip has no box')
      await page.mouse.down()
      await page.mouse.move(box.x + 700, box.y + 5, { steps: 4 })
      await page.mouse.up()
      await page.getByRole('button', { name: 'Zoom out' }).waitFor({ timeout: 2000 })
    },
    { timeout: 30_000, interval: 500 },
  )
})

test('where nothing was measured, the chart is shaded', async () => {
  const { page } = await visit('/servers/gap-1:9100?range=1h')
  const chart = page.getByRole('region', { name: 'Load', exact: true }).locator('canvas')
  await chart.waitFor()
  const shade = await page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('i'))
    probe.style.color = 'var(--gap)'
    return getComputedStyle(probe).color
  })
  const shaded = () =>
    chart.evaluate((canvas: HTMLCanvasElement, color) => {
      const { width, height } = canvas
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] }
      let count = 0
      for (let at = 0; at < data.length; at += 4) {
        if (`rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})` === color && data[at + 3] === 255) count += 1
      }
      return count / (width * height)
    }, shade)
  // Three of ten minutes are missing.
  await expect.poll(shaded).toBeGreaterThan(0.1)
  expect(await shaded()).toBeLessThan(0.35)
})

test('a number of now tells its PromQL and opens it in Explore', async () => {
  const { page } = await visit('/servers/web-1:9100')
  await page.getByRole('button', { name: 'PromQL of Load' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'PromQL of Load' })
  await dialog.getByText('node_load1{instance="web-1:9100",job="node"}').waitFor()
  expect(await dialog.getByRole('link', { name: 'Open in Grafana' }).count()).toBe(3)
  await dialog.getByRole('link', { name: 'Open in Explore' }).first().click()
  await page.getByRole('figure', { name: /^Graph of node_load1/ }).waitFor()
  await expect.poll(() => dialog.count()).toBe(0)
})

test('tables tell the PromQL of their columns', async () => {
  const { page } = await visit('/servers/web-1:9100')
  for (const name of ['mounted filesystems', 'disks', 'interfaces', 'temperature sensors', 'each core']) {
    await page.getByRole('button', { name: `PromQL of ${name}` }).click()
    const dialog = page.getByRole('dialog', { name: `PromQL of ${name}` })
    await dialog.getByText('instance="web-1:9100"').first().waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
  }
})

test('addresses are told where the exporter tells them, and how it would where not', async () => {
  const { page } = await visit('/servers/web-1:9100')
  await page.getByText('10.0.3.7, 2001:db8::3:7').waitFor()
  await page.goto(new URL('/servers/half-1:9100', page.url()).href)
  await page.getByText('not told').waitFor()
  await page.getByTitle('The exporter tells addresses with --collector.netdev.address-info.').waitFor()
})
