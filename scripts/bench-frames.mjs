// How long the frames of a fleet page are, whole and as what differs from the tick before: on a simulated fleet that a real
// Prometheus scrapes with every tick, and with every third.
//
// usage: node scripts/bench-frames.mjs [SECONDS]
//
// Only sizes are told, so a busy machine does no harm. Deflated as the gateway deflates: raw, for speed. Every delta is put into
// the list before it, and must make the list that is sent whole.

import { deepStrictEqual } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync } from 'node:zlib'

import { wholeNumbers } from './arguments.mjs'
import { browser } from './chaos/websocket.mjs'
import { withDelta } from './delta.mjs'
import { built, freePort, root, sleep, withStack } from './stack.mjs'

const [seconds] = wholeNumbers({ SECONDS: [200, 10, 86_400] })
const SERVERS = 80
const EVALUATION = 5
const INTERVALS = [5, 15]
const PAGES = {
  'worst first': '/api/v1/servers?limit=50',
  'by name': '/api/v1/servers?sort=name&limit=50',
  'by CPU': '/api/v1/servers?sort=-cpu&limit=50',
  GPUs: '/api/v1/gpus?limit=50',
}
/** Until every rate has its window and every interval is known. */
const SETTLED = 75_000

await withStack(async (stack) => {
  const simulator = `127.0.0.1:${await freePort()}`
  const fleet = [`--servers=${SERVERS}`, '--seed=3', '--families=lean']
  await stack.start(path.join(built('release'), 'sightline-sim'), [`--listen=${simulator}`, ...fleet], {
    answers: `http://${simulator}/-/healthy`,
  })
  const views = []
  for (const interval of INTERVALS) {
    const gateway = await startGateway(stack, simulator, interval)
    for (const [title, page] of Object.entries(PAGES)) views.push({ title: `${interval} s | ${title}`, gateway, page })
  }
  await sleep(SETTLED)
  const lookers = views.map(({ gateway, page }) => look(gateway, page))
  await sleep(1000 * seconds)
  lookers.forEach((it) => it.end())
  console.log('| scraped every | page | ticks | whole | deflated | deltas | a delta, deflated |')
  console.log('|---|---|---|---|---|---|---|')
  views.forEach(({ title }, at) => console.log(`| ${title} | ${row(lookers[at].sizes())} |`))
})

/** A Prometheus that scrapes so often, and a gateway on it. Returns the gateway's address. */
async function startGateway(stack, simulator, interval) {
  const rules = ['recording.yml', 'sums.yml'].map((name) => {
    const text = readFileSync(path.join(root, 'prometheus/rules', name), 'utf8')
    const file = path.join(stack.folder, `${interval}-${name}`)
    writeFileSync(file, interval > EVALUATION ? text.replaceAll('[30s]', '[60s]') : text)
    return file
  })
  const [prometheus, gateway] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const configuration = path.join(stack.folder, `${interval}.yml`)
  const text = {
    global: { scrape_interval: `${interval}s`, scrape_timeout: '4s', evaluation_interval: `${EVALUATION}s` },
    rule_files: rules,
    scrape_configs: [{ job_name: 'node', http_sd_configs: [{ url: `http://${simulator}/targets` }] }],
  }
  writeFileSync(configuration, JSON.stringify(text))
  const data = path.join(stack.folder, `data-${interval}`)
  await stack.start(
    process.env.PROMETHEUS_BIN ?? 'prometheus',
    [`--config.file=${configuration}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${prometheus}`],
    { answers: `http://${prometheus}/-/ready` },
  )
  await stack.start(path.join(built('release'), 'sightline-gateway'), [], {
    answers: `http://${gateway}/api/health`,
    env: { SIGHTLINE_LISTEN: gateway, SIGHTLINE_PROMETHEUS_URL: `http://${prometheus}` },
  })
  return gateway
}

/** Reads a page whole and by deltas until `end`. */
function look(gateway, page) {
  const whole = new Map()
  const sizes = { whole: [], delta: [] }
  let list = null
  const compared = new Set()
  const compare = (at) => {
    if (!whole.has(at) || list?.at !== at) return
    deepStrictEqual({ ...list, age_seconds: 0 }, { ...whole.get(at), age_seconds: 0 })
    compared.add(at)
  }
  const browsers = [
    browser(gateway, [page], ({ body }) => {
      if (!body) return
      whole.set(body.at, body)
      sizes.whole.push(measure(body))
      compare(body.at)
    }),
    browser(gateway, [page], see, true),
  ]
  function see({ body, delta }) {
    if (delta) sizes.delta.push(measure(delta))
    list = delta ? withDelta(list, delta) : (body ?? list)
    compare(list.at)
  }
  return { sizes: () => ({ ...sizes, compared: compared.size }), end: () => browsers.forEach((it) => it.end()) }
}

/** Bytes of JSON, and of the same deflated. */
function measure(body) {
  const text = JSON.stringify(body)
  return [text.length, deflateRawSync(text, { level: 1 }).length]
}

/** The means, in KB. */
function row({ whole, delta, compared }) {
  if (compared < delta.length) throw new Error(`${delta.length} deltas came, and ${compared} lists were compared`)
  const mean = (sizes, at) => sizes.reduce((sum, it) => sum + it[at], 0) / sizes.length / 1000
  const [length, deflated, changes] = [mean(whole, 0), mean(whole, 1), mean(delta, 1)]
  const share = `${changes.toFixed(1)} (${((100 * changes) / deflated).toFixed(0)} %)`
  return [whole.length, length.toFixed(1), deflated.toFixed(1), delta.length, share].join(' | ')
}
