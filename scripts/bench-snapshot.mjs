// What a snapshot costs: time and questions to Prometheus per tick, from the gateway's own metrics, and the CPU and memory
// of the gateway and of Prometheus meanwhile; nobody looks. Prometheus is also measured before there is a gateway.
//
// usage: node scripts/bench-snapshot.mjs [TICKS] [SERVERS]      no servers: this machine is the only one
//
// Simulated servers are pushed to Prometheus every 15 s with what the snapshot reads, so that Prometheus' own work (scrapes, rules)
// leaves room for what is measured. The series of recording.yml are pushed, too, those of all servers at once as an evaluation
// leaves them, every 15 s; the sums of sums.yml are its own: it evaluates them every 15 s. GATEWAY_BIN names another gateway.

import path from 'node:path'

import { measuredGateway } from './measured-gateway.mjs'
import { simulatedFleet } from './simulated-fleet.mjs'
import { built, freePort, root, sleep, usage, withStack } from './stack.mjs'

const [ticks, servers] = [Number(process.argv[2] ?? 24), Number(process.argv[3] ?? 1)]
const isSimulated = servers > 1

await withStack(async (stack) => {
  const prometheus = isSimulated ? await simulatedFleet(stack, { servers, every: 15 }) : await thisMachine(stack)
  const alone = await shareOfCore(prometheus.pid, isSimulated ? 30 : 10)

  const { gateway, pid } = await measuredGateway(stack, prometheus, servers)

  await sleep(15_000) // what a gateway that just started has to learn is not measured
  const [before, began, itsCpu, theirCpu] = [
    await metrics(gateway),
    performance.now(),
    usage(pid),
    usage(prometheus.pid),
  ]
  while ((await metrics(gateway)).ticks - before.ticks < ticks) await sleep(500)
  const [after, seconds] = [await metrics(gateway), (performance.now() - began) / 1000]
  const [its, theirs] = [usage(pid), usage(prometheus.pid)]

  const made = after.ticks - before.ticks
  const share = (now, then) => (100 * (now.cpu - then.cpu)) / seconds
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
  const late = after.missed - before.missed
  console.log(`${made} ticks in ${seconds.toFixed(0)} s, ${servers} server${servers > 1 ? 's' : ''}, nobody looking\n`)
  console.log('| | |\n|---|---|')
  console.log(`| time per tick | ${((1000 * (after.seconds - before.seconds)) / made).toFixed(1)} ms |`)
  console.log(`| gateway: CPU per tick | ${((1000 * (its.cpu - itsCpu.cpu)) / made).toFixed(1)} ms |`)
  console.log(`| ticks that failed, that were late | ${after.failed - before.failed}, ${late} |`)
  console.log(`| questions to Prometheus per tick | ${after.queries} |`)
  console.log(
    `| gateway: CPU of a core, resident memory, at most | ${share(its, itsCpu).toFixed(2)} %, ${mib(its.resident)}, ${mib(its.peak)} |`,
  )
  console.log(
    `| Prometheus: CPU of a core, without the gateway, resident memory | ` +
      `${share(theirs, theirCpu).toFixed(2)} %, ${alone.toFixed(2)} %, ${mib(theirs.resident)} |`,
  )
})

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
