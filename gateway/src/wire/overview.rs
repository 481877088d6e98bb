//! `/api/v1/overview`: the fleet in totals, its distribution, and who is worst off.

use serde::Serialize;
use utoipa::ToSchema;

/// Totals over the servers that are up; a total is null when no server reports it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    /// The instant all values were evaluated at, in unix seconds.
    pub at: f64,
    /// Seconds since then, when this was built.
    pub age_seconds: f64,
    /// True when the newest attempt to refresh failed; the values are those of `at`.
    pub stale: bool,
    /// How often the values are refreshed, in seconds.
    pub interval_seconds: f64,
    /// Why the values are stale.
    pub error: Option<String>,
    /// What Prometheus warned of, for example that a part of the data is missing.
    pub warnings: Vec<String>,
    pub servers: ServerCounts,
    pub alerts: AlertCounts,
    pub cpu: CpuTotal,
    pub memory: MemoryTotal,
    pub filesystem: FilesystemTotal,
    pub network: NetworkTotal,
    pub disk: DiskTotal,
    /// Null when no server has a GPU.
    pub gpu: Option<GpuTotal>,
    pub distribution: Distribution,
    pub worst: Worst,
}

/// How many servers there are, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServerCounts {
    pub total: usize,
    pub up: usize,
    pub stale: usize,
    pub down: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertCounts {
    pub firing: usize,
    pub pending: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CpuTotal {
    /// Busy share of all cores, 0 to 1.
    pub used_ratio: Option<f64>,
    pub cores: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MemoryTotal {
    pub used_bytes: Option<f64>,
    pub total_bytes: Option<f64>,
}

/// All real filesystems of all servers, a device that is mounted twice counted once.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FilesystemTotal {
    pub used_bytes: Option<f64>,
    pub size_bytes: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct NetworkTotal {
    pub receive_bytes_per_second: Option<f64>,
    pub transmit_bytes_per_second: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DiskTotal {
    pub read_bytes_per_second: Option<f64>,
    pub written_bytes_per_second: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GpuTotal {
    pub count: usize,
    /// Mean over all GPUs that report it, 0 to 1.
    pub utilization_ratio: Option<f64>,
    pub memory_used_bytes: Option<f64>,
    pub memory_total_bytes: Option<f64>,
    /// Sum over all GPUs, in watts.
    pub power_watts: Option<f64>,
}

/// How many servers are in each tenth: the first number counts 0 to 0.1, the last 0.9 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Distribution {
    pub cpu_ratio: [usize; 10],
    pub memory_ratio: [usize; 10],
    /// By each server's fullest filesystem.
    pub filesystem_ratio: [usize; 10],
}

/// At most five servers each, the worst first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Worst {
    /// By busy share of the cores, 0 to 1.
    pub cpu: Vec<Offender>,
    /// By used share of memory, 0 to 1.
    pub memory: Vec<Offender>,
    /// By used share of the fullest filesystem, 0 to 1.
    pub filesystem: Vec<Offender>,
    /// By temperature of the hottest GPU, in °C.
    pub gpu_temperature: Vec<Offender>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Offender {
    /// The server's id.
    pub id: String,
    /// The server's name.
    pub name: String,
    pub value: f64,
}
