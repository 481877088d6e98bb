// The fleet dashboard: all servers of the chosen jobs at once, the worst first.

import { bars, dashboard, ofSeries, row, stat, table, timeseries, toServer, variable, type Step } from './model.ts'

const of = 'job=~"$job"'
const cpu = `1 - sum by (job, instance) (rate(node_cpu_seconds_total{${of},mode=~"idle|iowait|steal"}[$__rate_interval])) / count by (job, instance) (node_cpu_seconds_total{${of},mode="idle"})`
const memory = `1 - node_memory_MemAvailable_bytes{${of}} / node_memory_MemTotal_bytes{${of}}`
const files = `max by (job, instance) (1 - node_filesystem_avail_bytes{${of}} / (node_filesystem_size_bytes{${of}} > 0))`
const links = 'device!~"lo|veth.*|br-.*|docker.*|virbr.*"'
const disks = 'device!~"dm-.*|md.*|loop.*|ram.*"'
const hot: Step[] = [
  [0.8, 'yellow'],
  [0.95, 'red'],
]

export const fleet = dashboard({
  uid: 'sightline-fleet',
  title: 'Sightline / Fleet',
  description: 'All servers at once: how many answer, what they do together, and which of them have least left.',
  page: '/',
  variables: [variable('job', 'Job', 'label_values(node_uname_info, job)', { multi: true })],
  items: [
    stat('Servers up', 'count', `count(up{${of}} == 1) or vector(0)`),
    stat('Servers down', 'count', `count(up{${of}} == 0) or vector(0)`, { steps: [[1, 'red']] }),
    stat('Alerts firing', 'count', 'count(ALERTS{alertstate="firing"}) or vector(0)', { steps: [[1, 'orange']] }),
    stat('CPUs', 'count', `count(node_cpu_seconds_total{${of},mode="idle"})`),
    stat('Memory', 'bytes', `sum(node_memory_MemTotal_bytes{${of}})`),
    stat(
      'Memory in use',
      'ratio',
      `1 - sum(node_memory_MemAvailable_bytes{${of}}) / sum(node_memory_MemTotal_bytes{${of}})`,
      { steps: hot, graph: true, max: 1 },
    ),

    row('Together'),
    timeseries(
      'CPU',
      'ratio',
      [
        [
          'busy',
          `1 - sum(rate(node_cpu_seconds_total{${of},mode=~"idle|iowait|steal"}[$__rate_interval])) / count(node_cpu_seconds_total{${of},mode="idle"})`,
        ],
      ],
      { max: 1 },
    ),
    timeseries('Memory', 'bytes', [
      ['used', `sum(node_memory_MemTotal_bytes{${of}} - node_memory_MemAvailable_bytes{${of}})`],
      ['total', `sum(node_memory_MemTotal_bytes{${of}})`],
    ]),
    timeseries('Network', 'bytesPerSecond', [
      ['received', `sum(rate(node_network_receive_bytes_total{${of},${links}}[$__rate_interval]))`],
      ['sent', `sum(rate(node_network_transmit_bytes_total{${of},${links}}[$__rate_interval]))`],
    ]),
    timeseries('Disks', 'bytesPerSecond', [
      ['read', `sum(rate(node_disk_read_bytes_total{${of},${disks}}[$__rate_interval]))`],
      ['written', `sum(rate(node_disk_written_bytes_total{${of},${disks}}[$__rate_interval]))`],
    ]),

    row('The ten with least left'),
    bars('CPU in use', 'ratio', [['{{instance}}', `topk(10, ${cpu})`]], {
      width: 8,
      max: 1,
      steps: hot,
      links: toServer(ofSeries),
    }),
    bars('Memory in use', 'ratio', [['{{instance}}', `topk(10, ${memory})`]], {
      width: 8,
      max: 1,
      steps: hot,
      links: toServer(ofSeries),
    }),
    bars('Fullest file system', 'ratio', [['{{instance}}', `topk(10, ${files})`]], {
      width: 8,
      max: 1,
      steps: hot,
      links: toServer(ofSeries),
    }),

    row('All servers'),
    table(
      'Servers',
      ['nodename', 'instance', 'job', 'release'],
      [
        {
          name: 'CPU',
          unit: 'ratio',
          expr: `(${cpu}) * on (job, instance) group_left (nodename, release) node_uname_info{${of}}`,
          steps: hot,
        },
        {
          name: 'Load per CPU',
          unit: 'count',
          expr: `(node_load5{${of}} / on (job, instance) count by (job, instance) (node_cpu_seconds_total{${of},mode="idle"})) * on (job, instance) group_left (nodename, release) node_uname_info{${of}}`,
          steps: [
            [1, 'yellow'],
            [2, 'red'],
          ],
        },
        {
          name: 'Memory',
          unit: 'ratio',
          expr: `(${memory}) * on (job, instance) group_left (nodename, release) node_uname_info{${of}}`,
          steps: hot,
        },
        {
          name: 'Fullest file system',
          unit: 'ratio',
          expr: `(${files}) * on (job, instance) group_left (nodename, release) node_uname_info{${of}}`,
          steps: hot,
        },
        {
          name: 'Uptime',
          unit: 'seconds',
          expr: `(time() - node_boot_time_seconds{${of}}) * on (job, instance) group_left (nodename, release) node_uname_info{${of}}`,
        },
      ],
      { hide: ['domainname', 'machine', 'sysname', 'version'] },
    ),
  ],
})
