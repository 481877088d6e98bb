// The health page in a real browser: who delivers, who does not, and why.
import { test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

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
