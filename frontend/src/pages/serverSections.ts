// The sections of a server's page, in reading order: which groups of panels belong to each.
import type { Panel } from '@/api/queries'

export type SectionId = 'cpu' | 'memory' | 'disk' | 'network' | 'gpu' | 'tasks' | 'sensors' | 'other'

interface Section {
  id: SectionId
  title: string
  panels: Panel[]
}

const TITLES: Record<SectionId, string> = {
  cpu: 'CPU and load',
  memory: 'Memory',
  disk: 'Filesystems and disks',
  network: 'Network',
  gpu: 'GPUs',
  tasks: 'Processes and sockets',
  sensors: 'Sensors',
  other: 'More',
}

/** A panel's group to its section; a group that is not here is shown under "More", so that no panel is lost. */
const SECTION_OF: Record<string, SectionId> = {
  cpu: 'cpu',
  load: 'cpu',
  system: 'cpu',
  pressure: 'cpu',
  memory: 'memory',
  swap: 'memory',
  disk: 'disk',
  filesystem: 'disk',
  storage: 'disk',
  network: 'network',
  gpu: 'gpu',
  tasks: 'tasks',
  sensors: 'sensors',
  hardware: 'sensors',
  temperature: 'sensors',
}

export function sectionsOf(panels: readonly Panel[]): Section[] {
  const ids = Object.keys(TITLES) as SectionId[]
  return ids
    .map((id) => ({ id, title: TITLES[id], panels: panels.filter((it) => (SECTION_OF[it.group] ?? 'other') === id) }))
    .filter((it) => it.panels.length > 0)
}
