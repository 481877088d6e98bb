// The same figures with a real gateway behind the page, which scripts/bench-ui.mjs starts and names in SIGHTLINE_GATEWAY.
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'
import { preview } from 'vite'

import { measureFleet } from './fleetFigures.ts'

const gateway = process.env.SIGHTLINE_GATEWAY

test.skipIf(gateway === undefined)('a simulated fleet', async () => {
  const site = await preview({
    configFile: false,
    // A page that is left resets its socket, which is no error of anybody's.
    logLevel: 'silent',
    root: fileURLToPath(new URL('..', import.meta.url)),
    preview: {
      host: '127.0.0.1',
      port: 0,
      proxy: { '/api': { target: gateway ?? '', ws: true }, '/prometheus': { target: gateway ?? '' } },
    },
  })
  try {
    const figures = await measureFleet(site.resolvedUrls?.local[0] ?? '')
    console.log(figures)
    expect(Object.values(figures).every((it) => it > 0)).toBe(true)
  } finally {
    await site.close()
  }
})
