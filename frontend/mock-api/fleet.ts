// Who is in the fleet: what a server is and does not change from one tick to the next.
import { hash } from './noise.ts'

/** What is wrong with a server, so that each failure can be seen in `npm run dev` and found by a test. */
export type Condition = 'well' | 'down' | 'stale' | 'broken_panels' | 'half_told' | 'hot' | 'gap' | 'gpu_lost'

export interface MockServer {
  seed: number
  name: string
  instance: string
  labels: Record<string, string>
  condition: Condition
  cores: number
  memoryBytes: number
  diskBytes: number
  gpus: number
  gpuModel: string
  /** Usual busy share. */
  level: number
  swing: number
  /** Share of memory and disk that is used. */
  memoryLevel: number
  diskLevel: number
  bootedAt: number
}

const GIB = 1024 ** 3
const REGIONS = ['eu-1', 'eu-2', 'us-1']

/** The first servers of every fleet, each with a condition of its own. */
export const KNOWN: readonly { name: string; role: string; condition: Condition; gpus: number }[] = [
  { name: 'web-1', role: 'web', condition: 'well', gpus: 0 },
  { name: 'gpu-1', role: 'train', condition: 'well', gpus: 8 },
  { name: 'hot-1', role: 'db', condition: 'hot', gpus: 0 },
  { name: 'down-1', role: 'web', condition: 'down', gpus: 0 },
  { name: 'stale-1', role: 'web', condition: 'stale', gpus: 0 },
  { name: 'broken-1', role: 'db', condition: 'broken_panels', gpus: 0 },
  { name: 'half-1', role: 'edge', condition: 'half_told', gpus: 0 },
  { name: 'gap-1', role: 'db', condition: 'gap', gpus: 0 },
  { name: 'gpu-2', role: 'infer', condition: 'gpu_lost', gpus: 4 },
]

const ROLES = [
  { role: 'web', gpus: 0, cores: 16, memory: 64 },
  { role: 'db', gpus: 0, cores: 64, memory: 512 },
  { role: 'train', gpus: 8, cores: 192, memory: 2048 },
  { role: 'infer', gpus: 4, cores: 64, memory: 512 },
  { role: 'edge', gpus: 0, cores: 4, memory: 8 },
  { role: 'batch', gpus: 0, cores: 96, memory: 256 },
] as const

export function makeFleet(count: number): MockServer[] {
  return Array.from({ length: count }, (_, index) => makeServer(index, count))
}

function makeServer(index: number, count: number): MockServer {
  const known = KNOWN[index]
  const chance = (salt: number) => hash(index * 97 + salt)
  const kind = known
    ? (ROLES.find((it) => it.role === known.role) ?? ROLES[0])
    : (ROLES[Math.floor(chance(1) ** 1.4 * ROLES.length)] ?? ROLES[0])
  const name = known?.name ?? `${kind.role}-${String(index).padStart(String(count).length, '0')}`
  return {
    seed: index + 1,
    name,
    instance: `${name}:9100`,
    labels: {
      role: kind.role,
      region: REGIONS[index % REGIONS.length] ?? 'eu-1',
      rack: `r${Math.floor(index / 40) + 1}`,
    },
    condition: known?.condition ?? rareCondition(chance(2)),
    cores: kind.cores,
    memoryBytes: kind.memory * GIB,
    diskBytes: (kind.memory < 64 ? 64 : 1920) * GIB,
    gpus: known?.gpus ?? kind.gpus,
    gpuModel: kind.role === 'infer' ? 'NVIDIA L40S' : 'NVIDIA H100 80GB HBM3',
    level: 0.05 + 0.75 * chance(3) ** 2,
    swing: 0.1 + 0.3 * chance(4),
    memoryLevel: 0.15 + 0.65 * chance(5),
    diskLevel: 0.1 + 0.75 * chance(6),
    bootedAt: 1_700_000_000 + Math.floor(chance(7) * 60_000_000),
  }
}

/** In a large fleet something is always wrong somewhere. */
function rareCondition(chance: number): Condition {
  if (chance < 0.006) return 'down'
  if (chance < 0.012) return 'stale'
  if (chance < 0.03) return 'hot'
  return 'well'
}
