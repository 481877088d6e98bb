// The server dashboard: everything about one machine, from the outside in.

import { bars, dashboard, row, stat, timeseries, variable, type Step } from './model.ts'

const of = 'job="$job",instance="$instance"'
const rate = (metric: string, more = '') => `rate(${metric}{${of}${more}}[$__rate_interval])`
const cpus = `count(node_cpu_seconds_total{${of},mode="idle"})`
const hot: Step[] = [
  [0.8, 'yellow'],
  [0.95, 'red'],
]

export const server = dashboard({
  uid: 'sightline-server',
  title: 'Sightline / Server',
  description: 'One server: CPU, memory, pressure, file systems, disks, interfaces, sensors.',
  page: '/servers/${instance:percentencode}',
  variables: [
    variable('job', 'Job', 'label_values(node_uname_info, job)'),
    variable('instance', 'Server', 'label_values(node_uname_info{job="$job"}, instance)'),
  ],
  items: [
    stat('Up', 'count', `up{${of}}`, { steps: [], width: 3 }),
    stat('Uptime', 'seconds', `time() - node_boot_time_seconds{${of}}`, { width: 3 }),
    stat('CPUs', 'count', cpus, { width: 3 }),
    stat('Memory', 'bytes', `node_memory_MemTotal_bytes{${of}}`, { width: 3 }),
    stat('CPU in use', 'ratio', `1 - sum(${rate('node_cpu_seconds_total', ',mode=~"idle|iowait|steal"')}) / ${cpus}`, {
      steps: hot,
      graph: true,
      max: 1,
    }),
    stat('Memory in use', 'ratio', `1 - node_memory_MemAvailable_bytes{${of}} / node_memory_MemTotal_bytes{${of}}`, {
      steps: hot,
      graph: true,
      max: 1,
    }),
    stat(
      'Fullest file system',
      'ratio',
      `max(1 - node_filesystem_avail_bytes{${of}} / (node_filesystem_size_bytes{${of}} > 0))`,
      { steps: hot, graph: true, max: 1 },
    ),

    row('CPU'),
    timeseries(
      'CPU by mode',
      'ratio',
      [['{{mode}}', `sum by (mode) (${rate('node_cpu_seconds_total', ',mode!="idle"')}) / scalar(${cpus})`]],
      { stacked: true, max: 1 },
    ),
    timeseries(
      'Busy, each CPU',
      'ratio',
      [['CPU {{cpu}}', `1 - sum by (cpu) (${rate('node_cpu_seconds_total', ',mode=~"idle|iowait|steal"')})`]],
      { max: 1 },
    ),
    timeseries('Load', 'count', [
      ['1 min', `node_load1{${of}}`],
      ['5 min', `node_load5{${of}}`],
      ['15 min', `node_load15{${of}}`],
      ['CPUs', cpus],
    ]),
    timeseries('Processes', 'count', [
      ['running', `node_procs_running{${of}}`],
      ['blocked', `node_procs_blocked{${of}}`],
    ]),
    timeseries('Context switches, interrupts, forks', 'perSecond', [
      ['context switches', rate('node_context_switches_total')],
      ['interrupts', rate('node_intr_total')],
      ['forks', rate('node_forks_total')],
    ]),
    timeseries(
      'Pressure: part of the time in which somebody waited',
      'ratio',
      [
        ['CPU', rate('node_pressure_cpu_waiting_seconds_total')],
        ['memory', rate('node_pressure_memory_waiting_seconds_total')],
        ['memory, everybody', rate('node_pressure_memory_stalled_seconds_total')],
        ['I/O', rate('node_pressure_io_waiting_seconds_total')],
        ['I/O, everybody', rate('node_pressure_io_stalled_seconds_total')],
      ],
      { description: 'Pressure stall information of the kernel. "Everybody": nothing at all could run meanwhile.' },
    ),

    row('Memory'),
    timeseries(
      'Memory',
      'bytes',
      [
        [
          'used',
          `node_memory_MemTotal_bytes{${of}} - node_memory_MemFree_bytes{${of}} - node_memory_Buffers_bytes{${of}} - node_memory_Cached_bytes{${of}} - node_memory_SReclaimable_bytes{${of}}`,
        ],
        ['buffers', `node_memory_Buffers_bytes{${of}}`],
        ['cached', `node_memory_Cached_bytes{${of}} + node_memory_SReclaimable_bytes{${of}}`],
        ['free', `node_memory_MemFree_bytes{${of}}`],
      ],
      { stacked: true },
    ),
    timeseries('Swap', 'bytes', [
      ['used', `node_memory_SwapTotal_bytes{${of}} - node_memory_SwapFree_bytes{${of}}`],
      ['total', `node_memory_SwapTotal_bytes{${of}}`],
    ]),
    timeseries('Swapping', 'perSecond', [
      ['pages in', rate('node_vmstat_pswpin')],
      ['pages out', rate('node_vmstat_pswpout')],
    ]),
    timeseries('Major page faults, kills for want of memory', 'perSecond', [
      ['major page faults', rate('node_vmstat_pgmajfault')],
      ['kills', rate('node_vmstat_oom_kill')],
    ]),

    row('File systems and disks'),
    bars(
      'File systems in use',
      'ratio',
      [['{{mountpoint}}', `1 - node_filesystem_avail_bytes{${of}} / (node_filesystem_size_bytes{${of}} > 0)`]],
      { max: 1, steps: hot },
    ),
    timeseries('Free space', 'bytes', [['{{mountpoint}}', `node_filesystem_avail_bytes{${of}}`]]),
    timeseries('Throughput', 'bytesPerSecond', [
      ['{{device}} read', rate('node_disk_read_bytes_total')],
      ['{{device}} written', rate('node_disk_written_bytes_total')],
    ]),
    timeseries('Operations', 'perSecond', [
      ['{{device}} reads', rate('node_disk_reads_completed_total')],
      ['{{device}} writes', rate('node_disk_writes_completed_total')],
    ]),
    timeseries('Time a read or write takes', 'seconds', [
      [
        '{{device}} read',
        `${rate('node_disk_read_time_seconds_total')} / (${rate('node_disk_reads_completed_total')} > 0) or 0 * ${rate('node_disk_read_time_seconds_total')}`,
      ],
      [
        '{{device}} write',
        `${rate('node_disk_write_time_seconds_total')} / (${rate('node_disk_writes_completed_total')} > 0) or 0 * ${rate('node_disk_write_time_seconds_total')}`,
      ],
    ]),
    timeseries('Busy', 'ratio', [['{{device}}', rate('node_disk_io_time_seconds_total')]], { max: 1 }),

    row('Network'),
    timeseries('Traffic', 'bytesPerSecond', [
      ['{{device}} received', rate('node_network_receive_bytes_total')],
      ['{{device}} sent', rate('node_network_transmit_bytes_total')],
    ]),
    timeseries('Errors and drops', 'perSecond', [
      ['{{device}} receive errors', rate('node_network_receive_errs_total')],
      ['{{device}} send errors', rate('node_network_transmit_errs_total')],
      ['{{device}} receive drops', rate('node_network_receive_drop_total')],
      ['{{device}} send drops', rate('node_network_transmit_drop_total')],
    ]),

    row('Machine'),
    timeseries('Temperatures', 'celsius', [['{{chip}} {{sensor}}', `node_hwmon_temp_celsius{${of}}`]], {
      description: 'Empty on machines without sensors, as most virtual ones are.',
    }),
    timeseries(
      'Clock against Prometheus',
      'seconds',
      [['offset', `node_time_seconds{${of}} - timestamp(node_time_seconds{${of}})`]],
      { min: null },
    ),
    timeseries('Time of a scrape, by collector', 'seconds', [
      ['{{collector}}', `topk(10, node_scrape_collector_duration_seconds{${of}})`],
    ]),
    timeseries('Size and time of a scrape', 'count', [
      ['samples', `scrape_samples_scraped{${of}}`],
      ['milliseconds', `1000 * scrape_duration_seconds{${of}}`],
    ]),
  ],
})
