//! GPUs: from our exporter or, by the host's name, from dcgm-exporter.

use super::{Definition, PLAIN, Scope};
use crate::wire::panel::Unit;

pub(super) const PANELS: &[Definition] = &[
    Definition {
        id: "gpu_utilization",
        title: "GPU",
        description: "Share of time in which each GPU ran a kernel.",
        unit: Unit::Ratio,
        group: "gpu",
        maximum: Some(1.0),
        requires: &["DCGM_FI_DEV_GPU_UTIL"],
        legend: &["gpu"],
        expression: |s| format!("{} / 100", gpu(s, "DCGM_FI_DEV_GPU_UTIL")),
        ..PLAIN
    },
    Definition {
        id: "gpu_memory",
        title: "GPU memory",
        description: "Memory in use on each GPU.",
        unit: Unit::Bytes,
        group: "gpu",
        requires: &["DCGM_FI_DEV_FB_USED"],
        legend: &["gpu"],
        expression: |s| format!("{} * 1048576", gpu(s, "DCGM_FI_DEV_FB_USED")),
        ..PLAIN
    },
    Definition {
        id: "gpu_temperature",
        title: "GPU temperature",
        description: "Of each GPU.",
        unit: Unit::Celsius,
        group: "gpu",
        requires: &["DCGM_FI_DEV_GPU_TEMP"],
        legend: &["gpu"],
        expression: |s| gpu(s, "DCGM_FI_DEV_GPU_TEMP"),
        ..PLAIN
    },
    Definition {
        id: "gpu_power",
        title: "GPU power",
        description: "Drawn by each GPU.",
        unit: Unit::Watts,
        group: "gpu",
        requires: &["DCGM_FI_DEV_POWER_USAGE"],
        legend: &["gpu"],
        expression: |s| gpu(s, "DCGM_FI_DEV_POWER_USAGE"),
        ..PLAIN
    },
];

fn gpu(scope: &Scope, metric: &str) -> String {
    format!("max by (gpu) ({metric}{{{}}} or {metric}{{{}}})", scope.server, scope.host)
}
