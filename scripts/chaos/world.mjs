// The stack that is harmed, with everything healthy at first, and the eyes on it: good clients, and what must be true of them.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { withDelta } from '../delta.mjs'
import { built, freePort, root, sleep, usage } from '../stack.mjs'
import { compare } from './compare.mjs'
import { startFaultProxy } from './fault-proxy.mjs'
import { FLEETS, FLEET_SEED, SERVERS, rulesOf, scrapeOf } from './fleets.mjs'
import { lastEvaluation, statusesAt, truthAt } from './truth.mjs'
import { browser } from './websocket.mjs'

/** Seconds between two snapshots. */
export const TICK = 2
/** Seconds that Prometheus may take to answer: on a busy machine longer than a tick. */
const ANSWER = 4
/** The shortest that the configuration allows, which is long: it is only waited for where there is time. */
export const FORGET_AFTER = 60
export const LIST = '/api/v1/servers?limit=1000'
/** What those who behave badly ask for, from ever another row on: as much as a browser does. */
export const PAGE = '/api/v1/servers?limit=40'
const OVERVIEW = '/api/v1/overview'

/** For whatever is waited for, in seconds: a machine that is busy with other things takes its time. */
const PATIENCE = 45
/** Ticks that may end until all is right: the one that was under way when the harm ended, and three. */
const TICKS_UNTIL_RIGHT = 4
/** What the gateway may hold more of than when it had started: connections to Prometheus are kept, and their number differs. */
const SLACK = { descriptors: 16, threads: 2, tasks: 16, connections: 0, mebibytes: 48 }

/** Starts all of it. What it starts ends with `stack`. */
export async function startWorld(stack) {
  const [close, calm, prometheus, proxy, gateway] = await Promise.all(
    [1, 2, 3, 4, 5].map(async () => `127.0.0.1:${await freePort()}`),
  )
  const world = new World(stack, { close, calm, prometheus, proxy, gateway })
  for (const fleet of Object.keys(FLEETS)) await world.startSimulator(fleet)
  await world.startPrometheus()
  const end = new AbortController()
  void world.watchRules(end.signal)
  stack.onEnd(() => end.abort())
  world.proxy = await startFaultProxy(Number(proxy.split(':')[1]), world.prometheus, (it) => world.hear(it))
  stack.onEnd(() => world.proxy.end())
  await world.startGateway()
  world.browsers = [
    world.look(LIST),
    ...[LIST, `${LIST}&sort=-cpu`, `${LIST}&sort=name`].map((resource) => world.look(resource, true)),
  ]
  stack.onEnd(() => world.browsers.forEach((it) => it.end()))
  await world.until('the first snapshot with CPU shares', async () => {
    const { servers } = await world.rest(LIST)
    const up = servers.filter((it) => it.status === 'up')
    const complete = up.filter((it) => it.cpu_ratio !== null)
    const isSo = servers.length === SERVERS && up.length > SERVERS / 2 && complete.length === up.length
    return isSo || `of ${servers.length} servers ${up.length} are up, ${complete.length} have a CPU share`
  })
  return world
}

/** What more patience would not mend. */
class Late extends Error {}

class World {
  #stack
  #addresses
  #programs = built(process.env.PROFILE ?? 'debug')
  #simulators = new Map()
  /** From when to when Prometheus was paused; when rules were evaluated, and when that was first seen to be over. */
  #known = { pauses: [], evaluations: [] }
  /** Every list and every overview that a client got since it was last looked at. */
  #lists = []
  #overviews = []
  /** What the gateway held when it had just started. */
  #held = null
  /** The text of the newest list that REST answered: who asks more than once in a tick gets it again. */
  #text = ''
  /** How often the gateway asked for gauges: of all servers, and of some. And for what recording rules make. */
  asked = { all: 0, some: 0, rules: 0 }
  frames = 0
  deltas = 0

