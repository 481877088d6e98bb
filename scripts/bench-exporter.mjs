// What a scrape costs: CPU, latency and memory of our exporter beside node_exporter's, in one run on this machine.
//
// usage: node scripts/bench-exporter.mjs [SCRAPES]        NODE_EXPORTER_BIN names another node_exporter
//
// Both serve the same collectors (those that both enable by default) over one kept-alive connection each, without
// compression. They take turns in rounds, so that whatever else the machine does hits both alike. In rounds after those
// each answers for one small file only: what that takes is the machine's way of waking two processes, not the work of a scrape.

import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'

import { wholeNumbers } from './arguments.mjs'
import { candidates, launch, scrape } from './scraper.mjs'
import { usage, withStack } from './stack.mjs'

const [scrapes] = wholeNumbers({ SCRAPES: [2000, 1, 1_000_000] })
const perRound = 100
const LEAST = 'collect[]=loadavg'

await withStack(async (stack) => {
  const defaults = await Promise.all(candidates.map((it) => collectorsOf(stack, it)))
  const shared = defaults[0].filter((name) => defaults[1].includes(name))
  const running = []
  for (const it of candidates)
    running.push(
      await launch(stack, it, ['--collector.disable-defaults', ...shared.map((name) => `--collector.${name}`)]),
    )

  for (const it of running) for (let i = 0; i < perRound; i++) await scrape(it) // caches fill, lazy things happen
  for (const it of running) it.before = usage(it.pid)
  for (let done = 0; done < scrapes; done += perRound) {
    for (const it of running) for (let i = 0; i < perRound; i++) await scrape(it, it.latencies)
  }
  for (const it of running) it.after = usage(it.pid)
  const least = running.map((it) => ({ ...it, url: `${it.url}?${LEAST}`, latencies: [] }))
  for (let done = 0; done < scrapes; done += perRound) {
    for (const it of least) for (let i = 0; i < perRound; i++) await scrape(it, it.latencies)
  }

  console.log(
    `${shared.length} collectors, ${running[0].latencies.length} scrapes each, ${perRound} by turns; ${shared.join(' ')}\n`,
  )
  console.log(
    '| | version | CPU per scrape | latency p50 | p99 | resident | peak | start to first answer | binary | samples | bytes |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|---|')
  for (const it of running) console.log(row(it))
  for (const it of least) {
    console.log(`\nOf ${LEAST} alone ${it.name} answers in ${quantile(it, 0.5)} (p50), ${quantile(it, 0.99)} (p99).`)
  }
  const [ours, theirs] = running.map(cpuPerScrape)
  console.log(`\nA scrape costs node_exporter ${(theirs / ours).toFixed(1)} times the CPU.`)
})

async function collectorsOf(stack, candidate) {
  const it = await launch(stack, candidate, [])
  const names = [...(await scrape(it)).matchAll(/^node_scrape_collector_success\{collector="(.*?)"\}/gm)].map(
    (match) => match[1],
  )
  if (names.length === 0) throw new Error(`${candidate.program} names no collector`)
  return names
}

function cpuPerScrape(it) {
  return (it.after.cpu - it.before.cpu) / it.latencies.length
}

function row(it) {
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
  const samples = it.body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  const file = it.program.includes('/') ? it.program : execFileSync('which', [it.program], { encoding: 'utf8' }).trim()
  const cells = [
    it.name,
    versionOf(it.program),
    `${(cpuPerScrape(it) * 1000).toFixed(3)} ms`,
    quantile(it, 0.5),
    quantile(it, 0.99),
    mib(it.after.resident),
    mib(it.after.peak),
    `${it.started.toFixed(0)} ms`,
    mib(statSync(file).size),
    samples,
    it.body.length,
  ]
  return `| ${cells.join(' | ')} |`
}

function quantile(it, q) {
  const sorted = it.latencies.toSorted((a, b) => a - b)
  return `${sorted[Math.floor(q * (sorted.length - 1))].toFixed(2)} ms`
}

function versionOf(program) {
  const text = execFileSync(program, ['--version'], { encoding: 'utf8' })
  return /\d+\.\d+[\w.+~-]*/.exec(text.split('\n')[0])?.[0] ?? '?'
}
