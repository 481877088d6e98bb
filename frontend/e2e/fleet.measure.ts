// What the fleet page costs in a real browser, 1,000 and 10,000 servers of the mock gateway: `make bench-ui` prints it.
import { expect, test } from 'vitest'

import { MockGateway } from '../mock-api/mockGateway.ts'
import { serveSite } from '../mock-api/staticServer.ts'
import { measureFleet } from './fleetFigures.ts'

test.each(['fleet1000', 'fleet10000'] as const)('%s', async (scenario) => {
  const site = await serveSite(
    new URL('../dist', import.meta.url).pathname,
    new MockGateway(scenario, () => Date.now() / 1000),
  )
  try {
    const figures = await measureFleet(site.url)
    console.log(scenario, figures)
    expect(Object.values(figures).every((it) => it > 0)).toBe(true)
  } finally {
    await site.close()
  }
})
