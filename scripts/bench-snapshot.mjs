// What a snapshot costs: time and questions to Prometheus per tick, from the gateway's own metrics, and the CPU and memory
// of the gateway and of Prometheus meanwhile, with this machine as the only server.
//
// usage: node scripts/bench-snapshot.mjs [TICKS]

import path from 'node:path'

import { built, freePort, root, sleep, usage, withStack } from './stack.mjs'

const ticks = Number(process.argv[2] ?? 24)

await withStack(async (stack) => {
  const exporter = `127.0.0.1:${await freePort()}`
  await stack.start(path.join(built('release'), 'sightline-exporter'), [`--web.listen-address=${exporter}`], {
    answers: `http://${exporter}/metrics`,
  })
  const prometheus = await stack.startPrometheus({
    global: { scrape_interval: '5s', scrape_timeout: '4s', evaluation_interval: '5s' },
    rule_files: [path.join(root, 'prometheus/rules/*.yml')],
    scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [exporter] }] }],
  })
  const gateway = `127.0.0.1:${await freePort()}`
  const env = { SIGHTLINE_LISTEN: gateway, SIGHTLINE_PROMETHEUS_URL: prometheus.url }
  const pid = await stack.start(path.join(built('release'), 'sightline-gateway'), [], {
    answers: `http://${gateway}/api/health`,
    env,
  })

  await sleep(30_000) // recording rules have their first windows by then
  const [before, began, itsCpu, theirCpu] = [
    await metrics(gateway),
    performance.now(),
    usage(pid),
    usage(prometheus.pid),
  ]
  while ((await metrics(gateway)).ticks - before.ticks < ticks) await sleep(500)
  const [after, seconds] = [await metrics(gateway), (performance.now() - began) / 1000]

  const made = after.ticks - before.ticks
  const share = (now, then) => `${((100 * (now.cpu - then.cpu)) / seconds).toFixed(2)} %`
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
  console.log(`${made} ticks in ${seconds.toFixed(0)} s, 1 server, nobody looking\n`)
  console.log('| | |\n|---|---|')
  console.log(`| time per tick | ${((1000 * (after.seconds - before.seconds)) / made).toFixed(1)} ms |`)
  console.log(`| questions to Prometheus per tick | ${after.queries} |`)
  console.log(`| gateway: CPU of a core, resident memory | ${share(usage(pid), itsCpu)}, ${mib(usage(pid).resident)} |`)
  console.log(
    `| Prometheus: CPU of a core, resident memory | ${share(usage(prometheus.pid), theirCpu)}, ${mib(usage(prometheus.pid).resident)} |`,
  )
})

/** The figures of the snapshot loop, from the gateway's exposition. */
async function metrics(gateway) {
  const text = await (await fetch(`http://${gateway}/metrics`)).text()
  const value = (name) => {
    const match = new RegExp(`^sightline_gateway_${name} (\\S+)$`, 'm').exec(text)
    if (!match) throw new Error(`/metrics has no sightline_gateway_${name}`)
    return Number(match[1])
  }
  return {
    ticks: value('tick_duration_seconds_count'),
    seconds: value('tick_duration_seconds_sum'),
    queries: value('tick_queries'),
  }
}
