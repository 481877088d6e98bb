//! Temperatures and GPUs of every server: what the recording rules may have summed up already, and the plain
//! expressions that say the same.
//!
//! `prometheus/rules/sums.yml` holds exactly these expressions; a test compares them. GPUs are not limited to the
//! servers' jobs: dcgm-exporter is a job of its own, whose `Hostname` says which server it runs on.

use super::gpu_warnings;
use super::{Selector, Window, combined};

pub const TEMPERATURE: &str = "instance:node_temperature_celsius:max";
pub const GPU_COUNT: &str = "instance:gpus:count";
pub const GPU_BUSIEST: &str = "instance:gpu_utilization_ratio:max";
pub const GPU_MEMORY_USED: &str = "instance:gpu_memory_used_bytes:sum";
pub const GPU_MEMORY_TOTAL: &str = "instance:gpu_memory_size_bytes:sum";
pub const GPU_HOTTEST: &str = "instance:gpu_temperature_celsius:max";
pub const GPU_POWER: &str = "instance:gpu_power_watts:sum";
/// Sums over all GPUs of a job: the fleet's mean is all that they are for.
pub const GPU_BUSY_SUM: &str = "job:gpu_utilization_ratio:sum";
pub const GPU_BUSY_COUNT: &str = "job:gpu_utilization_ratio:count";
/// What is to be said of GPUs, each kind with its tag. A fleet that is well has none.
pub const GPU_WARNINGS: &str = "instance_gpu:warnings";

/// The rules that tell by their being there that all of these are.
pub const PROBED: [&str; 2] = [TEMPERATURE, GPU_COUNT];

/// All of it in one query, without the rules; tagged with the names that the rules would give, warnings with their kinds.
pub fn plain(servers: &Selector, window: Window) -> String {
    // Each `or` looks at all that is left of it: what every server has comes last.
    let [temperature, gpus @ ..] = summaries(&format!(",{servers}"));
    combined(gpus.into_iter().chain(gpu_warnings::all(window)).chain([temperature]))
}

/// The same from the rules' series.
pub fn from_rules() -> String {
    let names = summaries("").map(|(name, _)| name);
    format!(r#"{{__name__=~"{}|{GPU_WARNINGS}"}}"#, names.join("|"))
}

/// Of every server that has such, one number each. `servers` limits temperatures, with a comma before it.
fn summaries(servers: &str) -> [(&'static str, String); 9] {
    let gpu = |operation: &str, expression: &str| format!("{operation} by (job, instance, Hostname) ({expression})");
    let any = r#"group by (job, instance, Hostname, gpu, UUID) ({__name__=~"DCGM_FI_DEV_GPU_TEMP|DCGM_FI_DEV_GPU_UTIL|DCGM_FI_DEV_FB_USED"})"#;
    let memory = r#"{__name__=~"DCGM_FI_DEV_FB_USED|DCGM_FI_DEV_FB_FREE|DCGM_FI_DEV_FB_RESERVED"}"#;
    let temperature =
        format!(r#"max by (job, instance) ({{__name__=~"node_hwmon_temp_celsius|node_thermal_zone_temp"{servers}}})"#);
    [
        (TEMPERATURE, temperature),
        (GPU_COUNT, gpu("count", any)),
        (GPU_BUSIEST, format!("{} / 100", gpu("max", "DCGM_FI_DEV_GPU_UTIL"))),
        (GPU_BUSY_SUM, "sum by (job) (DCGM_FI_DEV_GPU_UTIL) / 100".to_owned()),
        (GPU_BUSY_COUNT, "count by (job) (DCGM_FI_DEV_GPU_UTIL)".to_owned()),
        (GPU_MEMORY_USED, format!("{} * 1048576", gpu("sum", "DCGM_FI_DEV_FB_USED"))),
        (GPU_MEMORY_TOTAL, format!("{} * 1048576", gpu("sum", memory))),
        (GPU_HOTTEST, gpu("max", "DCGM_FI_DEV_GPU_TEMP")),
        (GPU_POWER, gpu("sum", "DCGM_FI_DEV_POWER_USAGE")),
    ]
}

/// Name and expression of every rule, as the rules file has them.
#[cfg(test)]
pub(super) fn rules(window: Window) -> Vec<(&'static str, String)> {
    let warnings = combined(gpu_warnings::all(window));
    summaries("").into_iter().chain([(GPU_WARNINGS, warnings)]).collect()
}
