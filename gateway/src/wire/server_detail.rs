//! `/api/v1/servers/{id}`: one server, everything.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::alert::Alert;
use super::gpu::{Gpu, GpuProcess};
use super::server::ServerRow;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerDetail {
    /// The instant all values were evaluated at, in unix seconds.
    pub at: f64,
    /// Seconds since then, when this was built.
    pub age_seconds: f64,
    /// True when the newest attempt to refresh failed; the values are those of `at`.
    pub stale: bool,
    /// How often the values are refreshed, in seconds.
    pub interval_seconds: f64,
    pub server: ServerRow,
    /// Why everything below but the alerts is missing: nobody had asked about this server before Prometheus went away.
    pub details_error: Option<String>,
    pub system: System,
    pub cpu: CpuDetail,
    pub memory: MemoryDetail,
    pub pressure: Pressure,
    pub filesystems: Vec<Filesystem>,
    pub disks: Vec<Disk>,
    pub networks: Vec<Network>,
    pub gpus: Vec<Gpu>,
    /// Where the exporter is asked for them (`--collector.gpu.processes`).
    pub gpu_processes: Vec<GpuProcess>,
    pub sensors: Vec<Sensor>,
    /// The alerts of this server.
    pub alerts: Vec<Alert>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct System {
    /// The distribution's name and version.
    #[schema(example = "Debian GNU/Linux 12 (bookworm)")]
    pub os: Option<String>,
    #[schema(example = "6.1.0-18-amd64")]
    pub kernel: Option<String>,
    #[schema(example = "x86_64")]
    pub architecture: Option<String>,
    pub hostname: Option<String>,
    /// Unix seconds.
    pub boot_time: Option<f64>,
    pub cpu_model: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct CpuDetail {
    /// Share of all cores' time by mode (`user`, `system`, `iowait`, `idle`, …), 0 to 1.
    pub modes: BTreeMap<String, f64>,
    /// Busy share of each core, 0 to 1, in the order of their numbers; null for a core that does not report.
    pub per_core: Vec<Option<f64>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct MemoryDetail {
    pub total_bytes: Option<f64>,
    pub available_bytes: Option<f64>,
    pub free_bytes: Option<f64>,
    pub buffers_bytes: Option<f64>,
    pub cached_bytes: Option<f64>,
    pub swap_total_bytes: Option<f64>,
    pub swap_free_bytes: Option<f64>,
}

/// Share of time in which work waited for a resource (Linux' pressure stall information), 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Pressure {
    pub cpu_some_ratio: Option<f64>,
    pub memory_some_ratio: Option<f64>,
    pub memory_full_ratio: Option<f64>,
    pub io_some_ratio: Option<f64>,
    pub io_full_ratio: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Filesystem {
    pub device: String,
    pub mountpoint: String,
    pub fstype: String,
    pub size_bytes: Option<f64>,
    /// What an unprivileged user may still fill.
    pub available_bytes: Option<f64>,
    /// Used share of what users may fill, 0 to 1.
    pub used_ratio: Option<f64>,
    /// Used share of the inodes, 0 to 1.
    pub inodes_used_ratio: Option<f64>,
    pub read_only: Option<bool>,
    /// True when the host could not ask the filesystem how full it is.
    pub device_error: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Disk {
    #[schema(example = "nvme0n1")]
    pub device: String,
    pub read_bytes_per_second: Option<f64>,
    pub written_bytes_per_second: Option<f64>,
    pub reads_per_second: Option<f64>,
    pub writes_per_second: Option<f64>,
    /// Share of time in which it had work, 0 to 1.
    pub busy_ratio: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Network {
    #[schema(example = "eth0")]
    pub device: String,
    /// Null where the driver does not tell, as of the loopback.
    pub up: Option<bool>,
    /// The link's speed.
    pub speed_bytes_per_second: Option<f64>,
    pub receive_bytes_per_second: Option<f64>,
    pub transmit_bytes_per_second: Option<f64>,
    /// Received and transmitted.
    pub errors_per_second: Option<f64>,
    /// Received and transmitted.
    pub drops_per_second: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Sensor {
    #[schema(example = "platform_coretemp_0")]
    pub chip: String,
    #[schema(example = "temp1")]
    pub sensor: String,
    #[schema(example = "Package id 0")]
    pub label: Option<String>,
    pub temperature_celsius: Option<f64>,
}
