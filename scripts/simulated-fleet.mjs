// A simulated fleet in a real Prometheus, for a measurement of what asks it.
//
// Servers are pushed with what the snapshot reads, the series of most recording rules included, so that Prometheus' own work
// (scrapes, rules) leaves room for what is measured. The sums of sums.yml are its own: it evaluates them as often as it is pushed to.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { built, freePort, root, sleep } from './stack.mjs'

/** Every server has been seen and the intervals are known by then. */
const KNOWN_MS = 60_000

/** Starts both, `every` so many seconds a push. Returns Prometheus' URL and process id when the fleet is known. */
export async function simulatedFleet(stack, { servers, every }) {
  const rules = path.join(stack.folder, 'rules.yml')
  const sums = readFileSync(path.join(root, 'prometheus/rules/sums.yml'), 'utf8')
  const window = Math.max(30, 4 * every)
  writeFileSync(rules, sums.replaceAll('interval: 5s', `interval: ${every}s`).replaceAll('[30s]', `[${window}s]`))
  const prometheus = await stack.startPrometheus({ rule_files: [rules] }, ['--web.enable-remote-write-receiver'])
  const simulator = `127.0.0.1:${await freePort()}`
  const pushed = [`--interval=${every}`, `--remote-write=${prometheus.url}/api/v1/write`]
  const program = process.env.SIM_BIN ?? path.join(built('release'), 'sightline-sim')
  await stack.start(program, [`--listen=${simulator}`, `--servers=${servers}`, ...pushed], {
    answers: `http://${simulator}/-/healthy`,
  })
  await sleep(KNOWN_MS)
  return prometheus
}
