//! `/api/v1/alerts`: the alerts that fire or are about to, as Prometheus' rules say.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlertList {
    /// The instant of the snapshot they belong to, in unix seconds.
    pub at: f64,
    /// Seconds since then, when this was built.
    pub age_seconds: f64,
    /// True when the newest attempt to refresh failed.
    pub stale: bool,
    /// Firing before pending, then the most severe, then the newest.
    pub alerts: Vec<Alert>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Alert {
    /// The rule's name.
    #[schema(example = "FilesystemFullSoon")]
    pub name: String,
    pub state: AlertState,
    /// The rule's `severity` label.
    #[schema(example = "warning")]
    pub severity: Option<String>,
    /// The id of the server that it is about, when it is about one.
    pub server: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// The value of the rule's expression.
    pub value: Option<f64>,
    /// Since when the expression holds, in unix seconds.
    pub since: Option<f64>,
    /// The rule's PromQL.
    pub expression: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    Firing,
    Pending,
}
