//! `/api/v1/panels` and the history of one: named queries with a title and a unit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The catalogue, in reading order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PanelList {
    pub panels: Vec<Panel>,
    /// Where Grafana is, when configuration says so; ends in a slash.
    #[schema(example = "https://grafana.example.com/")]
    pub grafana_url: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Panel {
    #[schema(example = "cpu")]
    pub id: String,
    #[schema(example = "CPU")]
    pub title: String,
    pub description: String,
    pub unit: Unit,
    /// Panels of a group belong side by side.
    #[schema(example = "cpu")]
    pub group: String,
    /// True when its series add up to a whole and are drawn on top of each other.
    pub stacked: bool,
    /// The largest value it can have, in its unit.
    pub maximum: Option<f64>,
    /// Where the alert rules that come with Sightline draw their lines, in the panel's unit.
    pub thresholds: Vec<Threshold>,
    /// The metric families it is made of; a server without them has nothing to draw here.
    pub requires: Vec<String>,
}

/// A value from which on a rule alerts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Threshold {
    pub value: f64,
    /// The rule's name.
    #[schema(example = "CpuSaturated")]
    pub alert: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0 to 1.
    Ratio,
    Bytes,
    BytesPerSecond,
    PerSecond,
    Seconds,
    Count,
    Celsius,
    Watts,
    Hertz,
}

/// The history of one panel of one server, on a grid.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PanelData {
    /// The panel's id.
    pub panel: String,
    /// The server's id.
    pub server: String,
    /// The instant of the first value, in unix seconds.
    pub start: f64,
    /// The instant that the last value does not pass, in unix seconds.
    pub end: f64,
    /// Seconds from one value to the next.
    pub step: f64,
    /// The PromQL that was asked.
    #[schema(example = "node_load1{instance=\"web-1:9100\",job=\"node\"}")]
    pub expression: String,
    /// What Prometheus warned of, for example that a part of the data is missing.
    pub warnings: Vec<String>,
    pub series: Vec<PanelSeries>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PanelSeries {
    /// What a legend calls it.
    #[schema(example = "user")]
    pub name: String,
    /// What tells it from the panel's other series.
    pub labels: BTreeMap<String, String>,
    /// The value at `start + i * step`, in the panel's unit; null where there is none.
    pub values: Vec<Option<f64>>,
}
