// Each GPU of a server as the API tells it, what is to be said of it, and its processes.
import type { Gpu, GpuProcess, GpuWarning } from '../src/api/queries.ts'
import type { MockServer } from './fleet.ts'
import { hash } from './noise.ts'
import * as measure from './values.ts'

const XID_79 = 'The GPU has fallen off the bus.'

export function gpusOf(server: MockServer, time: number): Gpu[] {
  return Array.from({ length: server.gpus }, (_, gpu) => oneGpu(server, gpu, time))
}

function oneGpu(server: MockServer, gpu: number, time: number): Gpu {
  const values = measure.gpuValues(server, gpu, time)
  const lost = measure.isLost(server, gpu)
  const warnings = gpuWarningsOf(server, time).filter((it) => it.gpu === String(gpu))
  const capped = warnings.find((it) => it.kind === 'power_capped')?.value ?? null
  return {
    gpu: String(gpu),
    uuid: uuidOf(server, gpu),
    name: server.gpuModel,
    pci_bus_id: `00000000:${(0x10 + gpu).toString(16)}:00.0`,
    mig_profile: null,
    mig_id: null,
    mig_instances: lost ? null : 0,
    up: !lost,
    utilization_ratio: values.utilization,
    tensor_ratio: values.tensor,
    memory_activity_ratio: values.memoryActivity,
    memory_used_bytes: values.memoryUsed,
    memory_total_bytes: lost ? null : values.memoryTotal,
    temperature_celsius: values.temperature,
    memory_temperature_celsius: values.temperature === null ? null : values.temperature + 8,
    power_watts: values.power,
    power_limit_watts: lost ? null : values.powerLimit,
    clock_hertz: values.clock,
    memory_clock_hertz: values.clock === null ? null : 2.6e9,
    held_back: capped === null ? [] : [{ reason: 'sw_power_cap', ratio: capped }],
    ecc_corrected: lost ? null : 3,
    ecc_uncorrected: lost ? null : (warnings.find((it) => it.kind === 'ecc_uncorrected')?.value ?? 0),
    xid: xidOf(warnings),
    processes: lost ? null : 1,
    warnings,
  }
}

function uuidOf({ seed }: MockServer, gpu: number): string {
  return `GPU-${String(seed).padStart(8, '0')}-${String(gpu).padStart(4, '0')}`
}

function xidOf(warnings: readonly GpuWarning[]): Gpu['xid'] {
  const xid = warnings.find((it) => it.kind === 'xid')
  return xid ? { code: xid.value ?? 0, meaning: xid.meaning, at: xid.since, count: 1 } : null
}

/** The worst first, as the gateway has them. */
export function gpuWarningsOf(server: MockServer, time: number): GpuWarning[] {
  const none = { value: null, since: null, meaning: null }
  const gpus = Array.from({ length: server.gpus }, (_, gpu) => gpu)
  const lost = gpus.filter((gpu) => measure.isLost(server, gpu)).map((gpu) => String(gpu))
  const ill = server.gpus > 0 && server.condition === 'well' && hash(server.seed + 81) < 0.15
  const idle = gpus.filter((gpu) => measure.isIdle(server, gpu) && !measure.isLost(server, gpu))
  return [
    ...lost.map((gpu): GpuWarning => ({ ...none, kind: 'lost', gpu })),
    ...(ill ? [{ ...none, kind: 'ecc_uncorrected', gpu: '1', value: 2 } satisfies GpuWarning] : []),
    ...lost.map((gpu): GpuWarning => ({ kind: 'xid', gpu, value: 79, since: time - 412, meaning: XID_79 })),
    ...(ill ? [{ ...none, kind: 'power_capped', gpu: '0', value: 0.83 } satisfies GpuWarning] : []),
    ...idle.map((gpu): GpuWarning => ({
      ...none,
      kind: 'idle_reserved',
      gpu: String(gpu),
      since: Math.floor(time / 900) * 900 - 900 * (4 + Math.floor(60 * hash(server.seed + gpu))),
    })),
  ]
}

export function gpuProcessesOf(server: MockServer): GpuProcess[] {
  // One kind of server is not asked for processes.
  if (server.gpuModel.includes('L40S')) return []
  return Array.from({ length: server.gpus }, (_, gpu) => ({
    gpu: String(gpu),
    mig_id: null,
    pid: String(41_000 + server.seed * 10 + gpu),
    name: 'python3',
    container_id: 'f00dfeed1234567890abcdef',
    pod_uid: null,
    memory_bytes: 48 * 1024 ** 3,
    utilization_ratio: measure.isIdle(server, gpu) ? 0 : 0.8,
  }))
}