  constructor(stack, addresses) {
    this.#stack = stack
    this.#addresses = addresses
    this.gateway = addresses.gateway
    this.prometheus = `http://${addresses.prometheus}`
    for (const name of ['recording.yml', 'sums.yml']) {
      const rules = readFileSync(path.join(root, 'prometheus/rules', name), 'utf8')
      writeFileSync(path.join(stack.folder, name), rulesOf(rules))
    }
    const configuration = {
      global: { evaluation_interval: '1s' },
      rule_files: ['recording.yml', 'sums.yml'],
      scrape_configs: Object.entries(FLEETS).map(([name, fleet]) => scrapeOf(fleet, addresses[name])),
    }
    writeFileSync(path.join(stack.folder, 'prometheus.yml'), JSON.stringify(configuration))
  }

  /** Starts what plays a fleet, or so many servers of it; again where it plays already. */
  async startSimulator(name, servers = FLEETS[name].servers) {
    if (this.#simulators.has(name)) await this.#stack.stop(this.#simulators.get(name))
    const address = this.#addresses[name]
    const fleet = [`--servers=${servers}`, `--seed=${FLEET_SEED}`, `--families=${FLEETS[name].families}`]
    const program = path.join(this.#programs, 'sightline-sim')
    const pid = await this.#stack.start(program, [`--listen=${address}`, ...fleet], {
      answers: `http://${address}/-/healthy`,
    })
    this.#simulators.set(name, pid)
  }

