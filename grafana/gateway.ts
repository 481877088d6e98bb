// The dashboard about Sightline itself: is the gateway well, what does it ask, whom does it serve, and what do exporters and scrapes cost.

import { dashboard, row, stat, timeseries, variable, type Step } from './model.ts'

const of = 'instance=~"$instance"'
const scraped = 'job=~"$job"'
const rate = (metric: string) => `rate(sightline_gateway_${metric}{${of}}[$__rate_interval])`
/** Leaves of the processes those that are our exporter. */
const ofExporters = ' * on (job, instance) group_left () (0 * sightline_exporter_build_info{job=~"$job"} + 1)'
const quantile = (q: number, metric: string, by: string) =>
  `histogram_quantile(${q}, sum by (le, ${by}) (${rate(`${metric}_bucket`)}))`
const late: Step[] = [
  [15, 'yellow'],
  [60, 'red'],
]

export const gateway = dashboard({
  uid: 'sightline-gateway',
  title: 'Sightline / Sightline itself',
  description: 'The gateway: snapshots, questions to Prometheus, requests, live connections; and the cost of scrapes.',
  page: '/health',
  variables: [
    variable('instance', 'Gateway', 'label_values(sightline_gateway_snapshot_age_seconds, instance)', { multi: true }),
    variable('job', 'Servers of job', 'label_values(node_scrape_collector_success, job)', { multi: true }),
  ],
  items: [
    stat('Age of the snapshot', 'seconds', `max(sightline_gateway_snapshot_age_seconds{${of}})`, {
      steps: late,
      graph: true,
    }),
    stat('Servers in it', 'count', `sum(sightline_gateway_servers{${of}})`, { graph: true }),
    stat('Questions per tick', 'count', `max(sightline_gateway_tick_queries{${of}})`, { graph: true }),
    stat('Ticks missed, last hour', 'count', `sum(increase(sightline_gateway_ticks_missed_total{${of}}[1h]))`, {
      steps: [[1, 'orange']],
    }),
    stat('Live connections', 'count', `sum(sightline_gateway_live_connections{${of}})`, { graph: true }),
    stat('Requests', 'perSecond', `sum(${rate('http_requests_total')})`, { graph: true }),

    row('Snapshots'),
    timeseries('Time of a tick', 'seconds', [
      ['mean', `sum(${rate('tick_duration_seconds_sum')}) / sum(${rate('tick_duration_seconds_count')})`],
    ]),
    timeseries('Ticks', 'perSecond', [['{{outcome}}', `sum by (outcome) (${rate('ticks_total')})`]]),
    timeseries('Questions to Prometheus', 'perSecond', [
      ['{{query}} {{outcome}}', `sum by (query, outcome) (${rate('upstream_queries_total')})`],
    ]),
    timeseries('Time until Prometheus answers, 99 %', 'seconds', [
      ['{{query}}', quantile(0.99, 'upstream_query_duration_seconds', 'query')],
    ]),

    row('Whom it serves'),
    timeseries('Requests', 'perSecond', [
      ['{{route}} {{code}}', `sum by (route, code) (${rate('http_requests_total')})`],
    ]),
    timeseries('Time of a request, 99 %', 'seconds', [
      ['{{route}}', quantile(0.99, 'http_request_duration_seconds', 'route')],
    ]),
    timeseries('Live connections and subscriptions', 'count', [
      ['connections', `sum(sightline_gateway_live_connections{${of}})`],
      ['subscriptions', `sum(sightline_gateway_live_subscriptions{${of}})`],
    ]),
    timeseries('Bytes sent in frames', 'bytesPerSecond', [['payload', `sum(${rate('live_sent_bytes_total')})`]]),

    row('The exporters'),
    timeseries('Memory, largest ten', 'bytes', [
      ['{{instance}}', `topk(10, process_resident_memory_bytes${ofExporters})`],
    ]),
    timeseries('CPU, busiest ten', 'ratio', [
      ['{{instance}}', `topk(10, rate(process_cpu_seconds_total[$__rate_interval])${ofExporters})`],
    ]),
    timeseries('Collectors: slowest ten', 'seconds', [
      ['{{collector}}', `topk(10, max by (collector) (node_scrape_collector_duration_seconds{${scraped}}))`],
    ]),
    timeseries(
      'Collectors: servers on which they fail',
      'count',
      [['{{collector}}', `sum by (collector) (1 - node_scrape_collector_success{${scraped}})`]],
      { description: 'A collector that finds nothing to report on a server counts as failing, as in node_exporter.' },
    ),

    row('Scrapes'),
    timeseries('Time of a scrape, slowest ten', 'seconds', [
      ['{{job}} {{instance}}', 'topk(10, scrape_duration_seconds)'],
    ]),
    timeseries('Samples of a scrape, largest ten', 'count', [
      ['{{job}} {{instance}}', 'topk(10, scrape_samples_scraped)'],
    ]),
  ],
})
