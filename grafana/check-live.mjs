// Asks every expression of every dashboard as Grafana does, through the gateway, of a live Prometheus that scrapes our exporter
// and our gateway, and fails where one does not parse or finds nothing. What a test machine may lack (GPUs, sensors) comes
// from testdata/hardware.prom.
//
// usage: npm --prefix grafana run check-live [FOLDER]     where the programs are, by default those that cargo built for tests

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

import { built, freePort, sleep, withStack } from '../scripts/stack.mjs'
import { expressionsOf, filledIn } from './expressions.ts'
import { dashboards } from './generate.ts'

const folder = process.argv[2] ?? built('debug')
const samplesFor = 45_000 // a rate over 20 s needs some scrapes of 1 s, and a first one may come late

await withStack(async (stack) => {
  const target = `127.0.0.1:${await freePort()}`
  await stack.start(path.join(folder, 'sightline-exporter'), [`--web.listen-address=${target}`], {
    answers: `http://${target}/metrics`,
  })
  const hardware = await serve(readFileSync(new URL('testdata/hardware.prom', import.meta.url)))
  const gateway = `127.0.0.1:${await freePort()}`
  const { url } = await stack.startPrometheus({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      { job_name: 'node', static_configs: [{ targets: [target, hardware.address] }] },
      { job_name: 'gateway', static_configs: [{ targets: [gateway] }] },
    ],
  })
  const env = { SIGHTLINE_LISTEN: gateway, SIGHTLINE_PROMETHEUS_URL: url }
  await stack.start(path.join(folder, 'sightline-gateway'), [], { answers: `http://${gateway}/api/health`, env })
  const instances = [target, hardware.address, gateway]

  let unanswered = await failing(`http://${gateway}/prometheus`, instances)
  for (const until = Date.now() + samplesFor; unanswered.length > 0 && Date.now() < until;) {
    await sleep(1000)
    unanswered = await failing(`http://${gateway}/prometheus`, instances)
  }
  hardware.server.close()

  const total = Object.values(dashboards).flatMap(expressionsOf).length
  for (const { where, expr, reason } of unanswered) console.error(`${where}: ${reason}\n    ${expr}`)
  console.log(`${total - unanswered.length} of ${total} expressions answer.`)
  if (unanswered.length > 0) process.exitCode = 1
})

/** The expressions that none of the instances has an answer to. */
async function failing(url, instances) {
  const found = []
  for (const { where, expr } of Object.values(dashboards).flatMap(expressionsOf)) {
    let reason
    for (const instance of instances) {
      reason = await whyNot(url, filledIn(expr, { job: 'node', instance, gpu: '.+' }))
      if (reason === undefined) break
    }
    if (reason !== undefined) found.push({ where, expr, reason })
  }
  return found
}

/** Why the expression has no answer, if it has none. */
async function whyNot(url, query) {
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) })
  const { status, data, error } = await response.json()
  if (status !== 'success') return error
  return data.result.length === 0 ? 'no data' : undefined
}

function serve(text) {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(text),
  )
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve({ server, address: `127.0.0.1:${server.address().port}` })),
  )
}
