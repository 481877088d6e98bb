// Whether what the gateway showed is what Prometheus has, value by value, at the instant that the gateway named.

/** What was under way at that instant was stored after the gateway asked, on a busy machine two scrapes: those before are right, too. */
const SAMPLES = 3
/** Without a recording rule's sample the gateway asks the plain expression, whose window may lack those scrapes, too. */
const SCRAPE_INTERVAL = 1
const TOLERANCE = 0.1
/** How many scrapes are in the window: of n, one less makes a rate smaller by an nth. */
const SCRAPES = 'scrapes'

const RULES = {
  cpu_ratio: 'instance:node_cpu_utilization:ratio',
  cores: 'instance:node_cpus:count',
  disk_read_bytes_per_second: 'instance:node_disk_read_bytes:rate30s',
  disk_written_bytes_per_second: 'instance:node_disk_written_bytes:rate30s',
  network_receive_bytes_per_second: 'instance:node_network_receive_bytes:rate30s',
  network_transmit_bytes_per_second: 'instance:node_network_transmit_bytes:rate30s',
  fullest_ratio: 'instance:node_filesystem_fullest:ratio',
}
const GAUGES = {
  load1: 'node_load1',
  load5: 'node_load5',
  load15: 'node_load15',
  memory_total_bytes: 'node_memory_MemTotal_bytes',
  swap_total_bytes: 'node_memory_SwapTotal_bytes',
}
const PARTS = ['node_memory_MemAvailable_bytes', 'node_boot_time_seconds', 'node_time_seconds', 'up']
const NAMES = [...Object.values(RULES), ...Object.values(GAUGES), ...PARTS]
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

/** What Prometheus has at `at`: by instance and name the newest samples, and by column what the plain expressions say. */
export async function truthAt(prometheus, at) {
  const names = `{__name__=~"${NAMES.join('|')}"}`
  const instants = Array.from({ length: SAMPLES }, (_, scrapes) => at - scrapes * SCRAPE_INTERVAL)
  const [samples, ...plain] = await Promise.all([
    query(prometheus, `${names}[30s]`, at),
    ...instants.map((instant) => query(prometheus, ALL_PLAIN, instant)),
  ])
  const truth = new Map()
  const of = (instance) => {
    if (!truth.has(instance)) truth.set(instance, new Map())
    return truth.get(instance)
  }
  for (const { metric, values } of samples) {
    const newest = values.slice(-SAMPLES).map(([, value]) => Number(value))
    of(metric.instance).set(metric.__name__, newest)
    if (metric.__name__ === 'up') of(metric.instance).set(SCRAPES, values.length)
  }
  for (const { metric, value } of plain.flat()) {
    const known = of(metric.instance)
    known.set(metric.column, [...(known.get(metric.column) ?? []), Number(value[1])])
  }
  return truth
}

/** What is shown in `rows` and is not so; empty when all is. Also how many values were compared. */
export function compare(rows, truth) {
  const wrong = []
  let compared = 0
  for (const row of rows) {
    const known = truth.get(row.instance) ?? new Map()
    const slack = TOLERANCE + 1 / (known.get(SCRAPES) ?? 1)
    const check = (column, candidates, plain = []) => {
      const shown = column === 'fullest_ratio' ? row.filesystem?.used_ratio : row[column]
      if (shown === null || shown === undefined) return
      compared += 1
      const isSame = candidates.some((value) => Math.abs(value - shown) <= 1e-9 * Math.abs(value))
      const isBetween = shown >= (1 - slack) * Math.min(...plain) && shown <= (1 + slack) * Math.max(...plain)
      if (!isSame && !isBetween) {
        const known = [...candidates, ...plain].join(' and ')
        wrong.push(
          `${row.instance} (${row.status}, sampled at ${row.sampled_at}) ${column} is ${shown}, Prometheus has ${known}`,
        )
      }
    }
    const has = (name) => known.get(name) ?? []
    const differences = (a, b) => has(a).flatMap((x) => has(b).map((y) => Math.max(x - y, 0)))
    for (const [column, name] of Object.entries(GAUGES)) check(column, has(name))
    for (const [column, name] of Object.entries(RULES)) check(column, has(name), has(column))
    check('memory_used_bytes', differences('node_memory_MemTotal_bytes', 'node_memory_MemAvailable_bytes'))
    check('uptime_seconds', differences('node_time_seconds', 'node_boot_time_seconds'))
    if (row.status === 'up') {
      compared += 1
      if (!has('up').includes(1))
        wrong.push(`${row.instance} is shown as up, Prometheus has up ${has('up').join(' and ')}`)
    }
    if (row.status === 'down') {
      compared += 1
      const newest = has('up')
      // Prometheus marks a target that it no longer has as stale, which shows as fewer samples, never as another value.
      if (newest.length === SAMPLES && newest.every((up) => up === 1) && row.status_reason !== GONE) {
        wrong.push(`${row.instance} is shown as down (${row.status_reason}), Prometheus has up ${newest.join(' and ')}`)
      }
    }
  }
  return { wrong, compared }
}

/** Every target's status at `at`, by instance: both where it is on the brink. */
export async function statusesAt(prometheus, at) {
  const [up, sampled] = await Promise.all([query(prometheus, 'up', at), query(prometheus, 'timestamp(up)', at)])
  const ages = new Map(sampled.map(({ metric, value }) => [metric.instance, at - Number(value[1])]))
  const status = ({ metric, value }) => {
    if (value[1] === '0') return ['down']
    const scrapes = ages.get(metric.instance) / SCRAPE_INTERVAL
    if (scrapes < SCRAPES_UNTIL_STALE - 1) return ['up']
    return scrapes > SCRAPES_UNTIL_STALE + 1 ? ['stale'] : ['up', 'stale']
  }
  return new Map(up.map((it) => [it.metric.instance, status(it)]))
}

const SCRAPES_UNTIL_STALE = 3
const GONE = 'Prometheus no longer has this target'

/** An instant query, asked again for a while: Prometheus may be starting. */
export async function query(prometheus, expression, at) {
  const body = new URLSearchParams({ query: expression, ...(at === undefined ? {} : { time: at.toFixed(3) }) })
  const response = await fetch(`${prometheus}/api/v1/query`, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(10_000),
  })
  const answer = await response.json()
  if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error} (${expression})`)
  return answer.data.result
}
