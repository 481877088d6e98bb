// The two fleets that are played: one that is looked at closely, and a large one that is scraped seldom.

/** In both there are servers whose clocks are wrong. */
export const FLEET_SEED = 8

/**
 * Of the calm one, most servers have nothing new from one tick to the next. They are so many that the gateway asks for the
 * gauges of the others only, and shows what it remembers of these. What rules make of counters is scraped from them under another
 * name: to make it of 460 servers' counters would be all that Prometheus has time for.
 */
export const FLEETS = {
  close: { job: 'node', servers: 40, interval: 1, families: 'lean' },
  calm: { job: 'calm', servers: 460, interval: 10, families: 'snapshot' },
}

export const SERVERS = FLEETS.close.servers + FLEETS.calm.servers

/** Seconds between two scrapes of a job's servers. */
export function intervalOf(job) {
  return Object.values(FLEETS).find((it) => it.job === job).interval
}

/** What Prometheus is told about a fleet that is played at `address`. */
export function scrapeOf({ job, interval, families }, address) {
  const renamed = (label) => ({ source_labels: [label], regex: '(.+)', target_label: label, replacement: `${job}-$1` })
  const isOnly = families === 'snapshot'
  return {
    job_name: job,
    scrape_interval: `${interval}s`,
    scrape_timeout: '1s',
    http_sd_configs: [{ url: `http://${address}/targets`, refresh_interval: '1s' }],
    // Two fleets of one seed have the same names.
    relabel_configs: isOnly ? [renamed('instance')] : [],
    metric_relabel_configs: isOnly
      ? [
          renamed('nodename'),
          { source_labels: ['__name__'], regex: 'node_.+|instance:.+', action: 'keep' },
          { source_labels: ['__name__'], regex: '(instance:.+)', target_label: '__name__', replacement: 'played:$1' },
        ]
      : [],
  }
}

/** The rules, which take what is scraped of the calm fleet as it is. */
export function rulesOf(text) {
  const rule = /- record: (instance:.+)\n( +)expr: '(.+)'/g
  return text.replaceAll(rule, `- record: $1\n$2expr: '($3) or {__name__="played:$1"}'`)
}
