// How live a page is: over a WebSocket, by polling, with old values, and without a gateway.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

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

test('a gateway without a snapshot is not called live, and its values come by themselves', async () => {
  const { page, gateway } = await visit('/', { scenario: 'starting', clock: 'running' })
  const connection = page.getByRole('group', { name: 'Connection: Live' })
  await page.getByRole('alert').filter({ hasText: 'there is no snapshot yet: ' }).waitFor()
  await connection.getByText('No values').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Health' }).click()
  await page.getByText('Cannot serve: there is no snapshot').waitFor()
  await page.goBack()
  gateway.setScenario('fleet')
  await page.getByRole('table', { name: 'Servers' }).getByRole('link', { name: 'down-1' }).waitFor()
  await connection.getByText('Live', { exact: true }).waitFor()
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
