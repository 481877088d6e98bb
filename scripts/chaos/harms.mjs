// What is done to the stack, by name. Each harm is gone when its function ends.

import { sleep } from '../stack.mjs'
import { harmClients } from './clients.mjs'
import { GARBAGE } from './fault-proxy.mjs'
import { FLEETS, FLEET_SEED, SERVERS } from './fleets.mjs'
import { query } from './truth.mjs'
import { FORGET_AFTER, LIST, PAGE, TICK } from './world.mjs'

/** Wrong clocks are minutes off; less is what a busy machine makes. */
const CLOCK_SLACK = 30
const GONE = 'Prometheus no longer has this target'

/**
 * What vanishes before a Prometheus that was started anew has scraped it is not ended by it: its series stay until they are too old
 * to be looked at, and the gateway says stale, which is another thing than what is asked for below.
 */
async function scrapedAll({ prometheus }) {
  const response = await fetch(`${prometheus}/api/v1/targets?state=active`, { signal: AbortSignal.timeout(10_000) })
  const targets = (await response.json()).data.activeTargets
  const scraped = targets.filter((it) => it.health !== 'unknown').length
  return scraped === SERVERS || `${scraped} of ${SERVERS}`
}

/** Functions of the world, of chance, and of whether there is time for what takes long. */
export const HARMS = {
  'Prometheus is killed and started again': async (world) => {
    await world.stopPrometheus('SIGKILL')
    await world.isStale('without Prometheus')
    await world.startPrometheus()
  },
  'Prometheus is restarted in good order': async (world) => {
    await world.stopPrometheus('SIGTERM')
    await world.startPrometheus()
  },
  'Prometheus is paused': async (world) => {
    await world.pausePrometheus(() => world.isStale('while Prometheus is paused'))
  },
  'Prometheus is slow': async (world) => {
    world.proxy.set({ slow: 300 })
    await sleep(2 * TICK * 1000)
    world.proxy.set({ slow: 8000 })
    await world.isStale('while Prometheus is too slow')
    world.proxy.set(null)
  },
  'Prometheus is silent': async (world) => {
    world.proxy.set('silence')
    await world.isStale('while Prometheus is silent')
    world.proxy.set(null)
  },
  'answers are garbage': async (world, chance, isLong) => {
    for (const kind of isLong ? GARBAGE : chance.shuffled(GARBAGE).slice(0, 2)) {
      world.proxy.set(kind)
      await world.isStale(`while answers are: ${kind}`)
      world.proxy.set(null)
      await world.recovers(kind)
    }
  },
  'some answers are garbage, now and then': async (world, chance) => {
    for (let part = 0; part < 20; part += 1) {
      world.proxy.set(chance.number() < 0.5 ? chance.pick(GARBAGE) : null)
      await sleep(150)
    }
    world.proxy.set(null)
  },
  'the gateway is killed, twice': async (world, chance) => {
    for (let kill = 0; kill < 2; kill += 1) {
      await sleep(1000 * TICK * chance.number())
      await world.restartGateway()
    }
  },
  'half of the servers vanish and return': async (world, _chance, isLong) => {
    await world.until('Prometheus has scraped every server since it was started', () => scrapedAll(world))
    // Of one that was down for longer than the gateway remembers, nobody knows since when.
    const sinceEver = ({ instance, status_since }) => status_since === null && instance
    const unknown = (await world.rest(LIST)).servers.filter((it) => it.status === 'down').map(sinceEver)
    // Prometheus takes two scrapes' time to see that a target is gone.
    const fleets = isLong ? ['close', 'calm'] : ['close']
    const count = fleets.reduce((sum, it) => sum + FLEETS[it].servers / 2, 0)
    for (const it of fleets) await world.startSimulator(it, FLEETS[it].servers / 2)
    await world.until('servers that vanished are down', async () => {
      const { servers } = await world.rest(LIST)
      const gone = servers.filter((it) => it.status === 'down' && it.status_reason === GONE)
      const timeless = gone.map(sinceEver).filter((it) => it && !unknown.includes(it))
      const isSo = servers.length === SERVERS && gone.length === count && timeless.length === 0
      return isSo || `${gone.length} of ${servers.length} servers are gone, ${timeless} nobody knows since when`
    })
    if (isLong) {
      const isHalf = async () => (await world.rest(LIST)).servers.length === SERVERS - count
      await world.until('servers that stay away are forgotten', isHalf, FORGET_AFTER + 30)
    }
    for (const it of fleets) await world.startSimulator(it)
    await world.until('Prometheus has them again', async () => {
      const [up] = await query(world.prometheus, 'count(up)')
      return Number(up.value[1]) === SERVERS
    })
  },
  'no server answers for a while': async (world) => {
    world.signalSimulators('SIGSTOP')
    await world.until('all are down and say why', async () => {
      const { servers } = await world.rest(LIST)
      return servers.every((it) => it.status === 'down' && /deadline|refused|timeout/.test(it.status_reason))
    })
    world.signalSimulators('SIGCONT')
    await world.until('Prometheus has them again', async () => {
      const [up] = await query(world.prometheus, 'sum(up)')
      return Number(up.value[1]) >= SERVERS / 2
    })
  },
  'the clock of a server is wrong': async (world) => {
    // It has been all the time; here is said that it does not move what is known of that server.
    const [off] = await query(world.prometheus, 'topk(1, abs(node_time_seconds - timestamp(node_time_seconds)))')
    if (Number(off.value[1]) <= CLOCK_SLACK) throw new Error(`no clock is wrong in the fleet of seed ${FLEET_SEED}`)
    const row = (await world.rest(LIST)).servers.find((it) => it.instance === off.metric.instance)
    const age = Date.now() / 1000 - row.sampled_at
    if (row.status !== 'up' || Math.abs(age) > CLOCK_SLACK)
      throw new Error(`a clock that is ${off.value[1]} s off makes ${row.instance} ${row.status}, ${age} s old`)
  },
  'clients flood, stall, send garbage and reconnect': async (world, chance) => {
    const before = world.frames
    const connected = world.browsers.map((it) => it.connections())
    await harmClients(world.gateway, PAGE, chance.number, 2 * TICK * 1000)
    if (world.frames - before < world.browsers.length) throw new Error('the good clients were not served meanwhile')
    const lost = world.browsers.filter((it, at) => it.connections() > connected[at])
    if (lost.length > 0) throw new Error(`${lost.length} good clients lost their connection`)
  },
}
