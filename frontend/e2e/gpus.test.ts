// GPUs where people see them: the fleet's rows, the GPUs page, and a server's section, against the mock gateway.
import { describe, expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

describe('the fleet', () => {
  test('a row tells its GPUs with what is wrong, in words', async () => {
    const { page } = await visit('/?filter=gpu-2')
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'gpu-2' }) })
    const cell = row.getByRole('cell').filter({ hasText: '3×' })
    await cell.getByText('lost', { exact: true }).waitFor()
    expect(await cell.innerText()).toMatch(/°C/)
    expect(await cell.innerText()).toMatch(/W/)
    expect(await cell.textContent()).toContain('GPU 2: XID 79: The GPU has fallen off the bus.')
  })

  test('servers whose GPUs want somebody are a filter', async () => {
    const { page } = await visit('/?filter=gpu.warnings>0')
    await page.getByRole('link', { name: 'gpu-2' }).waitFor()
    expect(await page.getByRole('link', { name: 'web-1' }).count()).toBe(0)
  })
})

describe('the GPUs page', () => {
  test('one row per GPU over all servers, what needs somebody first', async () => {
    const { page } = await visit('/gpus')
    const table = page.getByRole('table', { name: 'GPUs', exact: true })
    const first = table.getByRole('row').nth(1)
    await first.getByRole('link', { name: 'gpu-2 GPU 2' }).waitFor()
    expect(await first.getByRole('cell').allInnerTexts()).toContain('n/a')
    expect(await first.getByRole('cell').allInnerTexts()).not.toContain('0.0%')
    await page.getByRole('searchbox', { name: 'Filter GPUs' }).fill('gpu-1')
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('9')
    expect(page.url()).toContain('filter=gpu-1')
  })

  test('it opens in Grafana', async () => {
    const { page } = await visit('/gpus')
    const link = page.getByRole('link', { name: 'Open in Grafana' })
    expect(await link.getAttribute('href')).toBe('https://grafana.example.com/d/sightline-gpu')
  })

  test('a title sorts, and the URL holds it; the hottest comes first', async () => {
    const { page } = await visit('/gpus')
    const table = page.getByRole('table', { name: 'GPUs', exact: true })
    await table.getByRole('button', { name: 'Temp.' }).click()
    await expect.poll(() => page.url()).toContain('sort=-temperature')
    const title = table.getByRole('columnheader', { name: 'Temp.' })
    await expect.poll(() => title.getAttribute('aria-sort')).toBe('descending')
    const shown = async () => {
      const texts = await table.getByRole('row').locator('[role=cell]:nth-child(4)').allInnerTexts()
      return texts.map((it) => Number.parseInt(it, 10))
    }
    await expect.poll(async () => (await shown()).length).toBeGreaterThan(10)
    const temperatures = await shown()
    expect(temperatures).toEqual(temperatures.toSorted((a, b) => b - a))
  })

  test('the lost and the warned are counted, and each count is a filter', async () => {
    const { page } = await visit('/gpus')
    const lost = page.getByRole('definition').filter({ has: page.getByRole('link', { name: '1', exact: true }) })
    await lost.first().getByRole('link').click()
    await expect.poll(() => decodeURIComponent(page.url())).toContain('filter=lost=1')
    const table = page.getByRole('table', { name: 'GPUs', exact: true })
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('2')
  })

  test('those that are reserved but idle are listed, the longest first', async () => {
    const { page } = await visit('/gpus')
    const idle = page.getByRole('table', { name: 'Reserved but idle' })
    await idle.getByRole('row').nth(1).waitFor()
    const hours = (await idle.getByRole('row').locator('td:nth-child(2)').allInnerTexts()).map((it) =>
      Number.parseInt(it, 10),
    )
    expect(hours[0]).toBeGreaterThanOrEqual(1)
    expect(hours).toEqual(hours.toSorted((a, b) => b - a))
  })

  test('groups by model have counts, the busiest and the hottest, and make blocks of the map', async () => {
    const { page } = await visit('/gpus')
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('model')
    const groups = page.getByRole('table', { name: 'GPUs by model' })
    await groups.getByRole('rowheader', { name: 'NVIDIA L40S' }).waitFor()
    await page.getByRole('application', { name: 'Map of GPUs, NVIDIA L40S' }).waitFor()
    expect(page.url()).toContain('group=model')
  })

  test('keys move in the map and tell each GPU, and Enter opens its server', async () => {
    const { page } = await visit('/gpus?filter=gpu-2&color=temperature')
    const map = page.getByRole('application', { name: 'Map of GPUs' })
    await map.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await map.getByText('gpu-2 GPU 2: does not answer').waitFor()
    await page.keyboard.press('ArrowRight')
    await map.getByText(/gpu-2 GPU 3: Temperature \d+.°C/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'gpu-2', level: 1 }).waitFor()
  })

  test('a filter that cannot be understood says why, and one that matches nothing says so', async () => {
    const { page } = await visit('/gpus?filter=speed>3')
    await page.getByRole('alert').getByText('`speed` cannot be compared').waitFor()
    await page.getByRole('searchbox', { name: 'Filter GPUs' }).fill('nobody')
    await page.getByText('No GPU matches this filter.').waitFor()
  })

  test('rows are cards on a phone, with nothing to scroll sideways', async () => {
    const { page } = await visit('/gpus', { width: 390, height: 844 })
    const first = page.getByRole('list', { name: 'GPUs' }).getByRole('listitem').first()
    await first.getByRole('link', { name: 'gpu-2 GPU 2' }).waitFor()
    await first.getByText('lost', { exact: true }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })

  test('ten thousand servers: only the rows on screen are drawn', async () => {
    const { page } = await visit('/gpus', { scenario: 'fleet10000' })
    const table = page.getByRole('table', { name: 'GPUs', exact: true })
    await table.getByRole('row').nth(5).waitFor()
    expect(Number(await table.getAttribute('aria-rowcount'))).toBeGreaterThan(5_000)
    expect(await table.getByRole('row').count()).toBeLessThan(80)
  })
})

describe('a server', () => {
  test('its section has each GPU, its processes, and charts of what they do', async () => {
    const { page } = await visit('/servers/gpu-1:9100')
    const each = page.getByRole('table', { name: 'GPUs', exact: true })
    await each.getByRole('rowheader', { name: 'GPU 7' }).waitFor()
    const processes = page.getByRole('table', { name: 'GPU processes' })
    await processes.getByRole('rowheader', { name: 'python3' }).first().waitFor()
    for (const panel of ['GPU tensor cores', 'GPU memory activity', 'GPU clocks', 'GPU NVLink traffic', 'GPU errors']) {
      const chart = page.getByRole('region', { name: panel, exact: true })
      await chart.scrollIntoViewIfNeeded()
      await chart.locator('canvas').waitFor()
    }
  })

  test('what its GPUs cannot tell folds to a line that says of what it is made', async () => {
    const { page } = await visit('/servers/gpu-2:9100')
    await page.getByText('GPUs').last().scrollIntoViewIfNeeded()
    const folded = page.getByText('GPU tensor cores: this server reports nothing here in this range.')
    await page.mouse.wheel(0, 20_000)
    await folded.waitFor()
    await page.getByText('--collector.gpu.processes').waitFor()
  })
})
