// The PromQL of each number that a page shows, in plain metrics, so that it answers with recording rules and without.

/** Long enough for a rate at any usual scrape interval. */
const WINDOW = '2m'
const IDLE = 'mode=~"idle|iowait|steal"'
/** As in the gateway: what is built from others would count twice. */
const WHOLE_DISKS = 'device!~"(dm-|md|loop|ram|zram|sr).*"'
const PHYSICAL_NETWORKS =
  'device!~"lo|.+[.][0-9]+|(veth|docker|br-|br[0-9]|virbr|cni|flannel|cali|cilium|lxc|tap|tun|wg|bond|team|dummy|ifb|kube-).*"'
const REAL_FILESYSTEMS =
  'fstype!~"autofs|cgroup2?|devtmpfs|efivarfs|erofs|fuse[.]lxcfs|iso9660|nsfs|overlay|proc|ramfs|rootfs|squashfs|sysfs|tmpfs"'
const TEMPERATURES = '__name__=~"node_hwmon_temp_celsius|node_thermal_zone_temp"'
/** What makes a target a server. */
const SERVERS = 'and on (job, instance) node_uname_info'

/** An expression for the servers that the matchers allow; without matchers for all. */
type Expression = (matchers: string) => string

function of(metric: string, ...matchers: string[]): string {
  const given = matchers.filter((it) => it !== '')
  return given.length === 0 ? metric : `${metric}{${given.join(',')}}`
}

function rateOf(metric: string, ...matchers: string[]): string {
  return `rate(${of(metric, ...matchers)}[${WINDOW}])`
}

const plain =
  (metric: string): Expression =>
  (it) =>
    of(metric, it)

const perServer =
  (metric: string, devices: string): Expression =>
  (it) =>
    `sum by (job, instance) (${rateOf(metric, it, devices)})`

const perDevice =
  (metric: string): Expression =>
  (it) =>
    `sum by (device) (${rateOf(metric, it)})`

function filesystemRatio(it: string): string {
  const part = (what: string) => of(`node_filesystem_${what}_bytes`, it, REAL_FILESYSTEMS)
  const used = `(${part('size')} - ${part('free')})`
  return `${used} / (${used} + ${part('avail')} > 0)`
}

function fleetSize(what: string): string {
  return `sum(max by (job, instance, device) (${of(`node_filesystem_${what}_bytes`, REAL_FILESYSTEMS)}))`
}

/** Of one server each, or of each server. */
const OF_SERVERS = {
  status: plain('up'),
  alerts: (it) => `count by (job, instance) (${of('ALERTS', it, 'alertstate="firing"')})`,
  cpu: (it) =>
    `1 - sum by (job, instance) (${rateOf('node_cpu_seconds_total', it, IDLE)}) / sum by (job, instance) (${rateOf('node_cpu_seconds_total', it)})`,
  iowait: (it) =>
    `sum by (job, instance) (${rateOf('node_cpu_seconds_total', it, 'mode="iowait"')}) / sum by (job, instance) (${rateOf('node_cpu_seconds_total', it)})`,
  cores: (it) => `count by (job, instance) (${of('node_cpu_seconds_total', it, 'mode="idle"')})`,
  load1: plain('node_load1'),
  load5: plain('node_load5'),
  load15: plain('node_load15'),
  memory: (it) => `1 - ${of('node_memory_MemAvailable_bytes', it)} / ${of('node_memory_MemTotal_bytes', it)}`,
  memory_available: plain('node_memory_MemAvailable_bytes'),
  memory_total: plain('node_memory_MemTotal_bytes'),
  swap: (it) => `1 - ${of('node_memory_SwapFree_bytes', it)} / (${of('node_memory_SwapTotal_bytes', it)} > 0)`,
  swap_total: plain('node_memory_SwapTotal_bytes'),
  filesystem: (it) => `max by (job, instance) (${filesystemRatio(it)})`,
  filesystem_available: (it) => of('node_filesystem_avail_bytes', it, REAL_FILESYSTEMS),
  network_received: perServer('node_network_receive_bytes_total', PHYSICAL_NETWORKS),
  network_transmitted: perServer('node_network_transmit_bytes_total', PHYSICAL_NETWORKS),
  disk_read: perServer('node_disk_read_bytes_total', WHOLE_DISKS),
  disk_written: perServer('node_disk_written_bytes_total', WHOLE_DISKS),
  temperature: (it) => `max by (job, instance) (${of('', TEMPERATURES, it)})`,
  uptime: (it) => `${of('node_time_seconds', it)} - ${of('node_boot_time_seconds', it)}`,
} satisfies Record<string, Expression>

