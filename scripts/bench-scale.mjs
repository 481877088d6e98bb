// How the cost of a scrape grows with what it looks at: mounts for `filesystem`, processes for `processes`, both of them
// fixtures below a temporary folder. Each size is four times the one before.
//
// usage: node scripts/bench-scale.mjs [SCRAPES]        NODE_EXPORTER_BIN names another node_exporter

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { wholeNumbers } from './arguments.mjs'
import { candidates, launch, scrape } from './scraper.mjs'
import { usage, withStack } from './stack.mjs'

const [scrapes] = wholeNumbers({ SCRAPES: [10, 1, 1_000_000] })
const cases = [
  {
    what: 'mounts',
    sizes: [313, 1250, 5000],
    build: mounts,
    collector: 'filesystem',
    series: /^node_filesystem_size_bytes/gm,
  },
  {
    what: 'processes',
    sizes: [1250, 5000, 20000],
    build: processes,
    collector: 'processes',
    series: /^node_processes_pids/gm,
  },
]

console.log(`${scrapes} scrapes each\n`)
console.log(
  '| | sightline-exporter: CPU per scrape | latency | resident | node_exporter: CPU per scrape | latency | resident |',
)
console.log('|---|---|---|---|---|---|---|')
for (const it of cases) for (const size of it.sizes) console.log(await measured(it, size))

async function measured({ what, build, collector, series }, size) {
  return withStack(async (stack) => {
    const flags = ['--collector.disable-defaults', `--collector.${collector}`, ...build(stack.folder, size)]
    const cells = []
    for (const candidate of candidates) {
      const it = await launch(stack, candidate, flags)
      const text = await scrape(it)
      const seen =
        what === 'mounts' ? (text.match(series) ?? []).length : Number(/^node_processes_pids (\S+)/m.exec(text)?.[1])
      if (seen !== size) throw new Error(`${it.name} shows ${seen} ${what} of ${size}`)
      await scrape(it)
      const before = usage(it.pid)
      for (let i = 0; i < scrapes; i++) await scrape(it, it.latencies)
      const after = usage(it.pid)
      const median = it.latencies.toSorted((a, b) => a - b)[Math.floor(scrapes / 2)]
      const cpu = ((after.cpu - before.cpu) / scrapes) * 1000
      cells.push(`${cpu.toFixed(0)} ms`, `${median.toFixed(0)} ms`, `${(after.resident / 2 ** 20).toFixed(1)} MiB`)
    }
    return `| ${size} ${what} | ${cells.join(' | ')} |`
  })
}

/** As many mount points, folders in truth, and a table that says they are filesystems. */
function mounts(folder, count) {
  const at = (i) => `/mnt/volume-${String(i).padStart(5, '0')}`
  const lines = []
  for (let i = 0; i < count; i++) {
    mkdirSync(path.join(folder, 'root', at(i)), { recursive: true })
    lines.push(`${100 + i} 1 8:${i % 256} / ${at(i)} rw,relatime shared:1 - ext4 /dev/volume${i} rw`)
  }
  mkdirSync(path.join(folder, 'proc', '1'), { recursive: true })
  writeFileSync(path.join(folder, 'proc', '1', 'mountinfo'), lines.join('\n') + '\n')
  // node_exporter strips the root from the mount points, and looks below it for each.
  return [`--path.procfs=${folder}/proc`, `--path.rootfs=${folder}/root`]
}

/** As many processes of one thread. */
function processes(folder, count) {
  mkdirSync(path.join(folder, 'sys', 'kernel'), { recursive: true })
  for (const limit of ['threads-max', 'pid_max']) writeFileSync(path.join(folder, 'sys', 'kernel', limit), '4194304\n')
  for (let pid = 1; pid <= count; pid++) {
    const tasks = path.join(folder, String(pid), 'task', String(pid))
    mkdirSync(tasks, { recursive: true })
    const status = `${pid} (worker) S 1 1 1 0 -1 4194560 100 0 0 0 15 5 0 0 20 0 1 0 1000 4096000 70 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`
    writeFileSync(path.join(folder, String(pid), 'stat'), status)
    writeFileSync(path.join(tasks, 'stat'), status)
  }
  return [`--path.procfs=${folder}`]
}
