//! `/api/v1/servers`: a row per server, everything a fleet page shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::gpu::GpuWarning;
use super::overview::AlertCounts;

/// A page of the rows that match.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerList {
    /// The instant all values were evaluated at, in unix seconds.
    pub at: f64,
    /// Seconds since then, when this was built.
    pub age_seconds: f64,
    /// True when the newest attempt to refresh failed; the values are those of `at`.
    pub stale: bool,
    /// How often the values are refreshed, in seconds.
    pub interval_seconds: f64,
    /// How many servers there are.
    pub total: usize,
    /// How many of them match the filter.
    pub matched: usize,
    /// How many of the matching ones come before this page.
    pub offset: usize,
    /// The largest number of rows on a page.
    pub limit: usize,
    #[schema(value_type = Vec<ServerRow>)]
    pub servers: Vec<Arc<ServerRow>>,
}

/// One server at the instant of the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ServerRow {
    /// Names the server in URLs: the `instance` when no other server has it, else `job/instance`.
    #[schema(example = "web-1:9100")]
    pub id: String,
    /// Prometheus' `instance` label.
    pub instance: String,
    /// Prometheus' `job` label.
    pub job: String,
    /// The host's own name, or the `instance` until it has told one.
    #[schema(example = "web-1")]
    pub name: String,
    /// The target's other labels.
    #[schema(value_type = BTreeMap<String, String>)]
    pub labels: Arc<BTreeMap<String, String>>,
    pub status: ServerStatus,
    /// Since when it has this status, in unix seconds; null when that is not known.
    pub status_since: Option<f64>,
    /// Why it is not up.
    pub status_reason: Option<String>,
    /// When the values were scraped, in unix seconds.
    pub sampled_at: Option<f64>,
    /// Busy share of all cores, 0 to 1.
    pub cpu_ratio: Option<f64>,
    pub cores: Option<f64>,
    pub load1: Option<f64>,
    pub load5: Option<f64>,
    pub load15: Option<f64>,
    pub memory_used_bytes: Option<f64>,
    pub memory_total_bytes: Option<f64>,
    pub swap_used_bytes: Option<f64>,
    pub swap_total_bytes: Option<f64>,
    /// The fullest filesystem.
    pub filesystem: Option<FullestFilesystem>,
    pub disk_read_bytes_per_second: Option<f64>,
    pub disk_written_bytes_per_second: Option<f64>,
    pub network_receive_bytes_per_second: Option<f64>,
    pub network_transmit_bytes_per_second: Option<f64>,
    /// Null when it neither has a GPU nor lost one.
    pub gpu: Option<GpuSummary>,
    /// The hottest sensor that is not a GPU's, in °C.
    pub temperature_celsius: Option<f64>,
    pub uptime_seconds: Option<f64>,
    pub alerts: AlertCounts,
    /// The columns that the configuration adds, by name.
    pub extra: BTreeMap<String, Option<f64>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerStatus {
    /// It is scraped and its samples are fresh.
    Up,
    /// No fresh sample for three scrapes, though nothing says that it is down.
    Stale,
    /// The newest scrape failed, or Prometheus no longer has the target.
    Down,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FullestFilesystem {
    pub mountpoint: String,
    pub device: String,
    /// Used share of what users may fill, 0 to 1.
    pub used_ratio: f64,
    pub size_bytes: Option<f64>,
    pub available_bytes: Option<f64>,
}

/// All GPUs of one server.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GpuSummary {
    /// Those that answer.
    pub count: usize,
    /// Of the busiest, 0 to 1.
    pub utilization_ratio: Option<f64>,
    /// Sum.
    pub memory_used_bytes: Option<f64>,
    /// Sum.
    pub memory_total_bytes: Option<f64>,
    /// Of the hottest, in °C.
    pub temperature_celsius: Option<f64>,
    /// Sum, in watts.
    pub power_watts: Option<f64>,
    /// The worst first.
    pub warnings: Vec<GpuWarning>,
}
