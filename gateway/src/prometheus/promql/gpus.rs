//! What is asked about GPUs one by one: one question, for all of them or for those of some servers.

use super::{Selector, Window, combined};

/// Values that need no arithmetic, by dcgm-exporter's names where it has one.
pub const GAUGES: &[&str] = &[
    "DCGM_FI_DEV_GPU_UTIL",
    "DCGM_FI_DEV_MEM_COPY_UTIL",
    "DCGM_FI_DEV_FB_USED",
    "DCGM_FI_DEV_FB_FREE",
    "DCGM_FI_DEV_FB_RESERVED",
    "DCGM_FI_DEV_GPU_TEMP",
    "DCGM_FI_DEV_MEMORY_TEMP",
    "DCGM_FI_DEV_POWER_USAGE",
    "DCGM_FI_DEV_POWER_MGMT_LIMIT",
    "DCGM_FI_DEV_SM_CLOCK",
    "DCGM_FI_DEV_MEM_CLOCK",
    "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL",
    "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL",
    "DCGM_FI_DEV_XID_ERRORS",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
    "DCGM_FI_PROF_DRAM_ACTIVE",
    "sightline_gpu_up",
    "sightline_gpu_power_limit_watts",
    "sightline_gpu_mig_instances",
    "sightline_gpu_xid_errors_total",
    "sightline_gpu_xid_last_timestamp_seconds",
];

/// Of each process, where the exporter is asked for them.
pub const PROCESS_GAUGES: &[&str] = &["sightline_gpu_process_memory_bytes", "sightline_gpu_process_utilization_ratio"];

/// The share of time for which clocks were held back, by reason.
pub const HELD_BACK: &str = "gpu_held_back";
/// How many processes a GPU has.
pub const PROCESSES: &str = "gpu_processes";

/// Less than this is a moment, and no reason.
const LEAST_SHARE: f64 = 0.01;
/// What holds clocks back; that a GPU is idle, or that somebody chose its clocks, does not.
pub(super) const HOLDING_BACK: &str = r#"reason=~"sw_power_cap|hw_slowdown|hw_thermal_slowdown|sw_thermal_slowdown|hw_power_brake_slowdown|sync_boost|board_limit|reliability""#;

/// Of every GPU that there is.
pub fn of_all(window: Window) -> String {
    question(GAUGES, "", window)
}

/// Of the GPUs of these servers, with their processes. A GPU is known by its server's instance or, from dcgm-exporter's
/// job, by its host's name.
pub fn of_servers(servers: &Selector, hosts: &Selector, window: Window) -> String {
    let own = question(&[GAUGES, PROCESS_GAUGES].concat(), &format!(",{servers}"), window);
    format!(r#"{own} or {{__name__=~"{}",{hosts}}}"#, GAUGES.join("|"))
}

fn question(names: &[&str], matchers: &str, window: Window) -> String {
    let held_back =
        format!("rate(sightline_gpu_clock_event_seconds_total{{{HOLDING_BACK}{matchers}}}[{window}]) > {LEAST_SHARE}");
    let only = matchers.strip_prefix(',').unwrap_or_default();
    let processes =
        format!("count by (job, instance, gpu, UUID, GPU_I_ID) (sightline_gpu_process_memory_bytes{{{only}}})");
    let parts = combined([(HELD_BACK, held_back), (PROCESSES, processes)]);
    format!(r#"{{__name__=~"{}"{matchers}}} or {parts}"#, names.join("|"))
}
