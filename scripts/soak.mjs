// Scrapes the exporter once a second for an hour and fails when it holds more at the end than after its first minute: file
// descriptors, threads, memory.
//
// usage: node scripts/soak.mjs [SECONDS]        PACE sets the milliseconds from one scrape to the next (1000)

import { readdirSync } from 'node:fs'

import { wholeNumbers } from './arguments.mjs'
import { candidates, launch, scrape } from './scraper.mjs'
import { sleep, usage, withStack } from './stack.mjs'

const [seconds] = wholeNumbers({ SECONDS: [3600, 1, 604_800] })
const pace = Number(process.env.PACE ?? 1000)
const warm = Math.min(60, seconds / 4)
// The allocator may round up to another page or two; what leaks at each scrape is far more after an hour.
const slack = 256 << 10

await withStack(async (stack) => {
  const it = await launch(stack, candidates[0], [])
  let scrapes = await keepScraping(it, warm)
  const before = held(it.pid)
  const cpu = usage(it.pid).cpu
  const count = await keepScraping(it, seconds - warm)
  scrapes += count
  const after = held(it.pid)
  const perScrape = ((usage(it.pid).cpu - cpu) / count) * 1000

  console.log(`${scrapes} scrapes in ${seconds} s, ${perScrape.toFixed(3)} ms of CPU each\n`)
  console.log('| | after the first minute | at the end |')
  console.log('|---|---|---|')
  for (const what of Object.keys(before)) console.log(`| ${what} | ${before[what]} | ${after[what]} |`)
  const grown = Object.keys(before).filter(
    (what) => after[what] > before[what] + (what === 'resident bytes' ? slack : 0),
  )
  if (grown.length > 0) throw new Error(`grown: ${grown.join(', ')}`)
})

async function keepScraping(it, seconds) {
  const end = Date.now() + seconds * 1000
  let count = 0
  for (; Date.now() < end; count++) {
    const began = Date.now()
    await scrape(it)
    await sleep(Math.max(0, pace - (Date.now() - began)))
  }
  return count
}

function held(pid) {
  const count = (folder) => readdirSync(`/proc/${pid}/${folder}`).length
  return { descriptors: count('fd'), threads: count('task'), 'resident bytes': usage(pid).resident }
}