  /** Sends a signal to what plays the fleets. */
  signalSimulators(signal) {
    for (const pid of this.#simulators.values()) process.kill(pid, signal)
  }

  async startPrometheus() {
    const args = [
      `--config.file=${path.join(this.#stack.folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(this.#stack.folder, 'data')}`,
      `--web.listen-address=${this.#addresses.prometheus}`,
    ]
    const answers = `${this.prometheus}/-/ready`
    this.prometheusPid = await this.#stack.start(process.env.PROMETHEUS_BIN ?? 'prometheus', args, { answers })
  }

  /** Pauses Prometheus while `act` goes on. */
  async pausePrometheus(act) {
    const pause = [Date.now() / 1000, Infinity]
    this.#known.pauses.push(pause)
    process.kill(this.prometheusPid, 'SIGSTOP')
    await act()
    process.kill(this.prometheusPid, 'SIGCONT')
    pause[1] = Date.now() / 1000
  }

  stopPrometheus(signal) {
    return this.#stack.stop(this.prometheusPid, signal)
  }

  async startGateway() {
    const { gateway, proxy } = this.#addresses
    this.#held = null
    this.gatewayPid = await this.#stack.start(path.join(this.#programs, 'sightline-gateway'), [], {
      answers: `http://${gateway}/api/health`,
      env: {
        SIGHTLINE_LISTEN: gateway,
        SIGHTLINE_PROMETHEUS_URL: `http://${proxy}`,
        SIGHTLINE_PROMETHEUS_TIMEOUT: `${ANSWER}s`,
        SIGHTLINE_SNAPSHOT_INTERVAL: `${TICK}s`,
        SIGHTLINE_SNAPSHOT_RATE_WINDOW: '30s',
        SIGHTLINE_SNAPSHOT_FORGET_AFTER: `${FORGET_AFTER}s`,
        SIGHTLINE_LIVE_SEND_TIMEOUT: '2s',
      },
    })
  }

  async restartGateway() {
    await this.#stack.stop(this.gatewayPid, 'SIGKILL')
    await this.startGateway()
  }

  /** A browser that looks at `resource`, which it may be told by what differs, and at the overview. */
  look(resource, deltas = false) {
    const see = (message) => {
      this.frames += 1
      if (message.delta) this.deltas += 1
      const body = message.delta ? withDelta(it.list, message.delta) : message.body
      if (!body) return
      if (message.resource === OVERVIEW) return this.#overviews.push(body)
      it.list = body
      this.#lists.push(body)
    }
    const it = browser(this.gateway, [resource, OVERVIEW], see, deltas)
    return it
  }

  /** The answer to GET. */
  async rest(resource) {
    const response = await fetch(`http://${this.gateway}${resource}`, { signal: AbortSignal.timeout(10_000) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${resource}: ${response.status} ${text}`)
    const body = JSON.parse(text)
    if (resource === LIST && text !== this.#text) {
      this.#text = text
      this.#lists.push(body)
    }
    return body
  }

  /** A question of the gateway to Prometheus. */
  hear(question) {
    const expression = new URLSearchParams(question).get('query')
    if (expression?.startsWith('{__name__=~"instance:node_cpus:count|')) this.asked.rules += 1
    if (expression?.startsWith('{__name__=~"node_load1|'))
      this.asked[expression.includes('instance=~') ? 'some' : 'all'] += 1
  }

  /** Sees when evaluations of the rules are over, until `signal`. */
  async watchRules(signal) {
    const { evaluations } = this.#known
    for (; !signal.aborted; await sleep(200)) {
      const last = await lastEvaluation(this.prometheus).catch(() => undefined)
      if (last > (evaluations.at(-1)?.[0] ?? 0)) evaluations.push([last, Date.now() / 1000])
    }
  }

  /** The gateway shows values that it remembers: it asks for those of some servers only. */
  remembers(when) {
    const before = this.asked.some
    return this.until(`servers are spared ${when}`, async () => this.asked.some > before || JSON.stringify(this.asked))
  }

  /** Waits until `holds` is true; else it may say why not, or fail for a while. Returns the seconds that it took. */
  async until(what, holds, within = PATIENCE) {
    const began = Date.now()
    let why = ''
    for (;;) {
      const result = await holds().catch((error) => {
        if (error instanceof Late) throw error
        return error.message
      })
      if (result === true) return (Date.now() - began) / 1000
      if (typeof result === 'string') why = ` (${result})`
      if (Date.now() - began > 1000 * within) throw new Error(`not within ${within} s: ${what}${why}`)
      await sleep(100)
    }
  }

  /** The gateway goes on to answer, and says that what it shows is old. */
  isStale(when) {
    return this.until(`stale ${when}`, async () => (await this.rest(OVERVIEW)).stale)
  }

  /**
   * Within three ticks of the gateway, REST and every browser have what Prometheus has now. Ticks are counted, not seconds: where
   * the machine is too busy for a tick in time, that is not what is tested.
   */
  async recovers(harm) {
    const lifted = Date.now() / 1000
    const from = await this.#ticks()
    return this.until(`right after “${harm}”`, async () => {
      const ended = (await this.#ticks()) - from
      const why = await this.#wrongSince(lifted)
      if (why === null) return true
      const isLate = ended > TICKS_UNTIL_RIGHT && Date.now() / 1000 - lifted > 3 * TICK
      if (isLate) throw new Late(`after “${harm}” and ${ended} ticks: ${why}`)
      return why
    })
  }

  /** What REST or a browser shows that is not so; null when all is right and newer than `instant`. */
  async #wrongSince(instant) {
    for (const body of [await this.rest(LIST), ...this.browsers.map((it) => it.list)]) {
      if (!body || body.stale || body.at < instant) return `${body?.at} is ${body?.stale ? 'stale' : 'old'}`
      const expected = await statusesAt(this.prometheus, body.at)
      if (body.servers.length !== expected.size) return `${body.servers.length} of ${expected.size} servers`
      const wrong = body.servers.filter((it) => !expected.get(it.instance)?.includes(it.status))
      if (wrong.length > 0)
        return wrong.map((it) => `${it.instance} is ${it.status}, not ${expected.get(it.instance)}`).join('; ')
    }
    return null
  }

  /** Every value that was seen since the last time is one that Prometheus had at that instant. Returns how many. */
  async verify(harm) {
    const [lists, overviews] = [this.#lists.splice(0), this.#overviews.splice(0)]
    const first = new Map(lists.toReversed().map((it) => [it.at, it]))
    if (lists.length === 0) throw new Error(`nothing was seen during “${harm}”`)
    const { wrong, compared } = await compare(lists, await truthAt(this.prometheus, [...first.keys()], this.#known))
    if (wrong.length > 0)
      throw new Error(`after “${harm}” ${wrong.length} values are wrong:\n  ${wrong.slice(0, 10).join('\n  ')}`)
    for (const overview of overviews.filter((it) => first.has(it.at))) agree(overview, first.get(overview.at))
    return compared
  }

  /** The eyes see: of a list that is right, each of these changes is found. */
  async canFail() {
    const { at, servers } = await this.rest(LIST)
    const truth = await truthAt(this.prometheus, [at], this.#known)
    const before = (row, name) => truth.between(row.instance, name, 0, row.sampled_at - 1).at(-1)?.[1]
    const hasNews = (it) => it.load1 !== before(it, 'node_load1')
    const isOld = ({ job, sampled_at }) => job === FLEETS.calm.job && sampled_at < truth.settled(at)
    const index = servers.findIndex((it) => it.status === 'up' && isOld(it) && hasNews(it))
    const lies = {
      cpu_ratio: (it) => it / 10,
      load1: (it) => it + 1,
      // What was so in the scrape before is not so now.
      load1_remembered: () => ({ load1: before(servers[index], 'node_load1') }),
      load5: () => null,
      memory_used_bytes: (it) => it * 1.01,
      network_receive_bytes_per_second: (it) => it * 10 + 1,
      uptime_seconds: (it) => it + FLEETS.calm.interval,
      sampled_at: (it) => it - FLEETS.calm.interval,
      status: () => 'down',
    }
    for (const [column, lie] of Object.entries(lies)) {
      const told = lie(servers[index][column])
      const row = { ...servers[index], ...(column in servers[index] ? { [column]: told } : told) }
      if ((await compare([{ at, servers: [row] }], truth)).wrong.length === 0)
        throw new Error(`${column} of ${row.instance} was made ${JSON.stringify(told)}, and nobody saw it`)
    }
  }

  /** The gateway holds no more than when it had started. Called for the first time after a start, it says how much that is. */
  async holdsNothing(harm) {
    const before = this.#held
    if (!before) {
      this.#held = await this.#holds()
      return this.#held
    }
    let after
    await this.until(`what the gateway held before “${harm}”: ${JSON.stringify(before)}`, async () => {
      after = await this.#holds()
      return Object.keys(SLACK).every((it) => after[it] - before[it] <= SLACK[it]) || JSON.stringify(after)
    })
    return after
  }

  async #holds() {
    const value = await this.#metrics()
    return {
      descriptors: readdirSync(`/proc/${this.gatewayPid}/fd`).length,
      threads: readdirSync(`/proc/${this.gatewayPid}/task`).length,
      tasks: value('tasks'),
      connections: value('live_connections'),
      mebibytes: Math.round(usage(this.gatewayPid).resident / 2 ** 20),
    }
  }

  /** How many ticks have ended. */
  async #ticks() {
    const value = await this.#metrics()
    return ['ok', 'failed'].reduce((sum, outcome) => sum + (value(`ticks_total{outcome="${outcome}"}`) ?? 0), 0)
  }

  /** A function from the name of a metric to its value. */
  async #metrics() {
    const response = await fetch(`http://${this.gateway}/metrics`, { signal: AbortSignal.timeout(10_000) })
    const lines = (await response.text()).split('\n')
    return (name) => {
      const line = lines.find((it) => it.startsWith(`sightline_gateway_${name} `))
      return line && Number(line.slice(line.lastIndexOf(' ')))
    }
  }
}

/** An overview and a list of one instant count the same servers. */
function agree({ at, servers }, list) {
  for (const status of ['up', 'stale', 'down']) {
    const count = list.servers.filter((it) => it.status === status).length
    if (servers[status] !== count)
      throw new Error(`at ${at} the overview has ${servers[status]} servers ${status}, the list ${count}`)
  }
}
