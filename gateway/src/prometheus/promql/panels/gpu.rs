//! GPUs: from our exporter or, by the host's name, from dcgm-exporter.

use super::{Definition, PLAIN, Scope};
use crate::prometheus::promql::gpus::HOLDING_BACK;
use crate::prometheus::promql::{TAG, combined};
use crate::wire::panel::Unit;

pub(super) const PANELS: &[Definition] = &[
    Definition {
        id: "gpu_utilization",
        title: "GPU",
        description: "Share of time in which each GPU, or instance of a split one, computed.",
        unit: Unit::Ratio,
        group: "gpu",
        maximum: Some(1.0),
        requires: &["DCGM_FI_DEV_GPU_UTIL"],
        legend: GPU,
        expression: |s| {
            format!("{} / 100 or {}", gpu(s, "DCGM_FI_DEV_GPU_UTIL"), gpu(s, "DCGM_FI_PROF_GR_ENGINE_ACTIVE"))
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_tensor",
        title: "GPU tensor cores",
        description: "Share of time in which each GPU's tensor cores worked. Before Hopper only dcgm-exporter can tell.",
        unit: Unit::Ratio,
        group: "gpu",
        maximum: Some(1.0),
        requires: &["DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"],
        legend: GPU,
        expression: |s| gpu(s, "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"),
        ..PLAIN
    },
    Definition {
        id: "gpu_memory",
        title: "GPU memory",
        description: "Memory in use on each GPU.",
        unit: Unit::Bytes,
        group: "gpu",
        requires: &["DCGM_FI_DEV_FB_USED"],
        legend: GPU,
        expression: |s| format!("{} * 1048576", gpu(s, "DCGM_FI_DEV_FB_USED")),
        ..PLAIN
    },
    Definition {
        id: "gpu_memory_activity",
        title: "GPU memory activity",
        description: "Share of time in which each GPU's memory was read or written.",
        unit: Unit::Ratio,
        group: "gpu",
        maximum: Some(1.0),
        requires: &["DCGM_FI_DEV_MEM_COPY_UTIL"],
        legend: GPU,
        expression: |s| {
            format!("{} or {} / 100", gpu(s, "DCGM_FI_PROF_DRAM_ACTIVE"), gpu(s, "DCGM_FI_DEV_MEM_COPY_UTIL"))
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_temperature",
        title: "GPU temperature",
        description: "Of each GPU.",
        unit: Unit::Celsius,
        group: "gpu",
        thresholds: &[("GpuHot", 87.0)],
        requires: &["DCGM_FI_DEV_GPU_TEMP"],
        legend: GPU,
        expression: |s| gpu(s, "DCGM_FI_DEV_GPU_TEMP"),
        ..PLAIN
    },
    Definition {
        id: "gpu_power",
        title: "GPU power",
        description: "Drawn by each GPU, beside the highest limit in force.",
        unit: Unit::Watts,
        group: "gpu",
        requires: &["DCGM_FI_DEV_POWER_USAGE"],
        legend: &["gpu", "GPU_I_ID", TAG],
        expression: |s| {
            let limit = |metric: &str| format!("max({metric}{{{}}} or {metric}{{{}}})", s.server, s.host);
            let limits =
                format!("{} or {}", limit("sightline_gpu_power_limit_watts"), limit("DCGM_FI_DEV_POWER_MGMT_LIMIT"));
            format!("{} or {}", gpu(s, "DCGM_FI_DEV_POWER_USAGE"), combined([("limit", limits)]))
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_clocks",
        title: "GPU clocks",
        description: "Of each GPU's processors and memory.",
        unit: Unit::Hertz,
        group: "gpu",
        requires: &["DCGM_FI_DEV_SM_CLOCK"],
        legend: &["gpu", "GPU_I_ID", TAG],
        expression: |s| {
            let of = |metric: &str| format!("{} * 1e6", gpu(s, metric));
            combined([("processors", of("DCGM_FI_DEV_SM_CLOCK")), ("memory", of("DCGM_FI_DEV_MEM_CLOCK"))])
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_held_back",
        title: "GPU clocks held back",
        description: "Share of time for which something held each GPU's clocks back, by what did.",
        unit: Unit::Ratio,
        group: "gpu",
        maximum: Some(1.0),
        requires: &["sightline_gpu_clock_event_seconds_total"],
        legend: &["gpu", "reason"],
        expression: |s| {
            format!(
                "max by (gpu, reason) (rate(sightline_gpu_clock_event_seconds_total{{{},{HOLDING_BACK}}}[{}]))",
                s.server, s.window
            )
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_pcie",
        title: "GPU PCIe traffic",
        description: "Bytes that each GPU sent and received over PCIe. Before Hopper only dcgm-exporter can tell.",
        unit: Unit::BytesPerSecond,
        group: "gpu",
        requires: &["DCGM_FI_PROF_PCIE_TX_BYTES"],
        legend: &["gpu", "GPU_I_ID", TAG],
        expression: |s| {
            combined([
                ("sent", gpu(s, "DCGM_FI_PROF_PCIE_TX_BYTES")),
                ("received", gpu(s, "DCGM_FI_PROF_PCIE_RX_BYTES")),
            ])
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_nvlink",
        title: "GPU NVLink traffic",
        description: "Bytes that each GPU sent and received over NVLink; together where the GPU does not tell them apart.",
        unit: Unit::BytesPerSecond,
        group: "gpu",
        requires: &["DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL"],
        legend: &["gpu", "GPU_I_ID", TAG],
        expression: |s| {
            let (sent, received) = (gpu(s, "DCGM_FI_PROF_NVLINK_TX_BYTES"), gpu(s, "DCGM_FI_PROF_NVLINK_RX_BYTES"));
            let both = format!("{} * 1e6 unless {sent}", gpu(s, "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL"));
            combined([("sent", sent.clone()), ("received", received), ("both ways", both)])
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_errors",
        title: "GPU errors",
        description: "Of each GPU: memory errors since its driver was loaded, XIDs and NVLink errors since the exporter began.",
        group: "gpu",
        requires: &["DCGM_FI_DEV_ECC_DBE_VOL_TOTAL"],
        legend: &["gpu", "GPU_I_ID", TAG],
        expression: |s| {
            // A counter that appears with its first error has no increase then: so the counts, not their growth.
            let sum = |metric: &str| format!("sum by (gpu) ({metric}{{{}}})", s.server);
            combined([
                ("ECC, corrected", gpu(s, "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL")),
                ("ECC, uncorrected", gpu(s, "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL")),
                ("XID", sum("sightline_gpu_xid_errors_total")),
                ("NVLink", sum("sightline_gpu_nvlink_errors_total")),
            ])
        },
        ..PLAIN
    },
];

/// Of a GPU, and of the instances of a split one.
const GPU: &[&str] = &["gpu", "GPU_I_ID"];

/// Of each GPU and instance.
fn gpu(scope: &Scope, metric: &str) -> String {
    format!("max by (gpu, GPU_I_ID) ({metric}{{{}}} or {metric}{{{}}})", scope.server, scope.host)
}
