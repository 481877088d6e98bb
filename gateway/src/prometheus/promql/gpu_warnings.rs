//! What is to be said of GPUs: on dcgm-exporter's names where it has one, so that it is said behind dcgm-exporter, too.

use super::{Window, combined};

pub const LOST: &str = "gpu_lost";
pub const UNSEEN: &str = "gpu_unseen";
pub const XID: &str = "gpu_xid";
pub const UNDATED_XID: &str = "gpu_undated_xid";
pub const ECC: &str = "gpu_ecc";
pub const REMAP_FAILED: &str = "gpu_remap_failed";
pub const REMAP_PENDING: &str = "gpu_remap_pending";
pub const THERMAL: &str = "gpu_thermal";
pub const POWER_BRAKE: &str = "gpu_power_brake";
pub const POWER_CAPPED: &str = "gpu_power_capped";

/// Less is what every busy GPU shows now and then.
const HELD_BACK_BY_HEAT: &str = "0.1";
const HELD_BACK_BY_SUPPLY: &str = "0.05";
const HELD_BACK_BY_LIMIT: &str = "0.5";

/// The parts of the tick's question about hardware, each with its tag.
pub(super) fn all(window: Window) -> [(&'static str, String); 10] {
    let by_gpu = |expression: &str| format!("max by (job, instance, Hostname, gpu) ({expression})");
    let held_back = |reasons: &str, least: &str| {
        by_gpu(&format!(r#"rate(sightline_gpu_clock_event_seconds_total{{reason=~"{reasons}"}}[{window}]) > {least}"#))
    };
    let expected = "sum by (job, instance) (sightline_gpu_expected)";
    let told = "count by (job, instance) (sightline_gpu_up)";
    let dated = "max by (job, instance, gpu, xid) (sightline_gpu_xid_last_timestamp_seconds > time() - 3600)";
    // A gauge that never goes back: only where nothing better is known.
    let undated = "DCGM_FI_DEV_XID_ERRORS > 0 unless on (UUID) sightline_gpu_up";
    let ecc = r#"sightline_gpu_ecc_errors_total{type="uncorrected",counter="volatile"} > 0 or DCGM_FI_DEV_ECC_DBE_VOL_TOTAL > 0"#;
    [
        (LOST, "max by (job, instance, gpu, pci_bus_id) (sightline_gpu_up == 0)".to_owned()),
        (UNSEEN, format!("{expected} - ({told} or 0 * {expected}) > 0")),
        (XID, dated.to_owned()),
        (UNDATED_XID, by_gpu(undated)),
        (ECC, by_gpu(ecc)),
        (REMAP_FAILED, by_gpu("DCGM_FI_DEV_ROW_REMAP_FAILURE > 0")),
        (REMAP_PENDING, by_gpu("DCGM_FI_DEV_ROW_REMAP_PENDING > 0")),
        (THERMAL, held_back("hw_thermal_slowdown|sw_thermal_slowdown", HELD_BACK_BY_HEAT)),
        (POWER_BRAKE, held_back("hw_power_brake_slowdown", HELD_BACK_BY_SUPPLY)),
        (POWER_CAPPED, held_back("sw_power_cap", HELD_BACK_BY_LIMIT)),
    ]
}

pub const IDLE_SINCE: &str = "gpu_idle_since";

/// Since when GPUs compute nothing although somebody holds their memory: an hour or more, by the quarter of an hour, and
/// no longer than a day back. It reads an hour of samples of every GPU: not a question for every tick.
pub fn idle_since() -> String {
    let busy = "DCGM_FI_DEV_GPU_UTIL";
    // A GPU that came a moment ago has not been idle for an hour.
    let idle = format!("max_over_time({busy}[1h]) < 1 and {busy} offset 1h");
    let reserved = "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 0.1";
    let last_busy = format!("max_over_time((timestamp({busy} >= 1))[1d:15m])");
    let first_seen = format!("min_over_time((timestamp({busy}))[1d:15m])");
    let since = format!("({last_busy} or {first_seen}) and ({idle}) and ({reserved})");
    combined([(IDLE_SINCE, format!("min by (job, instance, Hostname, gpu) ({since})"))])
}
