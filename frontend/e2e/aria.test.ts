// What a screen reader finds on each page: roles, names and values of its fixed parts, with the clock standing still.
import { expect, test } from 'vitest'

import { visiting } from './visit.ts'

const visit = visiting()

test.each([
  { name: 'the header', path: '/', part: 'header' },
  { name: 'the fleet’s totals', path: '/', part: 'nav[aria-label="Servers by state"]' },
  { name: 'what fires', path: '/', part: 'section:has(h2:text("Firing now"))' },
  { name: 'the groups', path: '/?group=region', part: '[role=table][aria-label="Groups by region"]' },
  { name: 'a server’s interfaces', path: '/servers/hot-1:9100', part: 'table[aria-label="Interfaces"]' },
  { name: 'a server that is down', path: '/servers/down-1:9100', part: 'article > div:has(h1)' },
  { name: 'an alert', path: '/alerts?state=firing', part: 'section:has(h2:text("InstanceDown"))' },
  { name: 'rules that are inactive', path: '/alerts?state=inactive', part: 'table[aria-label="Inactive rules"]' },
  { name: 'the targets', path: '/health', part: 'table[aria-label="Targets"]' },
  { name: 'Explore’s table', path: '/explore?expr=up{instance="web-1:9100"}&tab=table', part: 'main table' },
])('$name', async ({ path, part }) => {
  const { page } = await visit(path)
  const found = page.locator(part).first()
  await found.waitFor()
  await page.waitForLoadState('networkidle')
  expect(await found.ariaSnapshot()).toMatchSnapshot()
})