/** Of one server's devices each. */
const OF_DEVICES = {
  core: (it) =>
    `1 - sum by (cpu) (${rateOf('node_cpu_seconds_total', it, IDLE)}) / sum by (cpu) (${rateOf('node_cpu_seconds_total', it)})`,
  mount_used: filesystemRatio,
  mount_size: (it) => of('node_filesystem_size_bytes', it, REAL_FILESYSTEMS),
  mount_inodes: (it) =>
    `1 - ${of('node_filesystem_files_free', it, REAL_FILESYSTEMS)} / ${of('node_filesystem_files', it, REAL_FILESYSTEMS)}`,
  mount_growth: (it) => `-deriv(${of('node_filesystem_avail_bytes', it, REAL_FILESYSTEMS)}[6h])`,
  each_disk_read: perDevice('node_disk_read_bytes_total'),
  each_disk_written: perDevice('node_disk_written_bytes_total'),
  each_disk_reads: perDevice('node_disk_reads_completed_total'),
  each_disk_writes: perDevice('node_disk_writes_completed_total'),
  each_disk_busy: perDevice('node_disk_io_time_seconds_total'),
  each_network_received: perDevice('node_network_receive_bytes_total'),
  each_network_transmitted: perDevice('node_network_transmit_bytes_total'),
  each_network_speed: plain('node_network_speed_bytes'),
  each_network_errors: (it) =>
    `sum by (device) (${rateOf('node_network_receive_errs_total', it)}) + sum by (device) (${rateOf('node_network_transmit_errs_total', it)})`,
  each_network_drops: (it) =>
    `sum by (device) (${rateOf('node_network_receive_drop_total', it)}) + sum by (device) (${rateOf('node_network_transmit_drop_total', it)})`,
  sensor: (it) => of('', TEMPERATURES, it),
} satisfies Record<string, Expression>

/** Of the fleet as a whole. */
const OF_FLEET = {
  fleet_servers: () => 'count(group by (job, instance) (last_over_time(node_uname_info[1d])))',
  fleet_up: () => `count(up == 1 ${SERVERS})`,
  fleet_stale: () => 'count(last_over_time(node_uname_info[1h]) unless on (job, instance) up)',
  fleet_down: () => 'count(up == 0 and on (job, instance) last_over_time(node_uname_info[1d]))',
  fleet_alerting: () => 'count(count by (job, instance) (ALERTS{alertstate="firing",instance!=""}))',
  fleet_cpu: () => `1 - sum(${rateOf('node_cpu_seconds_total', IDLE)}) / sum(${rateOf('node_cpu_seconds_total')})`,
  fleet_cores: () => 'count(node_cpu_seconds_total{mode="idle"})',
  fleet_memory: () => '1 - sum(node_memory_MemAvailable_bytes) / sum(node_memory_MemTotal_bytes)',
  fleet_filesystem: () => `1 - ${fleetSize('free')} / ${fleetSize('size')}`,
  fleet_network: () =>
    `sum(${rateOf('node_network_receive_bytes_total', PHYSICAL_NETWORKS)}) + sum(${rateOf('node_network_transmit_bytes_total', PHYSICAL_NETWORKS)})`,
  fleet_disk: () =>
    `sum(${rateOf('node_disk_read_bytes_total', WHOLE_DISKS)}) + sum(${rateOf('node_disk_written_bytes_total', WHOLE_DISKS)})`,
  fleet_gpu: () => 'avg(DCGM_FI_DEV_GPU_UTIL) / 100',
  fleet_gpus: () => 'count(DCGM_FI_DEV_GPU_UTIL)',
  fleet_gpu_power: () => 'sum(DCGM_FI_DEV_POWER_USAGE)',
} satisfies Record<string, Expression>

