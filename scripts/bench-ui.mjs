// What the fleet page costs a browser when a real gateway answers, with a simulated fleet in a real Prometheus behind it.
//
// usage: node scripts/bench-ui.mjs [SERVERS]      1,000 unless given; up to so many are pushed every 5 s, more every 15 s
//
// The UI is that of frontend/dist, so that a change to it is measured without building a gateway around it. GATEWAY_BIN and
// SIM_BIN name other programs than those in target/release; WATCH_SECONDS and CHROMIUM_BIN are the measurement's.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

import { wholeNumbers } from './arguments.mjs'
import { measuredGateway } from './measured-gateway.mjs'
import { simulatedFleet } from './simulated-fleet.mjs'
import { root, withStack } from './stack.mjs'

const FEW = 1000

const [servers] = wholeNumbers({ SERVERS: [FEW, 2, 100_000] })

await withStack(async (stack) => {
  const prometheus = await simulatedFleet(stack, { servers, every: servers <= FEW ? 5 : 15 })
  const { gateway } = await measuredGateway(stack, prometheus, servers)
  console.log(`${servers} simulated servers behind a real gateway`)
  const measure = ['exec', '--', 'vitest', 'run', '--config', 'vitest.measure.config.ts', 'simulated.measure']
  const child = spawn('npm', ['--prefix', path.join(root, 'frontend'), ...measure], {
    cwd: path.join(root, 'frontend'),
    env: { ...process.env, SIGHTLINE_GATEWAY: `http://${gateway}` },
    stdio: 'inherit',
  })
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error('the measurement failed')
})
