// Treats the real stack badly and looks whether it stays right: simulator, Prometheus, a proxy that spoils answers, and the gateway.
//
// After each harm the gateway's data, by REST and by WebSocket, must be right within three ticks; no value that a client ever
// saw may be one that Prometheus did not have; and nothing may be left: descriptors, threads, tasks, connections, memory.
//
// usage: node scripts/chaos.mjs [SECONDS] [SEED]      no seconds, or 0: every harm once; else random ones for that long
//
// PROFILE (debug) says which build, PROMETHEUS_BIN which Prometheus.

import { wholeNumbers } from './arguments.mjs'
import { SERVERS } from './chaos/fleets.mjs'
import { HARMS } from './chaos/harms.mjs'
import { chance } from './chaos/random.mjs'
import { TICK, startWorld } from './chaos/world.mjs'
import { withStack } from './stack.mjs'

const [seconds, seed] = wholeNumbers({ SECONDS: [0, 0, 86_400], SEED: [Date.now() % 1_000_000, 0, 999_999] })

await withStack(async (stack) => {
  const luck = chance(seed)
  const world = await startWorld(stack)
  console.log(`seed ${seed}: ${SERVERS} servers, a tick every ${TICK} s`)
  await world.canFail()
  const began = Date.now()
  const worst = new Map()
  for (const name of choice(luck)) {
    await world.holdsNothing('the start')
    await HARMS[name](world, luck, seconds > 0)
    const took = await world.recovers(name)
    await world.remembers(`after “${name}”`)
    const values = await world.verify(name)
    const held = await world.holdsNothing(name)
    worst.set(name, Math.max(took, worst.get(name) ?? 0))
    console.log(
      `  ok: ${name.padEnd(48)} right again after ${took.toFixed(1)} s; ${values} values are Prometheus' own;`,
    )
    console.log(
      `      ${Object.entries(held)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')}`,
    )
  }
  const { some, all, rules } = world.asked
  console.log(`of ${some + all} ticks ${some} asked some of the servers for gauges, ${rules} asked for what rules make`)
  console.log(`of ${world.frames} frames ${world.deltas} said what differs`)
  if (world.deltas === 0) throw new Error('no list was told by what differs')
  const [slowest, took] = [...worst].sort((a, b) => b[1] - a[1])[0]
  console.log(`${Math.round((Date.now() - began) / 1000)} s; slowest: ${slowest}, ${took.toFixed(1)} s`)

  /** Every harm once; with seconds, random ones until they are over. */
  function* choice({ pick, shuffled }) {
    const names = Object.keys(HARMS)
    if (seconds === 0) return yield* shuffled(names)
    while (Date.now() - began < 1000 * seconds) yield pick(names)
  }
})
