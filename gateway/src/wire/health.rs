//! `/api/health`: can the gateway serve, and how are the things it depends on?

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    pub status: HealthStatus,
    /// The gateway's version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// When this was found, in unix seconds.
    pub at: f64,
    /// When the gateway started, in unix seconds.
    pub started_at: f64,
    pub snapshot: SnapshotHealth,
    pub dependencies: Vec<Dependency>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// There is a fresh snapshot.
    Ok,
    /// There is a snapshot, but it is old: the newest attempts to refresh it failed.
    Degraded,
    /// There is no snapshot; answered with status 503.
    Unavailable,
}

/// How old the newest snapshot is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SnapshotHealth {
    /// The instant its values were evaluated at, in unix seconds.
    pub at: Option<f64>,
    /// Seconds since then.
    pub age_seconds: Option<f64>,
    /// True when the newest attempt to refresh it failed, or when there is none.
    pub stale: bool,
    /// How many servers it holds.
    pub servers: usize,
}

/// Something that the gateway needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Dependency {
    #[schema(example = "prometheus")]
    pub name: String,
    pub status: DependencyStatus,
    /// Since when it has this status, in unix seconds.
    pub since: Option<f64>,
    /// How long its newest answer took, in seconds.
    pub latency_seconds: Option<f64>,
    /// Why it is down.
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DependencyStatus {
    Up,
    Down,
    /// It was not asked yet.
    Unknown,
}
