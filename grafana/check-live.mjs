// Asks every expression of every dashboard as Grafana does, through the gateway, of a live Prometheus that scrapes our exporter,
// our gateway and a simulated server, and fails where one does not parse or finds nothing. What a test machine may lack
// comes from a simulated server whose GPU fails now and then: GPUs, their errors, sensors.
//
// usage: npm --prefix grafana run check-live [FOLDER]     where the programs are, by default those that cargo built for tests

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
  const simulator = `127.0.0.1:${await freePort()}`
  await stack.start(path.join(folder, 'sightline-sim'), [`--listen=${simulator}`, '--servers=200'], {
    answers: `http://${simulator}/-/healthy`,
  })
  const hardware = await withFailingGpu(simulator)
  const gateway = `127.0.0.1:${await freePort()}`
  const { url } = await stack.startPrometheus({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      { job_name: 'node', static_configs: [{ targets: [target] }, hardware] },
      { job_name: 'gateway', static_configs: [{ targets: [gateway] }] },
    ],
  })
  const env = { SIGHTLINE_LISTEN: gateway, SIGHTLINE_PROMETHEUS_URL: url }
  await stack.start(path.join(folder, 'sightline-gateway'), [], { answers: `http://${gateway}/api/health`, env })
  const instances = [target, hardware.labels.instance, gateway]

  let unanswered = await failing(`http://${gateway}/prometheus`, instances)
  for (const until = Date.now() + samplesFor; unanswered.length > 0 && Date.now() < until;) {
    await sleep(1000)
    unanswered = await failing(`http://${gateway}/prometheus`, instances)
  }

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

/** The first simulated server that has had an error of a GPU, as Prometheus is told of it. */
async function withFailingGpu(simulator) {
  const targets = await (await fetch(`http://${simulator}/targets`)).json()
  for (const target of targets.filter((it) => it.labels.role === 'ai')) {
    const text = await (await fetch(`http://${simulator}${target.labels.__metrics_path__}`)).text()
    if (text.includes('\nsightline_gpu_xid_errors_total{')) return target
  }
  throw new Error('no simulated server has had an error of a GPU')
}
