//! GPUs: what the list of servers, one server and `/api/v1/gpus` tell of each.

use serde::Serialize;
use utoipa::ToSchema;

use super::server::ServerStatus;

/// Something that somebody should know about a GPU. In a list of them the worst comes first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GpuWarning {
    pub kind: GpuWarningKind,
    /// The GPU's index on its server, or its PCI bus id where it never told an index; null for a server as a whole.
    #[schema(example = "0")]
    pub gpu: Option<String>,
    /// The XID's number; how many uncorrectable errors; the share of time for which clocks were held back; how many GPUs
    /// are lost that nothing else is known of.
    pub value: Option<f64>,
    /// When the XID came, or since when nothing was computed, in unix seconds.
    pub since: Option<f64>,
    /// What the XID means.
    pub meaning: Option<String>,
}

/// The worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GpuWarningKind {
    /// The machine has it, the driver does not reach it.
    Lost,
    /// Memory errors that could not be corrected, since the driver was loaded.
    EccUncorrected,
    /// A bad memory row could not be replaced.
    RowRemapFailed,
    /// An XID error of the last hour.
    Xid,
    /// Clocks are held back by heat.
    Thermal,
    /// Clocks are held back by the power supply.
    PowerBrake,
    /// A bad memory row is replaced at the next reset.
    RowRemapPending,
    /// Clocks are held back by the power limit.
    PowerCapped,
    /// Its memory is in use, and it has computed nothing for an hour or more.
    IdleReserved,
}

/// One GPU, or one instance of a split (MIG) one. What it does not report is null.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Gpu {
    /// Its index on the server; empty for one that never told.
    #[schema(example = "0")]
    pub gpu: String,
    pub uuid: Option<String>,
    /// The model's name.
    #[schema(example = "NVIDIA H100 80GB HBM3")]
    pub name: Option<String>,
    #[schema(example = "00000000:3B:00.0")]
    pub pci_bus_id: Option<String>,
    /// Of an instance: its profile.
    #[schema(example = "3g.40gb")]
    pub mig_profile: Option<String>,
    /// Of an instance: its id on the GPU.
    pub mig_id: Option<String>,
    /// How many instances it is split into.
    pub mig_instances: Option<f64>,
    /// False when the machine has it and the driver does not reach it.
    pub up: Option<bool>,
    /// Share of time in which it computed, 0 to 1.
    pub utilization_ratio: Option<f64>,
    /// Share of time in which its tensor cores worked, 0 to 1.
    pub tensor_ratio: Option<f64>,
    /// Share of time in which its memory was read or written, 0 to 1.
    pub memory_activity_ratio: Option<f64>,
    pub memory_used_bytes: Option<f64>,
    pub memory_total_bytes: Option<f64>,
    pub temperature_celsius: Option<f64>,
    pub memory_temperature_celsius: Option<f64>,
    pub power_watts: Option<f64>,
    pub power_limit_watts: Option<f64>,
    /// Of its processors.
    pub clock_hertz: Option<f64>,
    pub memory_clock_hertz: Option<f64>,
    /// What held its clocks back lately, the largest share first.
    pub held_back: Vec<GpuHeldBack>,
    /// Memory errors that were corrected, since the driver was loaded.
    pub ecc_corrected: Option<f64>,
    /// Memory errors that could not be corrected, since the driver was loaded.
    pub ecc_uncorrected: Option<f64>,
    /// The last one; null when there was none or nobody listens.
    pub xid: Option<GpuXid>,
    /// How many processes use it; null where they are not exported.
    pub processes: Option<f64>,
    /// What somebody should know about it, the worst first.
    pub warnings: Vec<GpuWarning>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GpuHeldBack {
    /// NVML's word for it.
    #[schema(example = "sw_power_cap")]
    pub reason: String,
    /// Share of time, 0 to 1.
    pub ratio: f64,
}

/// An XID error: what the driver says when a GPU fails.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GpuXid {
    #[schema(example = 79)]
    pub code: u32,
    /// Null for one that NVIDIA's catalogue has to be asked for.
    #[schema(example = "The GPU has fallen off the bus.")]
    pub meaning: Option<String>,
    /// When it came last, in unix seconds.
    pub at: Option<f64>,
    /// How often, since the exporter began.
    pub count: Option<f64>,
}

/// A process that uses a GPU.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct GpuProcess {
    /// The GPU's index on the server.
    pub gpu: String,
    /// The instance's id on a split GPU.
    pub mig_id: Option<String>,
    #[schema(example = "4711")]
    pub pid: String,
    #[schema(example = "python3")]
    pub name: Option<String>,
    pub container_id: Option<String>,
    pub pod_uid: Option<String>,
    pub memory_bytes: Option<f64>,
    /// Share of time in which a kernel of it ran, 0 to 1.
    pub utilization_ratio: Option<f64>,
}

/// A page of the GPUs that match, over all servers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GpuList {
    /// The instant all values were evaluated at, in unix seconds.
    pub at: f64,
    /// Seconds since then, when this was built.
    pub age_seconds: f64,
    /// True when the newest attempt to refresh failed; the values are those of `at`.
    pub stale: bool,
    /// How often the values are refreshed, in seconds.
    pub interval_seconds: f64,
    /// How many GPUs there are, instances of split ones counted apart.
    pub total: usize,
    /// How many of them match.
    pub matched: usize,
    /// How many of the matching ones come before this page.
    pub offset: usize,
    /// The largest number of rows on a page.
    pub limit: usize,
    /// All that match the filter, whatever the page.
    pub summary: GpuGroup,
    /// Those in groups, by name; empty when nothing is grouped.
    pub groups: Vec<GpuGroup>,
    pub gpus: Vec<FleetGpu>,
}

/// A GPU and where it is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FleetGpu {
    /// The server's id; null when no server answers to the host that told of the GPU.
    pub server: Option<String>,
    /// The server's name.
    pub server_name: String,
    /// Null when the server is not known.
    pub status: Option<ServerStatus>,
    #[serde(flatten)]
    pub gpu: Gpu,
}

/// GPUs together: sums and extremes of those that report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct GpuGroup {
    /// What they have in common; empty for what has none.
    #[schema(example = "NVIDIA H100 80GB HBM3")]
    pub name: String,
    /// Whole GPUs.
    pub count: usize,
    /// Instances of split GPUs.
    pub instances: usize,
    /// GPUs that the driver does not reach.
    pub lost: usize,
    /// GPUs of which somebody should know something.
    pub warned: usize,
    /// Mean, 0 to 1.
    pub utilization_ratio: Option<f64>,
    /// Of the busiest, 0 to 1.
    pub busiest_ratio: Option<f64>,
    pub memory_used_bytes: Option<f64>,
    pub memory_total_bytes: Option<f64>,
    /// Of the hottest.
    pub temperature_celsius: Option<f64>,
    pub power_watts: Option<f64>,
    /// Of those that report their power, too.
    pub power_limit_watts: Option<f64>,
}
