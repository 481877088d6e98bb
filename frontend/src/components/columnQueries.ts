// The PromQL of the fleet's totals and of tables' columns.
import type { Query, ServerIdentity } from '@/components/askedQueries'
import type { FigureId } from '@/lib/expressions'

type Figures = readonly (readonly [label: string, figure: FigureId])[]

const FLEET: Record<string, Figures> = {
  /** The server table, in its order. */
  Servers: [
    ['Status', 'status'],
    ['CPU', 'cpu'],
    ['Memory', 'memory'],
    ['Disk, the fullest', 'filesystem'],
    ['Load', 'load1'],
    ['Network in', 'network_received'],
    ['Network out', 'network_transmitted'],
    ['GPU, the busiest', 'gpu'],
    ['Uptime', 'uptime'],
    ['Disk read', 'disk_read'],
    ['Disk written', 'disk_written'],
    ['Temperature', 'temperature'],
    ['Swap', 'swap'],
    ['Cores', 'cores'],
    ['Alerts', 'alerts'],
  ],
  States: [
    ['Servers', 'fleet_servers'],
    ['Up', 'fleet_up'],
    ['Stale', 'fleet_stale'],
    ['Down', 'fleet_down'],
    ['Alerting', 'fleet_alerting'],
  ],
  CPU: [
    ['Busy', 'fleet_cpu'],
    ['Cores', 'fleet_cores'],
  ],
  Memory: [['Used', 'fleet_memory']],
  Filesystems: [['Used', 'fleet_filesystem']],
  Network: [['In and out', 'fleet_network']],
  Disk: [['Read and written', 'fleet_disk']],
  GPU: [
    ['Mean', 'fleet_gpu'],
    ['GPUs', 'fleet_gpus'],
    ['Power', 'fleet_gpu_power'],
  ],
}

/** Of the fleet page's table, its counts by state, or one of its totals. */
export function fleetQueries(name: string): Query[] {
  return (FLEET[name] ?? []).map(([label, figure]) => ({ label, figure }))
}

const DETAILS = {
  cores: [['Busy', 'core']],
  filesystems: [
    ['Used', 'mount_used'],
    ['Left', 'filesystem_available'],
    ['Filled by, per second', 'mount_growth'],
    ['Size', 'mount_size'],
    ['Inodes used', 'mount_inodes'],
  ],
  disks: [
    ['Read', 'each_disk_read'],
    ['Written', 'each_disk_written'],
    ['Reads', 'each_disk_reads'],
    ['Writes', 'each_disk_writes'],
    ['Busy', 'each_disk_busy'],
  ],
  networks: [
    ['Received', 'each_network_received'],
    ['Transmitted', 'each_network_transmitted'],
    ['Speed', 'each_network_speed'],
    ['Errors', 'each_network_errors'],
    ['Drops', 'each_network_drops'],
  ],
  sensors: [['Temperature', 'sensor']],
} satisfies Record<string, Figures>

/** Of a table on a server's page. */
export function detailQueries(table: keyof typeof DETAILS, { instance, job }: ServerIdentity): Query[] {
  const figures: Figures = DETAILS[table]
  return figures.map(([label, figure]) => ({ label, figure, server: { instance, job } }))
}
