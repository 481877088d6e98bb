// How long a frame of a fleet page is, and how long it would be were only sent what differs from the tick before: on a simulated
// fleet that a real Prometheus scrapes with every tick, and with every third.
//
// usage: node scripts/bench-frames.mjs [SECONDS]
//
// Only sizes are told, so a busy machine does no harm. Deflated as the gateway deflates: raw, for speed.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync } from 'node:zlib'

import { built, freePort, root, sleep, withStack } from './stack.mjs'

const seconds = Number(process.argv[2] ?? 200)
const SERVERS = 80
const EVALUATION = 5
const INTERVALS = [5, 15]
const PAGES = {
  'worst first': '/api/v1/servers?limit=50',
  'by name': '/api/v1/servers?sort=name&limit=50',
  'by CPU': '/api/v1/servers?sort=-cpu&limit=50',
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
    for (const [title, page] of Object.entries(PAGES)) {
      views.push({ title: `${interval} s | ${title}`, url: `http://${gateway}${page}`, before: null, sizes: [] })
    }
  }
  await sleep(SETTLED)
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await sleep(500)) {
    for (const view of views) await look(view)
  }
  console.log(
    '| scraped every | page | ticks | whole | deflated | delta by row, deflated | delta by column, deflated |',
  )
  console.log('|---|---|---|---|---|---|---|')
  for (const { title, sizes } of views) console.log(`| ${title} | ${sizes.length} | ${row(sizes)} |`)
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

/** Takes in the view's frame, where it is of another tick than the one before. */
async function look(view) {
  const text = await (await fetch(view.url)).text()
  const [before, after] = [view.before, JSON.parse(text)]
  if (before?.at === after.at) return
  view.before = after
  if (!before) return
  const [byRow, byColumn] = [rowDelta, columnDelta].map((delta) => JSON.stringify(delta(before, after)))
  view.sizes.push([text.length, ...[text, byRow, byColumn].map((it) => deflateRawSync(it, { level: 1 }).length)])
}

/** The means, in KB. */
function row(sizes) {
  const [whole, deflated, byRow, byColumn] = [0, 1, 2, 3].map(
    (at) => sizes.reduce((sum, it) => sum + it[at], 0) / sizes.length / 1000,
  )
  const share = (size) => `${size.toFixed(1)} (${((100 * size) / deflated).toFixed(0)} %)`
  return [whole.toFixed(1), deflated.toFixed(1), share(byRow), share(byColumn)].join(' | ')
}

/** By id what differs in each row; a row that was not there before is whole. */
function rowDelta({ servers: before, ...headBefore }, { servers: after, ...head }) {
  const old = new Map(before.map((it) => [it.id, it]))
  const changed = after.map((it) => [it.id, difference(old.get(it.id), it)]).filter(([, it]) => it !== undefined)
  return { ...difference(headBefore, head), order: order(before, after), rows: Object.fromEntries(changed) }
}

/** By column the numbers of the rows and their values; no numbers where all rows differ. */
function columnDelta({ servers: before, ...headBefore }, { servers: after, ...head }) {
  const old = new Map(before.map((it) => [it.id, it]))
  const columns = {}
  const put = (prefix, fields, number) => {
    for (const [name, value] of Object.entries(fields)) {
      if (isObject(value)) put(`${prefix}${name}.`, value, number)
      else {
        const column = (columns[prefix + name] ??= { rows: [], values: [] })
        column.rows.push(number)
        column.values.push(value)
      }
    }
  }
  after.forEach((it, number) => old.has(it.id) && put('', difference(old.get(it.id), it) ?? {}, number))
  for (const column of Object.values(columns)) if (column.rows.length === after.length) delete column.rows
  const fresh = after.filter((it) => !old.has(it.id))
  return { ...difference(headBefore, head), order: order(before, after), fresh, columns }
}

/** The ids, where their order is another. */
function order(before, after) {
  const [old, ids] = [before, after].map((rows) => rows.map((it) => it.id))
  return difference(old, ids)
}

/** What has to be said to get from one to the other; undefined when nothing has. */
function difference(before, after) {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined
  if (!isObject(before) || !isObject(after)) return after
  const fields = Object.entries(after).map(([name, value]) => [name, difference(before[name], value)])
  return Object.fromEntries(fields.filter(([, it]) => it !== undefined))
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
