//! What one tick of the snapshot asks; all of it at one instant.

use super::gpu_warnings;
use super::recorded::{self, FULLEST_AVAILABLE, FULLEST_RATIO, FULLEST_SIZE};
use super::{Selector, TAG, Window, combined, tagged};

/// The tag in [`targets`] of those whose newest scrape failed.
pub const DOWN: &str = "down";

/// When each target was scraped last, and, tagged, those that did not answer then: they are few.
pub fn targets(servers: &Selector) -> String {
    format!("{} or timestamp(up{{{servers}}})", tagged(DOWN, &format!("up{{{servers}}} != 1")))
}

/// The tags of [`discovery`] and [`survey`].
pub const KNOWN: &str = "known";
pub const INTERVAL: &str = "interval";
pub const RULE: &str = "rule";

/// What a gateway that just started has to learn: who answered in the past (a server that is down has told its name
/// before), how often each job is scraped, and which recording rules there are.
pub fn discovery(past: Window) -> String {
    let known = format!("last_over_time(node_uname_info[{past}])");
    // How many samples five minutes hold, of servers that are known for longer; while none is, how many a minute holds.
    let of_samples = |seconds: u32| {
        let samples = format!("count_over_time(up[{seconds}s]) and up offset {seconds}s");
        format!("quantile by (job) (0.5, {seconds} / ({samples}))")
    };
    let interval = format!("({} or {} or {})", of_samples(300), of_samples(60), of_samples(15));
    combined([(KNOWN, known), (INTERVAL, interval), (RULE, recorded::probe())])
}

/// The same for a gateway that runs: the servers of now, so that a new job is found, and the rules.
pub fn survey() -> String {
    combined([(KNOWN, "group by (job, instance, nodename) (node_uname_info)".to_owned()), (RULE, recorded::probe())])
}

pub const GAUGES: &[&str] = &[
    "node_load1",
    "node_load5",
    "node_load15",
    "node_memory_MemTotal_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_SwapTotal_bytes",
    "node_memory_SwapFree_bytes",
    "node_boot_time_seconds",
    "node_time_seconds",
];

/// Values that need no arithmetic.
pub fn gauges(servers: &Selector) -> String {
    format!(r#"{{__name__=~"{}",{servers}}}"#, GAUGES.join("|"))
}

/// The fullest filesystem of every server.
pub fn fullest_filesystem(servers: &Selector, use_rules: bool) -> String {
    if use_rules {
        return recorded::fullest_from_rules(servers);
    }
    let fullest = format!("topk by (job, instance) (1, {})", recorded::filesystem_ratio(&format!("{servers},")));
    let same = |metric: &str| format!("({metric}{{{servers}}} and on (job, instance, device, mountpoint) {fullest})");
    combined([
        (FULLEST_RATIO, fullest.clone()),
        (FULLEST_SIZE, same("node_filesystem_size_bytes")),
        (FULLEST_AVAILABLE, same("node_filesystem_avail_bytes")),
    ])
}

pub const TEMPERATURE: &str = "temperature";
pub const GPU_COUNT: &str = "gpu_count";
pub const GPU_BUSIEST: &str = "gpu_busiest";
pub const GPU_BUSY_SUM: &str = "gpu_busy_sum";
pub const GPU_BUSY_COUNT: &str = "gpu_busy_count";
pub const GPU_MEMORY_USED: &str = "gpu_memory_used";
pub const GPU_MEMORY_TOTAL: &str = "gpu_memory_total";
pub const GPU_HOTTEST: &str = "gpu_hottest";
pub const GPU_POWER: &str = "gpu_power";

/// Sensors and GPUs with what is to be said of them. GPUs are not limited to the servers' jobs: dcgm-exporter is a job of
/// its own, whose `Hostname` says which server it runs on.
pub fn hardware(servers: &Selector, window: Window) -> String {
    let gpu = |operation: &str, expression: &str| format!("{operation} by (job, instance, Hostname) ({expression})");
    let memory = r#"{__name__=~"DCGM_FI_DEV_FB_USED|DCGM_FI_DEV_FB_FREE|DCGM_FI_DEV_FB_RESERVED"}"#;
    let any = r#"group by (job, instance, Hostname, gpu, UUID) ({__name__=~"DCGM_FI_DEV_GPU_TEMP|DCGM_FI_DEV_GPU_UTIL|DCGM_FI_DEV_FB_USED"})"#;
    let temperature =
        format!(r#"max by (job, instance) ({{__name__=~"node_hwmon_temp_celsius|node_thermal_zone_temp",{servers}}})"#);
    let gpus = [
        (GPU_COUNT, gpu("count", any)),
        (GPU_BUSIEST, format!("{} / 100", gpu("max", "DCGM_FI_DEV_GPU_UTIL"))),
        (GPU_BUSY_SUM, format!("{} / 100", gpu("sum", "DCGM_FI_DEV_GPU_UTIL"))),
        (GPU_BUSY_COUNT, gpu("count", "DCGM_FI_DEV_GPU_UTIL")),
        (GPU_MEMORY_USED, format!("{} * 1048576", gpu("sum", "DCGM_FI_DEV_FB_USED"))),
        (GPU_MEMORY_TOTAL, format!("{} * 1048576", gpu("sum", memory))),
        (GPU_HOTTEST, gpu("max", "DCGM_FI_DEV_GPU_TEMP")),
        (GPU_POWER, gpu("sum", "DCGM_FI_DEV_POWER_USAGE")),
    ];
    // Each `or` looks at all that is left of it: what every server has comes last.
    combined(gpus.into_iter().chain(gpu_warnings::all(window)).chain([(TEMPERATURE, temperature)]))
}

/// The columns that the configuration adds, tagged with their names.
pub fn columns<'a>(columns: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    combined(columns.into_iter().map(|(name, expression)| (name, format!("({expression})"))))
}

/// When each of these was last up, within `past`.
pub fn last_up(servers: &Selector, past: Window, resolution: Window) -> String {
    format!("max_over_time((timestamp(up{{{servers}}} == 1))[{past}:{resolution}])")
}

/// The part of a combined query that a sample belongs to.
pub fn tag_of<'a>(labels: &'a crate::prometheus::response::Labels<'_>) -> &'a str {
    labels.value(TAG)
}
