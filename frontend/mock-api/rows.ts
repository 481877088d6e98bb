// Servers as the API tells them: a row of the list, and everything about one.
import type { Alert, ServerDetail, ServerRow } from '../src/api/queries.ts'
import { alertsOf } from './alerts.ts'
import type { MockServer } from './fleet.ts'
import { gpusOf, gpuProcessesOf, gpuWarningsOf } from './gpus.ts'
import * as measure from './values.ts'

export const INTERVAL_SECONDS = 5
/** How long the stale server has been silent. */
const SILENT_SECONDS = 95

export function makeRow(server: MockServer, time: number): ServerRow {
  const down = server.condition === 'down'
  const sampledAt = server.condition === 'stale' ? time - SILENT_SECONDS : time - 2
  const row = down ? emptyRow(server) : measuredRow(server, sampledAt)
  const alerts = alertsOf(server, time)
  return {
    ...row,
    status: down ? 'down' : server.condition === 'stale' ? 'stale' : 'up',
    status_since: down ? time - 1520 : server.condition === 'stale' ? sampledAt : null,
    status_reason: down
      ? `Get "http://${server.instance}/metrics": dial tcp 10.0.3.7:9100: connect: connection refused`
      : server.condition === 'stale'
        ? `no sample for ${SILENT_SECONDS} s`
        : null,
    sampled_at: down ? time - 1520 : sampledAt,
    alerts: {
      firing: alerts.filter((it) => it.state === 'firing').length,
      pending: alerts.filter((it) => it.state === 'pending').length,
    },
  }
}

function emptyRow({ instance, name, labels }: MockServer): ServerRow {
  return {
    id: instance,
    instance,
    job: 'node',
    name,
    labels,
    status: 'down',
    status_since: null,
    status_reason: null,
    sampled_at: null,
    cpu_ratio: null,
    cores: null,
    load1: null,
    load5: null,
    load15: null,
    memory_used_bytes: null,
    memory_total_bytes: null,
    swap_used_bytes: null,
    swap_total_bytes: null,
    filesystem: null,
    disk_read_bytes_per_second: null,
    disk_written_bytes_per_second: null,
    network_receive_bytes_per_second: null,
    network_transmit_bytes_per_second: null,
    gpu: null,
    temperature_celsius: null,
    uptime_seconds: null,
    alerts: { firing: 0, pending: 0 },
    extra: {},
  }
}

function measuredRow(server: MockServer, time: number): ServerRow {
  const told = server.condition !== 'half_told'
  const swap = measure.swap(server, time)
  const disk = measure.diskRates(server, time)
  const network = measure.networkRates(server, time)
  const fullest = measure.mounts(server, time).reduce((a, b) => (b.ratio > a.ratio ? b : a))
  return {
    ...emptyRow(server),
    cpu_ratio: measure.cpuRatio(server, time),
    cores: server.cores,
    load1: told ? measure.load(server, time, 60) : null,
    load5: told ? measure.load(server, time, 300) : null,
    load15: told ? measure.load(server, time, 900) : null,
    memory_used_bytes: told ? measure.memoryUsed(server, time) : null,
    memory_total_bytes: server.memoryBytes,
    swap_used_bytes: told ? swap.used : null,
    swap_total_bytes: told ? swap.total : null,
    filesystem: told
      ? {
          mountpoint: fullest.mountpoint,
          device: fullest.device,
          used_ratio: fullest.ratio,
          size_bytes: fullest.size,
          available_bytes: fullest.size * (1 - fullest.ratio),
        }
      : null,
    disk_read_bytes_per_second: told ? disk.read : null,
    disk_written_bytes_per_second: told ? disk.written : null,
    network_receive_bytes_per_second: network.receive,
    network_transmit_bytes_per_second: network.transmit,
    gpu: server.gpus > 0 ? gpuSummary(server, time) : null,
    temperature_celsius: told ? measure.temperature(server, time) : null,
    uptime_seconds: time - server.bootedAt,
  }
}

function gpuSummary(server: MockServer, time: number): ServerRow['gpu'] {
  const told = Array.from({ length: server.gpus }, (_, gpu) => gpu).filter((gpu) => !measure.isLost(server, gpu))
  const gpus = told.map((gpu) => measure.gpuValues(server, gpu, time))
  const known = (pick: (it: measure.GpuValues) => number | null) => gpus.map(pick).filter((it) => it !== null)
  return {
    count: gpus.length,
    utilization_ratio: Math.max(...known((it) => it.utilization)),
    memory_used_bytes: known((it) => it.memoryUsed).reduce((a, b) => a + b, 0),
    memory_total_bytes: known((it) => it.memoryTotal).reduce((a, b) => a + b, 0),
    temperature_celsius: Math.max(...known((it) => it.temperature)),
    power_watts: known((it) => it.power).reduce((a, b) => a + b, 0),
    warnings: gpuWarningsOf(server, time),
  }
}

