// The catalogue of panels, and each one's history on a grid.
import type { Panel } from '../src/api/queries.ts'
import type { Schemas } from '../src/api/client.ts'
import type { MockServer } from './fleet.ts'
import * as measure from './values.ts'

type Series = Schemas['PanelSeries']
type At = (time: number) => number | null

interface MockPanel extends Panel {
  /** The label that the names of its series are. */
  legend?: string
  series: (server: MockServer) => Record<string, At>
}

const base = { stacked: false, maximum: null, thresholds: [], requires: [] }

const PANELS: readonly MockPanel[] = [
  {
    ...base,
    id: 'cpu',
    title: 'CPU by mode',
    description: "Share of all cores' time.",
    unit: 'ratio',
    group: 'cpu',
    stacked: true,
    maximum: 1,
    thresholds: [{ alert: 'CpuSaturated', value: 0.95 }],
    requires: ['node_cpu_seconds_total'],
    series: (server) =>
      Object.fromEntries(
        ['user', 'system', 'iowait', 'irq'].map((mode) => [
          mode,
          (time) => measure.cpuModes(server, time)[mode] ?? null,
        ]),
      ),
  },
  {
    ...base,
    id: 'cpu_cores',
    title: 'CPU by core',
    description: 'Busy share of each core.',
    unit: 'ratio',
    group: 'cpu',
    maximum: 1,
    requires: ['node_cpu_seconds_total'],
    legend: 'cpu',
    series: (server) =>
      Object.fromEntries(
        Array.from({ length: server.cores }, (_, core) => [
          String(core),
          (time) => measure.coreRatio(server, core, time),
        ]),
      ),
  },
  {
    ...base,
    id: 'load',
    title: 'Load',
    description: 'Runnable and waiting tasks, against the number of cores.',
    unit: 'count',
    group: 'cpu',
    series: (server) => ({
      'load 1m': (time) => measure.load(server, time, 60),
      'load 5m': (time) => measure.load(server, time, 300),
      'load 15m': (time) => measure.load(server, time, 900),
      cores: () => server.cores,
    }),
  },
  {
    ...base,
    id: 'pressure',
    title: 'Pressure',
    description: 'Share of time in which work waited for a resource.',
    unit: 'ratio',
    group: 'cpu',
    series: (server) => ({
      'cpu, some': (time) => measure.pressure(server, time).cpu_some,
      'memory, some': (time) => measure.pressure(server, time).memory_some,
      'io, some': (time) => measure.pressure(server, time).io_some,
      'io, full': (time) => measure.pressure(server, time).io_full,
    }),
  },
  {
    ...base,
    id: 'memory',
    title: 'Memory',
    description: 'What memory is used for.',
    unit: 'bytes',
    group: 'memory',
    stacked: true,
    series: (server) => ({
      used: (time) => measure.memoryParts(server, time).used,
      buffers: (time) => measure.memoryParts(server, time).buffers,
      cached: (time) => measure.memoryParts(server, time).cached,
      free: (time) => measure.memoryParts(server, time).free,
    }),
  },
  {
    ...base,
    id: 'swap',
    title: 'Swap',
    description: 'Swap in use.',
    unit: 'bytes',
    group: 'memory',
    series: (server): Record<string, At> =>
      measure.swap(server, 0).total === 0 ? {} : { used: (time) => measure.swap(server, time).used },
  },
  {
    ...base,
    id: 'disk_throughput',
    title: 'Disk throughput',
    description: 'Read and written, all disks.',
    unit: 'bytes_per_second',
    group: 'disk',
    series: (server) => ({
      'nvme0n1 read': (time) => measure.diskRates(server, time).read,
      'nvme0n1 written': (time) => measure.diskRates(server, time).written,
    }),
  },
  {
    ...base,
    id: 'disk_iops',
    title: 'Disk operations',
    description: 'Reads and writes that finished.',
    unit: 'per_second',
    group: 'disk',
    series: (server) => ({
      'nvme0n1 reads': (time) => measure.diskRates(server, time).reads,
      'nvme0n1 writes': (time) => measure.diskRates(server, time).writes,
    }),
  },
  {
    ...base,
    id: 'disk_busy',
    title: 'Disk busy',
    description: 'Share of time in which a disk had work.',
    unit: 'ratio',
    group: 'disk',
    maximum: 1,
    series: (server) => ({ nvme0n1: (time) => measure.diskRates(server, time).busy }),
  },
  {
    ...base,
    id: 'disk_latency',
    title: 'Disk latency',
    description: 'Mean time from asking a device to its answer.',
    unit: 'seconds',
    group: 'disk',
    series: (server) => ({
      'nvme0n1 read': (time) => 0.0002 + 0.004 * measure.diskRates(server, time).busy,
      'nvme0n1 write': (time) => 0.0004 + 0.009 * measure.diskRates(server, time).busy,
    }),
  },
  {
    ...base,
    id: 'filesystem',
    title: 'Filesystems',
    description: 'Used share.',
    unit: 'ratio',
    group: 'disk',
    maximum: 1,
    thresholds: [{ alert: 'FilesystemAlmostFull', value: 0.95 }],
    series: (server) =>
      Object.fromEntries(
        measure
          .mounts(server, 0)
          .map(({ mountpoint }, index) => [mountpoint, (time) => measure.mounts(server, time)[index]?.ratio ?? null]),
      ),
  },
  {
    ...base,
    id: 'filesystem_growth',
    title: 'Filesystem growth',
    description: 'How fast each filesystem fills, over six hours; below zero it empties.',
    unit: 'bytes_per_second',
    group: 'disk',
    legend: 'mountpoint',
    series: (server) => ({
      '/': (time) => measure.growth(server, time),
      '/boot/efi': () => 0,
    }),
  },
  {
    ...base,
    id: 'network',
    title: 'Network',
    description: 'Received and transmitted.',
    unit: 'bytes_per_second',
    group: 'network',
    series: (server) => ({
      'eth0 received': (time) => measure.networkRates(server, time).receive,
      'eth0 transmitted': (time) => measure.networkRates(server, time).transmit,
    }),
  },
  {
    ...base,
    id: 'network_utilization',
    title: 'Network utilization',
    description: "Share of the link's speed that its busier direction uses.",
    unit: 'ratio',
    group: 'network',
    maximum: 1,
    series: (server) => ({ eth0: (time) => measure.networkRates(server, time).receive / measure.LINK_SPEED }),
  },
  {
    ...base,
    id: 'network_errors',
    title: 'Network errors',
    description: 'Errors and drops.',
    unit: 'per_second',
    group: 'network',
    series: () => ({ 'eth0 errors': () => 0, 'eth0 drops': () => 0 }),
  },
  {
    ...base,
    id: 'processes',
    title: 'Processes',
    description: 'Tasks that run, and tasks that wait for a disk or another device.',
    unit: 'count',
    group: 'tasks',
    series: (server) => ({
      running: (time) => Math.round(measure.load(server, time, 5)),
      blocked: (time) => Math.round(2 * measure.diskRates(server, time).busy),
    }),
  },
  {
    ...base,
    id: 'sockets',
    title: 'Sockets',
    description: 'In use by protocol.',
    unit: 'count',
    group: 'tasks',
    series: (server) => ({
      TCP: (time) => Math.round(120 + 900 * measure.cpuRatio(server, time)),
      UDP: () => 14,
    }),
  },
  {
    ...base,
    id: 'temperature',
    title: 'Temperature',
    description: 'Sensors that are not of a GPU.',
    unit: 'celsius',
    group: 'sensors',
    series: (server) => ({
      Tctl: (time) => measure.temperature(server, time),
      Composite: (time) => 0.7 * measure.temperature(server, time),
    }),
  },
  gpuPanel('gpu_utilization', 'GPU utilization', 'ratio', 1, (it) => it.utilization),
  gpuPanel('gpu_tensor', 'GPU tensor cores', 'ratio', 1, (it) => it.tensor),
  gpuPanel('gpu_memory', 'GPU memory', 'bytes', null, (it) => it.memoryUsed),
  gpuPanel('gpu_memory_activity', 'GPU memory activity', 'ratio', 1, (it) => it.memoryActivity),
  gpuPanel('gpu_temperature', 'GPU temperature', 'celsius', null, (it) => it.temperature),
  gpuPanel('gpu_power', 'GPU power', 'watts', null, (it) => it.power),
  gpuPanel('gpu_clocks', 'GPU clocks', 'hertz', null, (it) => it.clock),
  gpuPanel('gpu_pcie', 'GPU PCIe traffic', 'bytes_per_second', null, (it) =>
    it.tensor === null ? null : 12e9 * it.tensor,
  ),
  gpuPanel('gpu_nvlink', 'GPU NVLink traffic', 'bytes_per_second', null, (it) =>
    it.tensor === null ? null : 180e9 * it.tensor,
  ),
  gpuPanel('gpu_errors', 'GPU errors', 'count', null, (it) => (it.utilization === null ? null : 0)),
]

