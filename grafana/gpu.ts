// The GPU dashboard: every GPU of the chosen servers, on dcgm-exporter's names.

import { bars, dashboard, ofSeries, row, stat, timeseries, toServer, variable, type Step } from './model.ts'

const of = 'job=~"$job",instance=~"$instance",gpu=~"$gpu"'
const machine = 'job=~"$job",instance=~"$instance"'
const name = '{{instance}} GPU {{gpu}}'
/** An idle GPU's clocks, and those that somebody chose, are not held back. */
const holding =
  'reason=~"sw_power_cap|hw_slowdown|hw_thermal_slowdown|sw_thermal_slowdown|hw_power_brake_slowdown|sync_boost|board_limit|reliability"'
const hot: Step[] = [
  [75, 'yellow'],
  [90, 'red'],
]

export const gpu = dashboard({
  uid: 'sightline-gpu',
  title: 'Sightline / GPUs',
  description: 'Every GPU: what it does, what holds it back, and whether it is well.',
  page: '/gpus',
  variables: [
    variable('job', 'Job', 'label_values(DCGM_FI_DEV_GPU_TEMP, job)', { multi: true }),
    variable('instance', 'Server', 'label_values(DCGM_FI_DEV_GPU_TEMP{job=~"$job"}, instance)', { multi: true }),
    variable('gpu', 'GPU', 'label_values(DCGM_FI_DEV_GPU_TEMP{job=~"$job",instance=~"$instance"}, gpu)', {
      multi: true,
    }),
  ],
  items: [
    stat('GPUs', 'count', `count(DCGM_FI_DEV_GPU_TEMP{${of}})`),
    stat(
      'GPUs lost',
      'count',
      `sum(sightline_gpu_expected{${machine}}) - (count(sightline_gpu_up{${machine}} == 1) or vector(0))`,
      { steps: [[1, 'red']] },
    ),
    stat('Mean utilisation', 'percent', `avg(DCGM_FI_DEV_GPU_UTIL{${of}})`, { graph: true, max: 100 }),
    stat('Hottest', 'celsius', `max(DCGM_FI_DEV_GPU_TEMP{${of}})`, { steps: hot, graph: true }),
    stat('Power', 'watts', `sum(DCGM_FI_DEV_POWER_USAGE{${of}})`, { graph: true }),
    stat(
      'XID errors, last hour',
      'count',
      `round(sum(increase(sightline_gpu_xid_errors_total{${machine}}[1h]))) or vector(0)`,
      { steps: [[1, 'red']] },
    ),

    row('Work'),
    timeseries('Utilisation', 'percent', [[name, `DCGM_FI_DEV_GPU_UTIL{${of}}`]], { max: 100 }),
    timeseries('Tensor cores active', 'ratio', [[name, `DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{${of}}`]], {
      max: 1,
      description: 'On Hopper and newer.',
    }),
    timeseries('Memory in use', 'mebibytes', [[name, `DCGM_FI_DEV_FB_USED{${of}}`]]),
    bars(
      'Memory in use now',
      'ratio',
      [[name, `DCGM_FI_DEV_FB_USED{${of}} / (DCGM_FI_DEV_FB_USED{${of}} + DCGM_FI_DEV_FB_FREE{${of}})`]],
      { max: 1, links: toServer(ofSeries) },
    ),
    timeseries('Memory interface active', 'ratio', [[name, `DCGM_FI_PROF_DRAM_ACTIVE{${of}}`]], {
      max: 1,
      description: 'On Hopper and newer.',
    }),
    timeseries('NVLink traffic', 'bytesPerSecond', [
      [`${name} sent`, `DCGM_FI_PROF_NVLINK_TX_BYTES{${of}}`],
      [`${name} received`, `DCGM_FI_PROF_NVLINK_RX_BYTES{${of}}`],
    ]),
    timeseries('PCIe traffic', 'bytesPerSecond', [
      [`${name} sent`, `DCGM_FI_PROF_PCIE_TX_BYTES{${of}}`],
      [`${name} received`, `DCGM_FI_PROF_PCIE_RX_BYTES{${of}}`],
    ]),

    row('Limits'),
    timeseries('Temperature', 'celsius', [[name, `DCGM_FI_DEV_GPU_TEMP{${of}}`]]),
    timeseries('Memory temperature', 'celsius', [[name, `DCGM_FI_DEV_MEMORY_TEMP{${of}}`]]),
    timeseries('Power', 'watts', [
      [name, `DCGM_FI_DEV_POWER_USAGE{${of}}`],
      ['highest limit', `max(sightline_gpu_power_limit_watts{${of}})`],
    ]),
    timeseries('SM clock', 'hertz', [[name, `1e6 * DCGM_FI_DEV_SM_CLOCK{${of}}`]]),
    timeseries(
      'Clocks held back, by reason',
      'ratio',
      [[`${name} {{reason}}`, `rate(sightline_gpu_clock_event_seconds_total{${of},${holding}}[$__rate_interval])`]],
      { max: 1 },
    ),

    row('Health'),
    timeseries('XID errors', 'count', [
      [`${name} XID {{xid}}`, `round(increase(sightline_gpu_xid_errors_total{${of}}[$__rate_interval]))`],
    ]),
    timeseries('ECC errors since the driver was loaded', 'count', [
      [`${name} not corrected`, `DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{${of}}`],
      [`${name} corrected`, `DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{${of}}`],
    ]),
    timeseries('Remapped memory rows', 'count', [
      [`${name} uncorrectable`, `DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{${of}}`],
      [`${name} correctable`, `DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS{${of}}`],
    ]),
    timeseries('PCIe replays', 'perSecond', [[name, `rate(DCGM_FI_DEV_PCIE_REPLAY_COUNTER{${of}}[$__rate_interval])`]]),
  ],
})
