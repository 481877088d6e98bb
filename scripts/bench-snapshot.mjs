// What a snapshot costs: time and questions to Prometheus per tick, from the gateway's own metrics, and the CPU and memory
// of the gateway and of Prometheus meanwhile; nobody looks.
//
// Prometheus works by itself, too, now more and now less. So the gateway is paused (SIGSTOP) for as long as it runs, by turns of a
// minute, and its share is what Prometheus uses more in a turn than in the pauses on either side. A minute is a whole number of
// pushes and evaluations, and holds the one tick in it that asks everything.
//
// usage: node scripts/bench-snapshot.mjs [TICKS] [SERVERS]      no servers: this machine is the only one
//
// CPU is the machine's as well as ours. So a yardstick is taken before and after: what an idle Prometheus of the same version takes
// for one question for 10,000 series. That is known of the machine that the aims were set on, for Prometheus 2.42: 30.5 ms.
//
// Simulated servers are pushed to Prometheus every 15 s with what the snapshot reads, so that Prometheus' own work (scrapes, rules)
// leaves room for what is measured. The series of recording.yml are pushed, too, those of all servers at once as an evaluation
// leaves them, every 15 s; the sums of sums.yml are its own: it evaluates them every 15 s. GATEWAY_BIN names another gateway,
// PROMETHEUS_BIN another Prometheus.

import path from 'node:path'

import { wholeNumbers } from './arguments.mjs'
import { measuredGateway } from './measured-gateway.mjs'
import { simulatedFleet } from './simulated-fleet.mjs'
import { built, freePort, root, sleep, usage, withStack } from './stack.mjs'
import { yardstick } from './yardstick.mjs'

const [ticks, servers] = wholeNumbers({ TICKS: [24, 1, 100_000], SERVERS: [1, 1, 100_000] })
const isSimulated = servers > 1
const ticksOfTurn = Math.min(ticks, 12)
const TICK_MS = 5_000

const before = await yardstick()
const { turns, pauses, its, theirs } = await withStack(measured)
const after = await yardstick()

const sum = (key) => turns.reduce((all, turn) => all + turn[key], 0)
const made = sum('ticks')
const added = turns.map((turn, at) => turn.theirs - (pauses[at] + pauses[at + 1]) / 2)
// A share of a core is so many milliseconds of the five seconds of a tick.
const inYards = added.map((share) => ((share / 100) * TICK_MS) / ((before + after) / 2))
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const all = (of, digits) => of.map((it) => it.toFixed(digits)).join(', ')
console.log(
  `${made} ticks in ${sum('lasted').toFixed(0)} s, ${servers} server${servers > 1 ? 's' : ''}, nobody looking\n`,
)
const table = {
  'time per tick': `${((1000 * sum('seconds')) / made).toFixed(1)} ms`,
  'gateway: CPU per tick': `${((1000 * sum('cpu')) / made).toFixed(1)} ms`,
  'ticks that failed, that were late': `${sum('failed')}, ${sum('missed')}`,
  'questions to Prometheus per tick': turns.at(-1).queries,
  'gateway: CPU of a core': `${((100 * sum('cpu')) / sum('lasted')).toFixed(2)} %`,
  'gateway: resident memory, at most': `${mib(its.resident)}, ${mib(its.peak)}`,
  'Prometheus: CPU of a core, turn by turn with the gateway': `${all(
    turns.map((turn) => turn.theirs),
    2,
  )} %`,
  'Prometheus: the same while the gateway paused': `${all(pauses, 2)} %`,
  'Prometheus: what the ticks add to it, turn by turn, median': `${all(added, 2)}; ${median(added).toFixed(2)} %`,
  'Prometheus: CPU of one question for 10,000 series, before and after': `${all([before, after], 1)} ms`,
  'Prometheus: what a tick adds in such questions': `${all(inYards, 1)}; ${median(inYards).toFixed(1)}`,
  'Prometheus: resident memory': mib(theirs.resident),
}
console.log('| | |\n|---|---|')
for (const [what, figure] of Object.entries(table)) console.log(`| ${what} | ${figure} |`)