function gpuPanel(
  id: string,
  title: string,
  unit: Panel['unit'],
  maximum: number | null,
  pick: (it: measure.GpuValues) => number | null,
): MockPanel {
  return {
    ...base,
    id,
    title,
    description: 'Each GPU.',
    unit,
    group: 'gpu',
    legend: 'gpu',
    maximum,
    thresholds: [],
    requires: ['DCGM_FI_DEV_GPU_UTIL'],
    series: (server) =>
      Object.fromEntries(
        Array.from({ length: server.gpus }, (_, gpu) => [
          String(gpu),
          (time) => pick(measure.gpuValues(server, gpu, time)),
        ]),
      ),
  }
}

export function listPanels(): Panel[] {
  return PANELS.map(({ id, title, description, unit, group, stacked, maximum, thresholds, requires }) => ({
    id,
    title,
    description,
    unit,
    group,
    stacked,
    maximum,
    thresholds,
    requires,
  }))
}

/** The series of a panel on a grid, or null when there is no such panel. `now` is where the present ends. */
export function panelSeries(
  server: MockServer,
  panelId: string,
  grid: { start: number; end: number; step: number },
  now: number,
): Series[] | null {
  const panel = PANELS.find((it) => it.id === panelId)
  if (!panel) return null
  if (server.condition === 'half_told' && !HALF_TOLD.has(panelId)) return []
  const times = Array.from(
    { length: Math.floor((grid.end - grid.start) / grid.step) + 1 },
    (_, i) => grid.start + i * grid.step,
  )
  const silent = (time: number) => time > now || !isRecorded(server, time, now)
  return Object.entries(panel.series(server))
    .map(([name, at]) => ({
      name,
      labels: { [panel.legend ?? 'name']: name },
      values: times.map((time) => (silent(time) ? null : at(time))),
    }))
    .filter(({ values }) => values.some((it) => it !== null))
}

/** What the server that tells only half of it does tell. */
const HALF_TOLD = new Set(['cpu', 'network'])

/** When the server was scraped at all. */
function isRecorded(server: MockServer, time: number, now: number): boolean {
  if (server.condition === 'down') return time < now - 1520
  if (server.condition === 'stale') return time < now - 95
  // Three minutes of every ten are missing.
  if (server.condition === 'gap') return (time % 600) / 600 < 0.7
  return true
}
