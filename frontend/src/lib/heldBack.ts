// What holds a GPU's clocks back, in words: NVML's reasons are written for programs.

/** No two alike: a chart tells its curves apart by their names. */
const REASONS: Record<string, string> = {
  sw_power_cap: 'power limit',
  hw_slowdown: 'hardware',
  hw_thermal_slowdown: 'heat (hardware)',
  sw_thermal_slowdown: 'heat (driver)',
  hw_power_brake_slowdown: 'power supply',
  sync_boost: 'sync boost',
  board_limit: 'board limit',
  reliability: 'voltage',
}

/** A reason that a newer exporter may tell stays as it is. */
export function heldBackBy(reason: string): string {
  return REASONS[reason] ?? reason
}
