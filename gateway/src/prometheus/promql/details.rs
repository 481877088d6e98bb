//! What is asked about the servers that somebody looks at: two queries for all of them together.

use super::recorded::busy_share;
use super::{Selector, Window, combined, gpus};

/// Values that need no arithmetic, by their own names.
pub const GAUGES: &[&str] = &[
    "node_os_info",
    "node_cpu_info",
    "node_memory_MemTotal_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemFree_bytes",
    "node_memory_Buffers_bytes",
    "node_memory_Cached_bytes",
    "node_memory_SwapTotal_bytes",
    "node_memory_SwapFree_bytes",
    "node_boot_time_seconds",
    "node_uname_info",
    "node_filesystem_size_bytes",
    "node_filesystem_free_bytes",
    "node_filesystem_avail_bytes",
    "node_filesystem_files",
    "node_filesystem_files_free",
    "node_filesystem_readonly",
    "node_filesystem_device_error",
    "node_network_up",
    "node_network_info",
    "node_network_speed_bytes",
    "node_disk_info",
    "node_hwmon_temp_celsius",
    "node_hwmon_sensor_label",
    "node_thermal_zone_temp",
];

/// Gauges of these servers, and their GPUs.
pub fn gauges(servers: &Selector, hosts: &Selector, window: Window) -> String {
    let gpus = gpus::of_servers(servers, hosts, window);
    format!(r#"{{__name__=~"{}",{servers}}} or {gpus}"#, GAUGES.join("|"))
}

/// Cores that were in a mode; how many there are is the sum over all modes.
pub const MODE: &str = "mode";
pub const CORE: &str = "core";

/// Counters of which the rate is asked, per device.
pub const COUNTERS: &[&str] = &[
    "node_disk_read_bytes_total",
    "node_disk_written_bytes_total",
    "node_disk_reads_completed_total",
    "node_disk_writes_completed_total",
    "node_disk_io_time_seconds_total",
    "node_network_receive_bytes_total",
    "node_network_transmit_bytes_total",
    "node_network_receive_errs_total",
    "node_network_transmit_errs_total",
    "node_network_receive_drop_total",
    "node_network_transmit_drop_total",
    "node_pressure_cpu_waiting_seconds_total",
    "node_pressure_memory_waiting_seconds_total",
    "node_pressure_memory_stalled_seconds_total",
    "node_pressure_io_waiting_seconds_total",
    "node_pressure_io_stalled_seconds_total",
];

/// Rates of these servers, tagged with the counter's name.
pub fn rates(servers: &Selector, window: Window) -> String {
    let modes = format!("sum by (job, instance, mode) (rate(node_cpu_seconds_total{{{servers}}}[{window}]))");
    let cores = busy_share("job, instance, cpu", &format!("{servers},"), window);
    let counters = COUNTERS.iter().map(|&counter| (counter, format!("rate({counter}{{{servers}}}[{window}])")));
    combined([(MODE, modes), (CORE, cores)].into_iter().chain(counters))
}
