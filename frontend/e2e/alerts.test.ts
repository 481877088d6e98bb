// The alerts page in a real browser: what fires, what is about to, what is watched, and what fired.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

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
