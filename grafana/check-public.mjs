// Asks every expression of a dashboard that others made of a live Prometheus that scrapes our exporter, and says panel by
// panel what stays empty and why: docs/grafana.md has the outcome. The dashboards are not ours and not kept here.
//
// usage: npm --prefix grafana run check-public -- DASHBOARD.json [GPU [NODE_EXPORTER]]
//        GPU is what the driver of testing/nvml-fake plays: h100 (default), a100 or t4. NODE_EXPORTER is one to compare with.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { built, freePort, root, sleep, withStack } from '../scripts/stack.mjs'
import { filledIn } from './expressions.ts'

const [file, gpu = 'h100', peer] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: check-public DASHBOARD.json [GPU [NODE_EXPORTER]]')
const exporter = path.join(built('debug'), 'sightline-exporter')
const collectors = offByDefault()
const flags = collectors.map((name) => `--collector.${name}`)
const samplesFor = 30_000 // a rate over 20 s needs some scrapes of 1 s

await withStack(async (stack) => {
  const scenario = path.join(stack.folder, 'scenario.toml')
  writeFileSync(scenario, `[[gpu]]\nkind = "${gpu}"\n`.repeat(2))
  const driver = `--collector.gpu.nvml-library=${path.join(built('debug'), 'libnvml_fake.so')}`
  const start = async (program, args) => {
    const address = `127.0.0.1:${await freePort()}`
    const env = { SIGHTLINE_FAKE_NVML_SCENARIO: scenario }
    await stack.start(program, [`--web.listen-address=${address}`, ...args], { answers: `http://${address}/`, env })
    return address
  }
  const ours = await start(exporter, [driver])
  const full = await start(exporter, [driver, ...flags])
  const theirs = peer === undefined ? [] : [await start(peer, []), await start(peer, knownTo(peer))]
  const targets = [ours, full, ...theirs]
  const { url } = await stack.startPrometheus({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'node', static_configs: [{ targets }] }],
  })
  await sleep(samplesFor)

  const collectorOf = await collectorsOf(full)
  const recorded = recordedNames()
  const found = targets.map(() => 0)
  const panels = panelsOf(JSON.parse(readFileSync(file, 'utf8')))
  for (const { where, expressions } of panels) {
    const empty = []
    for (const expr of expressions) {
      const counts = await Promise.all(targets.map((instance) => count(url, filled(expr, instance))))
      counts.forEach((it, index) => (found[index] += it > 0 ? 1 : 0))
      if (counts[0] === 0) empty.push({ expr, counts, reasons: reasonsFor(expr, collectorOf, recorded) })
    }
    if (empty.length === 0) continue
    console.log(`\n${where}: ${empty.length} of ${expressions.length} empty`)
    for (const { counts, reasons } of empty) console.log(`  [${counts.join(' ')}] ${reasons.join('; ')}`)
  }
  const total = panels.flatMap((it) => it.expressions).length
  const names = ['by default', 'with every collector', 'node_exporter', 'node_exporter with the same collectors']
  console.log(`\n${panels.length} panels ask ${total} expressions. Of these something found:`)
  found.forEach((it, index) => console.log(`  ${names[index]}: ${it}`))
})

/** Collectors that a flag turns on. */
function offByDefault() {
  const help = execFileSync(exporter, ['--help'], { encoding: 'utf8' })
  return [...help.matchAll(/^ +--collector\.([a-z_]+) *$/gm)].map(([, name]) => name)
}

/** Of our flags those that another exporter has. */
function knownTo(program) {
  // node_exporter writes its help to stderr or stdout, as its version likes.
  const help = execFileSync('sh', ['-c', '"$0" --help 2>&1', program], { encoding: 'utf8' })
  return flags.filter((flag) => new RegExp(`--\\[no-\\]${flag.slice(2)}\\b`).test(help))
}

/** Every panel with its row and what it asks. Rows that are folded have their panels inside. */
function panelsOf({ panels }) {
  let row = ''
  return panels.flatMap((panel) => {
    if (panel.type === 'row') row = panel.title
    const inside = panel.type === 'row' ? (panel.panels ?? []) : [panel]
    return inside.map(({ title, targets = [] }) => ({
      where: row === '' ? title : `${row} / ${title}`,
      expressions: targets.map(({ expr }) => expr).filter((expr) => expr),
    }))
  })
}

/** As Grafana would with one server chosen and all GPUs. */
function filled(expr, instance) {
  return filledIn(expr, { job: 'node', node: instance, instance, gpu: '.+' })
}

async function count(url, query) {
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) })
  const { status, data, error } = await response.json()
  if (status !== 'success') throw new Error(`${query}: ${error}`)
  return data.result.length
}

/** Which of the collectors that are off by default gives a metric. */
async function collectorsOf(address) {
  const found = new Map()
  for (const collector of collectors) {
    const names = await namesAt(`http://${address}/metrics?collect[]=${collector}`)
    for (const name of names) if (!name.startsWith('node_scrape_')) found.set(name, collector)
  }
  return found
}

async function namesAt(url) {
  const text = await (await fetch(url)).text()
  return new Set([...text.matchAll(/^([a-zA-Z_:][\w:]*)[{ ]/gm)].map(([, name]) => name))
}

/** What the exporter told of the machines that its tests have recorded. */
function recordedNames() {
  const folder = path.join(root, 'exporter/tests/trees')
  const snapshots = readdirSync(folder).filter((it) => it.endsWith('.snap'))
  const texts = snapshots.map((it) => readFileSync(path.join(folder, it), 'utf8'))
  return new Set(texts.flatMap((text) => [...text.matchAll(/^([a-zA-Z_:][\w:]*)[{ ]/gm)].map(([, name]) => name)))
}

function reasonsFor(expr, collectorOf, recorded) {
  const names = new Set([...expr.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name]) => name))
  return [...names].map((name) => {
    if (collectorOf.has(name)) return `${name}: --collector.${collectorOf.get(name)}`
    return `${name}: ${recorded.has(name) ? 'not on this machine' : 'in no recorded tree'}`
  })
}
