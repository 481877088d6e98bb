// How fast this machine is for Prometheus: the CPU that an idle one takes to answer a question for 10,000 series of one sample,
// 1.1 MB. By it a figure that was aimed at on another machine can be told for this one, where both were measured in one run.

import { createServer } from 'node:http'

import { sleep, usage, withStack } from './stack.mjs'

const SERIES = 10_000
const QUESTIONS = 100
/** Before them: what a program does for the first time is no part of a question. */
const WARM = 10
const SCRAPED_WITHIN_MS = 30_000

/** Milliseconds of CPU a question, of the Prometheus that PROMETHEUS_BIN names. It is started for this and ended. */
export async function yardstick() {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4') // Prometheus 3 asks for one
    response.end(exposition())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await withStack(async (stack) => {
      const targets = [`127.0.0.1:${server.address().port}`]
      const { url, pid } = await stack.startPrometheus({
        global: { scrape_interval: '5s' },
        // Each series says which server it is about, as the series of a server do.
        scrape_configs: [{ job_name: 'fleet', honor_labels: true, static_configs: [{ targets }] }],
      })
      const deadline = Date.now() + SCRAPED_WITHIN_MS
      while ((await answered(url)) !== SERIES) {
        if (Date.now() > deadline) throw new Error(`Prometheus did not scrape ${SERIES} series within 30 s`)
        await sleep(500)
      }
      await ask(url, WARM)
      const scrapes = await cpuOf(pid, () => sleep(10_000))
      const began = performance.now()
      const all = await cpuOf(pid, () => ask(url, QUESTIONS))
      const lasted = (performance.now() - began) / 10_000
      return (1000 * (all - scrapes * lasted)) / QUESTIONS
    })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

function exposition() {
  const lines = Array.from({ length: SERIES }, (_, at) => {
    const name = `server-${String(at).padStart(5, '0')}`
    return `fleet_up{instance="${name}.test:9100",job="node"} 1\n`
  })
  return lines.join('')
}

async function answered(url) {
  const { data } = await (await fetch(`${url}/api/v1/query?query=fleet_up`)).json()
  return data.result.length
}

async function ask(url, times) {
  for (let question = 0; question < times; question += 1) {
    // Not gzip, which costs Prometheus more than the rest.
    const response = await fetch(`${url}/api/v1/query?query=fleet_up`, { headers: { 'accept-encoding': 'identity' } })
    await response.arrayBuffer()
  }
}

/** Seconds of CPU that a process uses while something happens. */
async function cpuOf(pid, happens) {
  const before = usage(pid).cpu
  await happens()
  return usage(pid).cpu - before
}