/** Turns of the gateway and the pauses between them, and what both programs used in the end. */
async function measured(stack) {
  const prometheus = isSimulated ? await simulatedFleet(stack, { servers, every: 15 }) : await thisMachine(stack)
  const { gateway, pid } = await measuredGateway(stack, prometheus, servers)
  stack.onEnd(() => process.kill(pid, 'SIGCONT')) // who is paused does not end when told to

  const pauses = [await paused(pid, prometheus.pid)]
  const turns = []
  while (turns.length * ticksOfTurn < ticks) {
    turns.push(await turn(gateway, pid, prometheus.pid))
    pauses.push(await paused(pid, prometheus.pid))
  }
  return { turns, pauses, its: usage(pid), theirs: usage(prometheus.pid) }
}

/** What Prometheus uses while the gateway is paused, in percent of a core; as long as a turn lasts. */
async function paused(gateway, prometheus) {
  process.kill(gateway, 'SIGSTOP')
  await sleep(4_000) // what was asked has been answered
  return shareOfCore(prometheus, (ticksOfTurn * TICK_MS) / 1000)
}

/** A turn of the gateway: what it did, what it used, and what Prometheus used meanwhile in percent of a core. */
async function turn(gateway, pid, prometheus) {
  process.kill(pid, 'SIGCONT')
  await sleep(21_000) // what a gateway has to learn that was away is not measured
  const [before, began, itsCpu, theirCpu] = [
    await metrics(gateway),
    performance.now(),
    usage(pid).cpu,
    usage(prometheus).cpu,
  ]
  await sleep(ticksOfTurn * TICK_MS)
  const [after, lasted] = [await metrics(gateway), (performance.now() - began) / 1000]
  const [its, theirs] = [usage(pid).cpu, usage(prometheus).cpu]
  return {
    ticks: after.ticks - before.ticks,
    seconds: after.seconds - before.seconds,
    missed: after.missed - before.missed,
    failed: after.failed - before.failed,
    queries: after.queries,
    cpu: its - itsCpu,
    theirs: (100 * (theirs - theirCpu)) / lasted,
    lasted,
  }
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

/** This machine as the exporter shows it, with the rules. */
async function thisMachine(stack) {
  const exporter = `127.0.0.1:${await freePort()}`
  await stack.start(path.join(built('release'), 'sightline-exporter'), [`--web.listen-address=${exporter}`], {
    answers: `http://${exporter}/metrics`,
  })
  const prometheus = await stack.startPrometheus({
    global: { scrape_interval: '5s', scrape_timeout: '4s', evaluation_interval: '5s' },
    rule_files: [path.join(root, 'prometheus/rules/*.yml')],
    scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [exporter] }] }],
  })
  await sleep(15_000) // recording rules have their first windows by then
  return prometheus
}

/** The share of a core that a process uses, in percent. */
async function shareOfCore(pid, seconds) {
  const [before, began] = [usage(pid).cpu, performance.now()]
  await sleep(seconds * 1000)
  return (100 * (usage(pid).cpu - before)) / ((performance.now() - began) / 1000)
}

/** The figures of the snapshot loop, from the gateway's exposition. */
async function metrics(gateway) {
  const text = await (await fetch(`http://${gateway}/metrics`)).text()
  const value = (name) => {
    const match = new RegExp(`^sightline_gateway_${name} (\\S+)$`, 'm').exec(text)
    return match ? Number(match[1]) : 0
  }
  return {
    ticks: value('tick_duration_seconds_count'),
    seconds: value('tick_duration_seconds_sum'),
    queries: value('tick_queries'),
    missed: value('ticks_missed_total'),
    failed: value('ticks_total{outcome="failed"}'),
  }
}
