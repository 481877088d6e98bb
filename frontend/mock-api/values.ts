// What a server measures at a moment: the one place where rows, details and history get their numbers.
import type { MockServer } from './fleet.ts'
import { hash, lively, wander } from './noise.ts'

const MIB = 1024 ** 2

export function cpuRatio(server: MockServer, time: number): number {
  const level = server.condition === 'hot' ? 0.94 : server.gpus > 0 ? 0.35 : server.level
  return lively(server.seed, time, level, server.condition === 'hot' ? 0.06 : server.swing)
}

/** How the busy share is split. The parts and `idle` add up to 1. */
export function cpuModes(server: MockServer, time: number): Record<string, number> {
  const busy = cpuRatio(server, time)
  const system = busy * (0.15 + 0.15 * wander(server.seed + 11, time, 300))
  const iowait = busy * 0.12 * wander(server.seed + 12, time, 90)
  const irq = busy * 0.02
  return { user: busy - system - iowait - irq, system, iowait, irq, idle: 1 - busy }
}

export function coreRatio(server: MockServer, core: number, time: number): number {
  return lively(server.seed * 1000 + core, time, cpuRatio(server, time), 0.35)
}

export function load(server: MockServer, time: number, window: number): number {
  const samples = [0, 0.25, 0.5, 0.75, 1].map((part) => cpuRatio(server, time - part * window))
  return (samples.reduce((a, b) => a + b, 0) / samples.length) * server.cores * 1.08
}

export function memoryUsed(server: MockServer, time: number): number {
  const level = server.condition === 'hot' ? 0.9 : server.memoryLevel
  return server.memoryBytes * lively(server.seed + 21, time, level, 0.08)
}

/** The rest of memory, as the kernel counts it. */
export function memoryParts(server: MockServer, time: number) {
  const used = memoryUsed(server, time)
  const rest = server.memoryBytes - used
  const cached = rest * (0.5 + 0.2 * wander(server.seed + 22, time, 3600))
  const buffers = rest * 0.03
  return { used, cached, buffers, free: rest - cached - buffers }
}

export function swap(server: MockServer, time: number): { total: number; used: number } {
  const total = server.gpus > 0 ? 0 : 8 * 1024 * MIB
  return { total, used: total * (server.condition === 'hot' ? 0.4 : 0.02 * wander(server.seed + 23, time, 7200)) }
}

export interface Mount {
  device: string
  mountpoint: string
  fstype: string
  size: number
  ratio: number
}

export function mounts(server: MockServer, time: number): Mount[] {
  const root = server.condition === 'hot' ? 0.96 : server.diskLevel
  const creep = 0.01 * wander(server.seed + 31, time, 86_400)
  const list: Mount[] = [
    {
      device: '/dev/nvme0n1p2',
      mountpoint: '/',
      fstype: 'ext4',
      size: server.diskBytes,
      ratio: Math.min(1, root + creep),
    },
    { device: '/dev/nvme0n1p1', mountpoint: '/boot/efi', fstype: 'vfat', size: 512 * MIB, ratio: 0.02 },
  ]
  if (server.memoryBytes >= 256 * 1024 * MIB) {
    const ratio = 0.2 + 0.5 * hash(server.seed + 32) + creep
    list.push({ device: '/dev/nvme1n1', mountpoint: '/var/lib/data', fstype: 'xfs', size: 4 * server.diskBytes, ratio })
  }
  return list
}

/** What `/` fills by in a second: one server fills up, one is too young to tell, the rest stays as it is. */
export function growth(server: MockServer, time: number): number | null {
  if (server.condition === 'gap') return null
  return server.condition === 'hot' ? (server.diskBytes * 0.03) / 86_400 : -20 * wander(server.seed + 33, time, 86_400)
}

/** 25 Gbit/s. */
export const LINK_SPEED = 3.125e9

/** Bursts: mostly little, now and then a lot. */
function traffic(seed: number, time: number, peak: number): number {
  return peak * (0.02 + wander(seed, time, 120) ** 4 + 0.1 * wander(seed + 1, time, 20))
}

export function networkRates(server: MockServer, time: number) {
  const peak = server.cores * 4 * MIB
  return {
    receive: traffic(server.seed + 41, time, peak),
    transmit: traffic(server.seed + 43, time, peak * 0.7),
  }
}

export function diskRates(server: MockServer, time: number) {
  const peak = server.cores * 3 * MIB
  const read = traffic(server.seed + 51, time, peak)
  const written = traffic(server.seed + 53, time, peak)
  return {
    read,
    written,
    reads: read / 32_768,
    writes: written / 16_384,
    busy: Math.min(1, (read + written) / (2 * peak)),
  }
}

export function pressure(server: MockServer, time: number) {
  const busy = cpuRatio(server, time)
  const over = Math.max(0, busy - 0.6)
  return {
    cpu_some: over * 0.8,
    memory_some: server.condition === 'hot' ? 0.04 * wander(server.seed + 61, time, 60) : 0,
    memory_full: server.condition === 'hot' ? 0.02 * wander(server.seed + 61, time, 60) : 0,
    io_some: 0.1 * diskRates(server, time).busy,
    io_full: 0.06 * diskRates(server, time).busy,
  }
}

export function temperature(server: MockServer, time: number): number {
  return 34 + 42 * cpuRatio(server, time) + 4 * wander(server.seed + 71, time, 200)
}

export interface GpuValues {
  utilization: number | null
  tensor: number | null
  memoryActivity: number | null
  clock: number | null
  memoryUsed: number | null
  memoryTotal: number
  temperature: number | null
  power: number | null
  powerLimit: number
}

const SILENT = {
  utilization: null,
  tensor: null,
  memoryActivity: null,
  clock: null,
  memoryUsed: null,
  temperature: null,
  power: null,
}

/** Held by somebody who computes nothing. */
export function isIdle(server: MockServer, gpu: number): boolean {
  return hash(server.seed * 100 + gpu + 5) < 0.2
}

export function isLost(server: MockServer, gpu: number): boolean {
  return server.condition === 'gpu_lost' && gpu === 2
}

export function gpuValues(server: MockServer, gpu: number, time: number): GpuValues {
  const large = server.gpuModel.includes('H100')
  const memoryTotal = (large ? 80 : 48) * 1024 * MIB
  const powerLimit = large ? 700 : 350
  // A GPU that fell off the bus says nothing, and nothing is not zero.
  if (isLost(server, gpu)) {
    return { ...SILENT, memoryTotal, powerLimit }
  }
  const seed = server.seed * 100 + gpu
  const idle = isIdle(server, gpu)
  const utilization = idle ? 0 : lively(seed, time, 0.82, 0.3)
  return {
    utilization,
    // Before Hopper nobody tells without DCGM.
    tensor: large ? utilization * (0.35 + 0.2 * wander(seed + 3, time, 400)) : null,
    memoryActivity: utilization * 0.45,
    clock: (idle ? 345 : 1755 + 150 * wander(seed + 4, time, 60)) * 1e6,
    memoryUsed: memoryTotal * (idle ? 0.62 : 0.55 + 0.35 * wander(seed + 1, time, 3600)),
    memoryTotal,
    temperature: 31 + 46 * utilization + 5 * wander(seed + 2, time, 120),
    power: powerLimit * (0.11 + 0.8 * utilization),
    powerLimit,
  }
}
