// What a scrape of eight GPUs costs the exporter, without any GPU: the library of testing/nvml-fake plays the driver.
// So this is our own cost and the fake's, which answers from a table; a driver's calls come on top.
//
// usage: node scripts/bench-gpu.mjs [SCRAPES]

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { built, freePort, sleep, usage, withStack } from './stack.mjs'

const scrapes = Number(process.argv[2] ?? 60)
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
  await scrapeAll(url, 5)

  const idle = await cpuOf(pid, () => sleep(scrapes * pace))
  const busy = await cpuOf(pid, () => scrapeAll(url, scrapes))
  const body = await (await fetch(url)).text()
  const up = body.split('\n').filter((line) => line.startsWith('sightline_gpu_up') && line.endsWith(' 1')).length
  if (up !== gpus) throw new Error(`${up} of ${gpus} GPUs are up`)

  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  const perScrape = (busy - idle) / scrapes
  console.log(`${gpus} H100, ${scrapes} scrapes ${pace} ms apart, ${samples} samples, ${body.length} bytes\n`)
  console.log(
    '| CPU per scrape | CPU while idle, per second | resident before the library is loaded | resident after |',
  )
  console.log('|---|---|---|---|')
  const cells = [
    `${(perScrape * 1e3).toFixed(3)} ms`,
    `${((idle / ((scrapes * pace) / 1e3)) * 1e3).toFixed(3)} ms`,
    `${(before / 2 ** 20).toFixed(1)} MiB`,
    `${(usage(pid).resident / 2 ** 20).toFixed(1)} MiB`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
})

async function scrapeAll(url, count) {
  for (let i = 0; i < count; i++) {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${url} answers ${response.status}`)
    await response.text()
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
