// What Prometheus had while the gateway was watched: every sample with its instant, and what it says of one instant.

import { intervalOf } from './fleets.mjs'

/** What was under way at an instant is stored a moment later, on a busy machine up to so many seconds, pauses not counted. */
const STORED_WITHIN = 3
/** Where a sample that was the newest one at an instant is looked for. */
const LOOKBACK = 60
/** Times are told in milliseconds. */
const SAME_TIME = 0.0005

/** What recording rules make, by column. */
export const RULES = {
  cpu_ratio: 'instance:node_cpu_utilization:ratio',
  cores: 'instance:node_cpus:count',
  disk_read_bytes_per_second: 'instance:node_disk_read_bytes:rate30s',
  disk_written_bytes_per_second: 'instance:node_disk_written_bytes:rate30s',
  network_receive_bytes_per_second: 'instance:node_network_receive_bytes:rate30s',
  network_transmit_bytes_per_second: 'instance:node_network_transmit_bytes:rate30s',
  fullest_ratio: 'instance:node_filesystem_fullest:ratio',
}
const difference = (whole, rest) => Math.max(whole - rest, 0)
/** What one scrape tells, by column: the gauges that it is made of, and how. */
export const GAUGES = {
  load1: { of: ['node_load1'] },
  load5: { of: ['node_load5'] },
  load15: { of: ['node_load15'] },
  memory_total_bytes: { of: ['node_memory_MemTotal_bytes'] },
  memory_used_bytes: { of: ['node_memory_MemTotal_bytes', 'node_memory_MemAvailable_bytes'], make: difference },
  swap_total_bytes: { of: ['node_memory_SwapTotal_bytes'] },
  swap_used_bytes: { of: ['node_memory_SwapTotal_bytes', 'node_memory_SwapFree_bytes'], make: difference },
  uptime_seconds: { of: ['node_time_seconds', 'node_boot_time_seconds'], make: difference },
}
const GAUGE_NAMES = new Set(Object.values(GAUGES).flatMap(({ of }) => of))
const NAMES = ['up', ...Object.values(RULES), ...GAUGE_NAMES]

const rate = (counter, matchers = '') => `sum by (instance) (rate(${counter}{${matchers}}[30s]))`
const USED = '(node_filesystem_size_bytes - node_filesystem_free_bytes)'
/** What the recording rules make, without them; the simulator has one disk, one file system and one real interface. */
const PLAIN = {
  cpu_ratio: `1 - ${rate('node_cpu_seconds_total', 'mode=~"idle|iowait|steal"')} / ${rate('node_cpu_seconds_total')}`,
  cores: 'count by (instance) (node_cpu_seconds_total{mode="idle"})',
  disk_read_bytes_per_second: rate('node_disk_read_bytes_total'),
  disk_written_bytes_per_second: rate('node_disk_written_bytes_total'),
  network_receive_bytes_per_second: rate('node_network_receive_bytes_total', 'device="eth0"'),
  network_transmit_bytes_per_second: rate('node_network_transmit_bytes_total', 'device="eth0"'),
  fullest_ratio: `max by (instance) (${USED} / (${USED} + node_filesystem_avail_bytes))`,
}
const ALL_PLAIN = Object.entries(PLAIN)
  .map(([column, expression]) => `label_replace(${expression}, "column", "${column}", "", "")`)
  .join(' or ')

/**
 * What Prometheus had at these instants. It was paused from each start to its end, and of each evaluation of the rules it is known
 * when it was and when it was first seen to be over.
 */
export async function truthAt(prometheus, instants, { pauses, evaluations }) {
  const [from, to] = [Math.min(...instants), Math.max(...instants)]
  const range = `{__name__=~"${NAMES.join('|')}"}[${Math.ceil(to - from + LOOKBACK)}s]`
  const [series, ...targets] = await Promise.all([
    query(prometheus, range, to),
    ...instants.map((at) => query(prometheus, 'up', at)),
  ])
  const samples = new Map()
  for (const { metric, values } of series) {
    const key = `${metric.instance} ${metric.__name__}`
    const numbers = values.map(([time, value]) => [time, Number(value)])
    samples.set(key, [...(samples.get(key) ?? []), ...numbers])
  }
  const present = new Map(instants.map((at, index) => [at, new Set(targets[index].map((it) => it.metric.instance))]))
  return new Truth(prometheus, samples, present, pauses, evaluations)
}

