// The Explore page in a real browser: what is asked is in the URL, and an answer says how it came.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

test('an expression is completed, run and in the URL', async () => {
  // The editor takes no Enter for a completion that opened just now, by the clock.
  const { page } = await visit('/', { clock: 'running' })
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Explore' }).click()
  const editor = page.getByRole('textbox', { name: 'Expression' })
  await editor.click()
  await page.keyboard.type('node_lo')
  await page.getByRole('option', { name: /^node_load1/ }).waitFor()
  await page.waitForTimeout(150)
  await page.keyboard.press('Enter')
  await expect.poll(() => editor.innerText()).toContain('node_load1')
  await page.keyboard.press('Enter')
  await page.getByRole('figure', { name: 'Graph of node_load1' }).locator('canvas').waitFor()
  expect(page.url()).toContain('expr=node_load1')
  await page.getByText(/48 series in \d+ ms, cache: (?:miss|hit)/).waitFor()
})

test('the table has each series with its value', async () => {
  const { page } = await visit('/explore?expr=up{instance="down-1:9100"}&tab=table')
  const table = page.getByRole('table', { name: /^Values of up/ })
  await table.getByRole('rowheader', { name: 'up{instance="down-1:9100", job="node"}' }).waitFor()
  await table.getByRole('cell', { name: '0', exact: true }).waitFor()
})

test('an answer opens in Grafana, over the same range', async () => {
  const { page } = await visit('/explore?expr=node_load1&range=3h')
  const link = await page.getByRole('link', { name: 'Open in Grafana' }).getAttribute('href')
  const panes = new URL(link ?? '').searchParams.get('panes')
  expect(JSON.parse(panes ?? '')).toMatchObject({
    sightline: { queries: [{ expr: 'node_load1' }], range: { from: 'now-10800s', to: 'now' } },
  })
})

test('several queries stand one under the other, and one is taken away again', async () => {
  const { page } = await visit('/explore?expr=node_load1&expr2=up')
  await page.getByRole('figure', { name: 'Graph of node_load1' }).waitFor()
  await page.getByRole('figure', { name: 'Graph of up' }).waitFor()
  await page.getByRole('button', { name: 'Remove expression 1' }).click()
  await expect.poll(() => page.getByRole('figure', { name: 'Graph of node_load1' }).count()).toBe(0)
  expect(page.url()).toMatch(/explore\?expr=up$/)
})

test('what is wrong with a query is said in its place, and the other stands', async () => {
  const { page } = await visit('/explore?expr=sum(node_load1&expr2=up')
  await page.getByRole('alert').getByText('parse error: unexpected end of input').waitFor()
  await page.getByRole('figure', { name: 'Graph of up' }).waitFor()
})

test('a query that finds nothing says so', async () => {
  const { page } = await visit('/explore?expr=nothing_at_all')
  await page.getByText('No series: nothing has this name and these labels in this range.').waitFor()
})

test('Prometheus away is said with its cause', async () => {
  const { page } = await visit('/explore?expr=up', { scenario: 'stale' })
  await page.getByRole('main').getByRole('alert').getByText('connection refused').waitFor()
})
