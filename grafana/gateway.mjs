// The dashboard about Sightline itself: is the gateway well, what does it ask, whom does it serve, and what do scrapes cost.

import { dashboard, row, stat, timeseries, variable } from './model.mjs'

const of = 'instance=~"$instance"'
const rate = (metric) => `rate(sightline_gateway_${metric}{${of}}[$__rate_interval])`
const quantile = (q, metric, by) => `histogram_quantile(${q}, sum by (le, ${by}) (${rate(`${metric}_bucket`)}))`
const late = [
  [15, 'yellow'],
  [60, 'red'],
]

export const gateway = dashboard({
  uid: 'sightline-gateway',
  title: 'Sightline / Sightline itself',
  description: 'The gateway: snapshots, questions to Prometheus, requests, live connections; and the cost of scrapes.',
  variables: [
    variable('instance', 'Gateway', 'label_values(sightline_gateway_snapshot_age_seconds, instance)', { multi: true }),
  ],
  links: [
    {
      type: 'dashboards',
      title: 'Sightline',
      tags: ['sightline'],
      asDropdown: true,
      includeVars: true,
      keepTime: true,
    },
  ],
  panels: [
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

    row('Scrapes'),
    timeseries('Time of a scrape, slowest ten', 'seconds', [
      ['{{job}} {{instance}}', 'topk(10, scrape_duration_seconds)'],
    ]),
    timeseries('Samples of a scrape, largest ten', 'count', [
      ['{{job}} {{instance}}', 'topk(10, scrape_samples_scraped)'],
    ]),
  ],
})