/** Whether two times are the same instant. */
export function isSameTime(a, b) {
  return Math.abs(a - b) <= SAME_TIME
}

class Truth {
  #prometheus
  #samples
  #present
  #pauses
  #evaluations
  #answers = new Map()

  constructor(prometheus, samples, present, pauses, evaluations) {
    this.#prometheus = prometheus
    this.#samples = samples
    this.#present = present
    this.#pauses = pauses
    this.#evaluations = evaluations
  }

  /** Whatever is of this instant or older was stored at `at`. */
  settled(at) {
    let instant = at - STORED_WITHIN
    for (const [start, end] of this.#pauses.toReversed()) {
      if (start < at && end > instant) instant -= Math.min(end, at) - start
    }
    return instant
  }

  /** The samples of a series with their times, from one instant to another. */
  between(instance, name, from, to) {
    const all = this.#samples.get(`${instance} ${name}`) ?? []
    return all.filter(([time]) => time >= from - SAME_TIME && time <= to + SAME_TIME)
  }

  /** The samples that may have been the newest one for who asked about `at`. */
  newest(instance, name, at) {
    const settled = this.settled(at)
    const stored = this.between(instance, name, 0, settled).at(-1)
    return this.between(instance, name, stored?.[0] ?? settled, at)
  }

  /** The same of what rules make: from the newest evaluation that had been seen to be over. */
  newestEvaluated(instance, name, at) {
    const over = this.#evaluations.filter(([, seen]) => seen <= at).at(-1)?.[0] ?? 0
    const stored = this.between(instance, name, 0, over).at(-1)
    return this.between(instance, name, stored?.[0] ?? over, at)
  }

  /** Whether Prometheus had the target at `at`. */
  isTarget(instance, at) {
    return this.#present.get(at).has(instance)
  }

  /** What the plain expressions say at `at`: a function from instance and column to a value. */
  plain(at) {
    return this.#asked(ALL_PLAIN, at, 'column')
  }

  /** What Prometheus had of a server at `at`, however old: a function from name to value. */
  async left(instance, at) {
    const value = await this.#asked(`{__name__=~"${NAMES.join('|')}",instance="${instance}"}`, at, '__name__')
    return (name) => value(instance, name)
  }

  async #asked(expression, at, label) {
    const key = `${at} ${expression}`
    if (!this.#answers.has(key)) this.#answers.set(key, by(label, await query(this.#prometheus, expression, at)))
    return this.#answers.get(key)
  }
}

function by(label, vector) {
  const values = new Map(vector.map(({ metric, value }) => [`${metric.instance} ${metric[label]}`, Number(value[1])]))
  return (instance, name) => values.get(`${instance} ${name}`)
}

/** When the rules were evaluated last. */
export async function lastEvaluation(prometheus) {
  const [last] = await query(prometheus, 'rule_group:evaluated:timestamp_seconds{rule_group="sightline"}')
  return last && Number(last.value[1])
}

/** Every target's status at `at`, by instance: both where it is on the brink. */
export async function statusesAt(prometheus, at) {
  const [up, sampled] = await Promise.all([query(prometheus, 'up', at), query(prometheus, 'timestamp(up)', at)])
  const ages = new Map(sampled.map(({ metric, value }) => [metric.instance, at - Number(value[1])]))
  const status = ({ metric, value }) => {
    if (value[1] === '0') return ['down']
    const scrapes = ages.get(metric.instance) / intervalOf(metric.job)
    if (scrapes < SCRAPES_UNTIL_STALE - 1) return ['up']
    return scrapes > SCRAPES_UNTIL_STALE + 1 ? ['stale'] : ['up', 'stale']
  }
  return new Map(up.map((it) => [it.metric.instance, status(it)]))
}

const SCRAPES_UNTIL_STALE = 3

/** An instant query, asked again for a while: Prometheus may be starting. */
export async function query(prometheus, expression, at) {
  const body = new URLSearchParams({ query: expression, ...(at === undefined ? {} : { time: at.toFixed(3) }) })
  const response = await fetch(`${prometheus}/api/v1/query`, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(30_000),
  })
  const answer = await response.json()
  if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error} (${expression})`)
  return answer.data.result
}
