//! `/api/v1/map`: the whole fleet in columns, for a heat map and for groups.

use serde::Serialize;
use utoipa::ToSchema;

use super::panel::Unit;
use super::server::ServerStatus;

/// Every server as a small integer.
///
/// A value is `low + level / 99 * (high - low)`, to a hundredth of the scale.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FleetMap {
    /// The instant all values were evaluated at, in unix seconds.
    pub at: f64,
    /// Seconds since then, when this was built.
    pub age_seconds: f64,
    /// True when the newest attempt to refresh failed; the values are those of `at`.
    pub stale: bool,
    /// How often the values are refreshed, in seconds.
    pub interval_seconds: f64,
    /// The column.
    #[schema(example = "cpu")]
    pub by: String,
    /// The label that servers are grouped by.
    pub group: Option<String>,
    /// What the column's values are in.
    pub unit: Unit,
    /// The value of level 0: 0 for ratios, else the smallest of this tick.
    pub low: f64,
    /// The value of level 99: 1 for ratios, else the largest of this tick.
    pub high: f64,
    /// Differs when servers came, left, or changed their order, name or group.
    pub generation: u32,
    /// Null on the WebSocket in a frame whose `generation` is that of the frame before.
    pub servers: Option<MapServers>,
    /// One for each server, in the order of `servers`: 0 to 99, or -1 where there is no value.
    #[schema(example = json!([12, 99, -1]))]
    pub levels: Vec<i8>,
    /// Those that are not up; everybody else is.
    pub status: MapStatus,
    /// Those with an alert that fires, as indices into `servers`.
    pub firing: Vec<u32>,
    /// Empty without `group`; in order of name.
    pub groups: Vec<MapGroup>,
}

/// Who the servers are, a column each, in order of name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct MapServers {
    pub ids: Vec<String>,
    pub names: Vec<String>,
    /// For each server its group's index in `groups`; null without `group`.
    pub group_of: Option<Vec<u32>>,
}

/// Indices into `servers`, by status.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct MapStatus {
    pub stale: Vec<u32>,
    pub down: Vec<u32>,
}

/// The servers that have the same value of a label.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MapGroup {
    /// The label's value; empty for those that do not have the label.
    pub name: String,
    /// How many servers.
    pub count: usize,
    /// Of the values that there are, in `unit`; null where there is none.
    pub minimum: Option<f64>,
    pub mean: Option<f64>,
    /// The smallest value that 95 % of the values do not exceed.
    pub p95: Option<f64>,
    pub maximum: Option<f64>,
    pub worst_status: ServerStatus,
}