/** What `ServerDetail` has besides the row and the snapshot's own times. */
export type DetailParts = Omit<
  ServerDetail,
  'at' | 'age_seconds' | 'interval_seconds' | 'stale' | 'server' | 'details_error' | 'alerts'
>

export function makeDetail(server: MockServer, time: number): DetailParts & { alerts: Alert[] } {
  if (server.condition === 'down') return { ...emptyDetail(server), alerts: alertsOf(server, time) }
  const at = server.condition === 'stale' ? time - SILENT_SECONDS : time
  return { ...measuredDetail(server, at), alerts: alertsOf(server, time) }
}

export function emptyDetail(server: MockServer): DetailParts {
  return {
    system: { os: null, kernel: null, architecture: null, hostname: server.name, boot_time: null, cpu_model: null },
    cpu: { modes: {}, per_core: [] },
    memory: {
      total_bytes: null,
      available_bytes: null,
      free_bytes: null,
      buffers_bytes: null,
      cached_bytes: null,
      swap_total_bytes: null,
      swap_free_bytes: null,
    },
    pressure: {
      cpu_some_ratio: null,
      memory_some_ratio: null,
      memory_full_ratio: null,
      io_some_ratio: null,
      io_full_ratio: null,
    },
    filesystems: [],
    disks: [],
    networks: [],
    gpus: [],
    gpu_processes: [],
    sensors: [],
  }
}

function measuredDetail(server: MockServer, time: number): DetailParts {
  const told = server.condition !== 'half_told'
  const memory = measure.memoryParts(server, time)
  const swap = measure.swap(server, time)
  const pressure = measure.pressure(server, time)
  return {
    system: {
      os: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.1.0-41-amd64',
      architecture: 'x86_64',
      hostname: server.name,
      boot_time: server.bootedAt,
      cpu_model: told ? 'AMD EPYC 9454 48-Core Processor' : null,
    },
    cpu: {
      modes: measure.cpuModes(server, time),
      per_core: Array.from({ length: server.cores }, (_, core) => measure.coreRatio(server, core, time)),
    },
    memory: {
      total_bytes: server.memoryBytes,
      available_bytes: told ? memory.free + memory.cached : null,
      free_bytes: told ? memory.free : null,
      buffers_bytes: told ? memory.buffers : null,
      cached_bytes: told ? memory.cached : null,
      swap_total_bytes: told ? swap.total : null,
      swap_free_bytes: told ? swap.total - swap.used : null,
    },
    pressure: {
      cpu_some_ratio: told ? pressure.cpu_some : null,
      memory_some_ratio: told ? pressure.memory_some : null,
      memory_full_ratio: told ? pressure.memory_full : null,
      io_some_ratio: told ? pressure.io_some : null,
      io_full_ratio: told ? pressure.io_full : null,
    },
    filesystems: told ? filesystems(server, time) : [],
    disks: told ? disks(server, time) : [],
    networks: networks(server, time),
    gpus: gpusOf(server, time),
    gpu_processes: gpuProcessesOf(server),
    sensors: told ? sensors(server, time) : [],
  }
}

function filesystems(server: MockServer, time: number): ServerDetail['filesystems'] {
  return measure.mounts(server, time).map(({ device, mountpoint, fstype, size, ratio }) => ({
    device,
    mountpoint,
    fstype,
    size_bytes: size,
    available_bytes: size * (1 - ratio),
    used_ratio: ratio,
    inodes_used_ratio: fstype === 'vfat' ? null : ratio * 0.3,
    read_only: false,
    device_error: false,
  }))
}

function disks(server: MockServer, time: number): ServerDetail['disks'] {
  const { read, written, reads, writes, busy } = measure.diskRates(server, time)
  return [
    {
      device: 'nvme0n1',
      read_bytes_per_second: read,
      written_bytes_per_second: written,
      reads_per_second: reads,
      writes_per_second: writes,
      busy_ratio: busy,
    },
  ]
}

function networks(server: MockServer, time: number): ServerDetail['networks'] {
  const { receive, transmit } = measure.networkRates(server, time)
  const quiet = { errors_per_second: 0, drops_per_second: 0 }
  return [
    {
      device: 'eth0',
      up: true,
      speed_bytes_per_second: measure.LINK_SPEED,
      receive_bytes_per_second: receive,
      transmit_bytes_per_second: transmit,
      ...quiet,
    },
    {
      device: 'eth1',
      up: false,
      speed_bytes_per_second: null,
      receive_bytes_per_second: 0,
      transmit_bytes_per_second: 0,
      ...quiet,
    },
  ]
}

function sensors(server: MockServer, time: number): ServerDetail['sensors'] {
  const hottest = measure.temperature(server, time)
  return [
    { chip: 'pci0000:00_0000:00_18_3', sensor: 'temp1', label: 'Tctl', temperature_celsius: hottest },
    { chip: 'nvme_nvme0', sensor: 'temp1', label: 'Composite', temperature_celsius: hottest * 0.7 },
    { chip: 'nvme_nvme0', sensor: 'temp2', label: null, temperature_celsius: null },
  ]
}
