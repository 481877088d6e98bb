// The PromQL of the fleet's totals and of tables' columns.
import type { Query, ServerIdentity } from '@/components/askedQueries'
import type { FigureId } from '@/lib/expressions'

type Figures = readonly (readonly [label: string, figure: FigureId])[]

const EACH_GPU = [
  ['Utilization', 'each_gpu_utilization'],
  ['Memory', 'each_gpu_memory'],
  ['Temperature', 'each_gpu_temperature'],
  ['Power', 'each_gpu_power'],
  ['Power limit', 'each_gpu_power_limit'],
  ['Tensor', 'each_gpu_tensor'],
  ['Clock', 'each_gpu_clock'],
  ['Held back by', 'each_gpu_held_back'],
  ['ECC, not corrected', 'each_gpu_ecc'],
  ['Last XID', 'each_gpu_xid'],
  ['Processes', 'gpu_processes'],
] satisfies Figures

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
  GPUs: EACH_GPU,
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
  gpus: EACH_GPU,
  gpu_processes: [
    ['GPU memory', 'process_gpu_memory'],
    ['Of its time', 'process_gpu_utilization'],
  ],
  sensors: [['Temperature', 'sensor']],
} satisfies Record<string, Figures>

/** Of a table on a server's page. */
export function detailQueries(table: keyof typeof DETAILS, { instance, job }: ServerIdentity): Query[] {
  const figures: Figures = DETAILS[table]
  return figures.map(([label, figure]) => ({ label, figure, server: { instance, job } }))
}