/** GPUs are known by their host where another exporter tells of them; by the server's own labels here. */
const OF_GPUS = {
  gpu: (it) => `max by (job, instance) (${of('DCGM_FI_DEV_GPU_UTIL', it)}) / 100`,
  gpu_memory: (it) => {
    const sumOf = (part: string) => `sum by (job, instance) (${of(`DCGM_FI_DEV_FB_${part}`, it)})`
    return `${sumOf('USED')} / (${sumOf('USED')} + ${sumOf('FREE')})`
  },
  gpu_temperature: (it) => `max by (job, instance) (${of('DCGM_FI_DEV_GPU_TEMP', it)})`,
  gpu_power: (it) => `sum by (job, instance) (${of('DCGM_FI_DEV_POWER_USAGE', it)})`,
} satisfies Record<string, Expression>

const HOLDING_BACK = 'reason=~"sw_power_cap|hw_.*|sw_thermal_slowdown|sync_boost|board_limit|reliability"'

/** Of GPUs one by one. */
const OF_EACH_GPU = {
  each_gpu_utilization: (it) => `${of('DCGM_FI_DEV_GPU_UTIL', it)} / 100`,
  each_gpu_tensor: plain('DCGM_FI_PROF_PIPE_TENSOR_ACTIVE'),
  each_gpu_memory: (it) => {
    const [used, free] = [of('DCGM_FI_DEV_FB_USED', it), of('DCGM_FI_DEV_FB_FREE', it)]
    return `${used} / (${used} + ${free})`
  },
  each_gpu_temperature: plain('DCGM_FI_DEV_GPU_TEMP'),
  each_gpu_power: plain('DCGM_FI_DEV_POWER_USAGE'),
  each_gpu_power_limit: plain('sightline_gpu_power_limit_watts'),
  each_gpu_clock: (it) => `1e6 * ${of('DCGM_FI_DEV_SM_CLOCK', it)}`,
  each_gpu_held_back: (it) => `${rateOf('sightline_gpu_clock_event_seconds_total', it, HOLDING_BACK)} > 0.01`,
  each_gpu_ecc: plain('DCGM_FI_DEV_ECC_DBE_VOL_TOTAL'),
  each_gpu_xid: plain('sightline_gpu_xid_last_timestamp_seconds'),
  gpu_processes: (it) => `count by (job, instance, gpu) (${of('sightline_gpu_process_memory_bytes', it)})`,
  process_gpu_memory: plain('sightline_gpu_process_memory_bytes'),
  process_gpu_utilization: plain('sightline_gpu_process_utilization_ratio'),
} satisfies Record<string, Expression>

export const EXPRESSIONS = { ...OF_SERVERS, ...OF_DEVICES, ...OF_FLEET, ...OF_GPUS, ...OF_EACH_GPU } satisfies Record<
  string,
  Expression
>

export type FigureId = keyof typeof EXPRESSIONS

/**
 * The fleet's totals over time from what recording rules have summed up already: of ten thousand servers the plain
 * metrics are millions of samples.
 */
export const RECORDED_TOTALS = {
  cpu: 'sum(instance:node_cpu_utilization:ratio * instance:node_cpus:count) / sum(instance:node_cpus:count)',
  memory: EXPRESSIONS.fleet_memory(),
  filesystem: '1 - sum(instance:node_filesystem_free_bytes:sum) / sum(instance:node_filesystem_size_bytes:sum)',
  network: 'sum(instance:node_network_receive_bytes:rate30s) + sum(instance:node_network_transmit_bytes:rate30s)',
  disk: 'sum(instance:node_disk_read_bytes:rate30s) + sum(instance:node_disk_written_bytes:rate30s)',
  gpu: EXPRESSIONS.fleet_gpu(),
} as const

export type TotalId = keyof typeof RECORDED_TOTALS

/** The same without the rules. */
export const PLAIN_TOTALS: Record<TotalId, string> = {
  cpu: EXPRESSIONS.fleet_cpu(),
  memory: EXPRESSIONS.fleet_memory(),
  filesystem: EXPRESSIONS.fleet_filesystem(),
  network: EXPRESSIONS.fleet_network(),
  disk: EXPRESSIONS.fleet_disk(),
  gpu: EXPRESSIONS.fleet_gpu(),
}

/** Several in one question, told apart by a label. */
export function tagged(expressions: Record<string, string>, label: string): string {
  return Object.entries(expressions)
    .map(([name, expression]) => `label_replace(${expression}, "${label}", "${name}", "", "")`)
    .join(' or ')
}
