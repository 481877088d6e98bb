// What a scrape of eight GPUs costs the exporter, without any GPU: the library of testing/nvml-fake plays the driver.
// So this is our own cost and the fake's, which answers from a table; a driver's calls come on top.
//
// usage: node scripts/bench-gpu.mjs [SCRAPES]

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'

import { wholeNumbers } from './arguments.mjs'
import { scrape } from './scraper.mjs'
import { built, freePort, sleep, usage, withStack } from './stack.mjs'

const [scrapes] = wholeNumbers({ SCRAPES: [60, 1, 1_000_000] })
const gpus = 8
// GPM measures between scrapes a second apart; closer ones would be cheaper than what Prometheus asks for.
const pace = 1100

await withStack(async (stack) => {
  const scenario = path.join(stack.folder, 'scenario.toml')
  writeFileSync(scenario, '[[gpu]]\nkind = "h100"\n'.repeat(gpus))
  const address = `127.0.0.1:${await freePort()}`
  const flags = [
    `--web.listen-address=${address}`,
    '--collector.disable-defaults',
    '--collector.gpu',
    '--web.disable-exporter-metrics',
    `--collector.gpu.nvml-library=${path.join(built('release'), 'libnvml_fake.so')}`,
  ]
  const url = `http://${address}/metrics`
  const pid = await stack.start(path.join(built('release'), 'sightline-exporter'), flags, {
    answers: `http://${address}/-/healthy`,
    env: { SIGHTLINE_FAKE_NVML_SCENARIO: scenario },
  })
  const before = usage(pid).resident
  const scraper = { url, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) }
  await scrapeAll(scraper, 5)

  const idle = await cpuOf(pid, () => sleep(scrapes * pace))
  const perScrape = []
  for (const encoding of ['gzip', 'identity']) {
    const busy = await cpuOf(pid, () => scrapeAll({ ...scraper, encoding }, scrapes))
    perScrape.push(`${(((busy - idle) / scrapes) * 1e3).toFixed(3)} ms`)
  }
  const body = await scrape(scraper)
  const up = body.split('\n').filter((line) => line.startsWith('sightline_gpu_up') && line.endsWith(' 1')).length
  if (up !== gpus) throw new Error(`${up} of ${gpus} GPUs are up`)

  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  console.log(`${gpus} H100, ${scrapes} scrapes ${pace} ms apart, ${samples} samples, ${body.length} bytes\n`)
  console.log(
    '| CPU per scrape, gzip | identity | CPU while idle, per second | resident before the library is loaded | resident after |',
  )
  console.log('|---|---|---|---|---|')
  const cells = [
    ...perScrape,
    `${((idle / ((scrapes * pace) / 1e3)) * 1e3).toFixed(3)} ms`,
    `${(before / 2 ** 20).toFixed(1)} MiB`,
    `${(usage(pid).resident / 2 ** 20).toFixed(1)} MiB`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
})

async function scrapeAll(scraper, count) {
  for (let i = 0; i < count; i++) {
    await scrape(scraper)
    await sleep(pace)
  }
}

/** CPU seconds that a process uses while something happens; finer than ticks, which a scrape is shorter than. */
async function cpuOf(pid, happens) {
  const before = cpu(pid)
  await happens()
  return cpu(pid) - before
}

function cpu(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, it) => sum + it, 0) / 1e9
}
