//! From vectors to a snapshot: everything a fleet page needs about every server at one instant.
//!
//! Pure. What is missing stays `None`, what makes no sense is left out; only an answer that cannot be read is an error.

mod draft;
mod filesystems;
mod gauges;
mod hardware;
mod idle_gpus;
mod index;
mod intervals;
mod memory;
mod rows;
mod scraped;
mod status;
mod totals;
mod values;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::prometheus::Error;
use crate::prometheus::promql::part_of;
use crate::prometheus::promql::recorded::OF_JOBS;
use crate::prometheus::response::{Sample, Samples};
use crate::wire::alert::Alert;
use crate::wire::overview::{AlertCounts, Distribution, ServerCounts, Worst};
use crate::wire::server::{ServerRow, ServerStatus};

pub use memory::{Memory, ServerKey};
pub use scraped::Scraped;
pub use totals::Totals;
pub(crate) use totals::{filesystem_ratio, memory_ratio};

/// The answers of one tick, all of one instant. Those with some samples for every server are read as they are needed.
#[derive(Default)]
pub struct Vectors<'a> {
    /// The instant they were evaluated at, in unix seconds.
    pub at: f64,
    pub targets: Samples<'a>,
    pub gauges: Samples<'a>,
    /// The instances that the gauges were asked of; None: all. What the others told before still holds.
    pub gauges_of: Option<HashSet<String>>,
    pub measures: Samples<'a>,
    /// The plain expressions for servers that the recording rules lacked in the tick before.
    pub unruled: Samples<'a>,
    pub filesystems: Samples<'a>,
    /// Temperatures and GPUs, and what the rules summed up over jobs.
    pub hardware: Vec<Sample<'a>>,
    /// GPUs that are reserved but idle, when that was asked.
    pub idle_gpus: Option<Vec<Sample<'a>>>,
    pub columns: Vec<Sample<'a>>,
    pub alerts: Vec<Alert>,
    /// Why scrapes fail, when that was asked.
    pub scrape_errors: Option<HashMap<ServerKey, String>>,
    /// When servers that are down were last up, when that was asked.
    pub last_up: Vec<Sample<'a>>,
    pub warnings: Vec<String>,
}

/// What configuration says about snapshots.
#[derive(Clone, Debug)]
pub struct Settings {
    pub interval_seconds: f64,
    pub forget_after_seconds: f64,
    pub columns: Vec<String>,
}

/// The fleet at one instant. It never changes; the next tick makes a new one.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// In unix seconds, by Prometheus' clock.
    pub at: f64,
    pub servers: Vec<Server>,
    by_id: HashMap<String, usize>,
    pub alerts: Vec<Alert>,
    pub alert_counts: AlertCounts,
    pub server_counts: ServerCounts,
    pub totals: Totals,
    pub distribution: Distribution,
    pub worst: Worst,
    pub warnings: Vec<String>,
}

/// A server, and what only the gateway needs to know of it.
#[derive(Debug)]
pub struct Server {
    /// Shared with the answers that show it.
    pub row: Arc<ServerRow>,
    /// The host's own name: GPUs of another job are known by it.
    pub nodename: Option<String>,
}

impl Server {
    /// While the snapshot is made, nobody else has the row.
    fn row_mut(&mut self) -> &mut ServerRow {
        Arc::make_mut(&mut self.row)
    }
}

impl Snapshot {
    pub fn server(&self, id: &str) -> Option<&Server> {
        self.by_id.get(id).map(|&index| &self.servers[index])
    }
}

/// What the answers of a tick make.
pub struct Built {
    pub snapshot: Snapshot,
    /// What the next snapshot has to remember.
    pub memory: Memory,
    /// How many servers told any gauge.
    pub answering: usize,
    /// False when nothing was said of temperatures and GPUs.
    pub has_hardware: bool,
}

/// Makes the snapshot, and what the next one has to remember.
pub fn build(vectors: Vectors<'_>, memory: &Memory, settings: &Settings) -> Result<Built, Error> {
    let mut warnings = vectors.warnings.clone();
    let drafts = draft::drafts(&vectors, memory, settings, &mut warnings)?;
    let rows::Rows { mut servers, remembered, capacities, lacking, answering } =
        rows::rows(&drafts, &vectors, memory, settings, &mut warnings)?;
    let memory = memory.next(&drafts, remembered, lacking, &vectors, settings);
    drop(drafts);
    let mut alerts = vectors.alerts;
    assign_alerts(&mut alerts, &mut servers);
    warnings.sort();
    warnings.dedup();

    let snapshot = Snapshot {
        at: vectors.at,
        by_id: servers.iter().enumerate().map(|(index, server)| (server.row.id.clone(), index)).collect(),
        alert_counts: totals::count_alerts(&alerts),
        alerts,
        server_counts: totals::count_servers(&servers),
        totals: totals::sum(&servers, &capacities, &vectors.hardware),
        distribution: totals::distribution(&servers),
        worst: totals::worst(&servers),
        servers,
        warnings,
    };
    let has_hardware = vectors.hardware.iter().any(|it| !OF_JOBS.contains(&part_of(&it.labels)));
    Ok(Built { snapshot, memory, answering, has_hardware })
}

/// Says of each alert which server it is about, and of each server how many alerts it has; orders the alerts.
fn assign_alerts(alerts: &mut [Alert], servers: &mut [Server]) {
    let mut by_key = HashMap::new();
    let mut by_instance = HashMap::new();
    for (index, server) in servers.iter().enumerate() {
        by_key.insert((server.row.job.clone(), server.row.instance.clone()), index);
        by_instance.entry(server.row.instance.clone()).or_insert(index);
    }
    for alert in alerts.iter_mut() {
        let Some(instance) = alert.labels.get("instance") else { continue };
        let found = match alert.labels.get("job") {
            Some(job) => by_key.get(&(job.clone(), instance.clone())),
            None => by_instance.get(instance),
        };
        let Some(&index) = found else { continue };
        alert.server = Some(servers[index].row.id.clone());
        totals::count_alert(&mut servers[index].row_mut().alerts, alert.state);
    }
    alerts.sort_by(|a, b| {
        let newest_first = b.since.unwrap_or(0.0).total_cmp(&a.since.unwrap_or(0.0));
        let rank = |alert: &Alert| (alert.state, severity_rank(alert.severity.as_deref()));
        rank(a).cmp(&rank(b)).then(newest_first).then_with(|| a.name.cmp(&b.name)).then_with(|| a.labels.cmp(&b.labels))
    });
}

fn severity_rank(severity: Option<&str>) -> u8 {
    match severity {
        Some("critical" | "page" | "error") => 0,
        Some("warning") => 1,
        Some("info" | "none") => 3,
        _ => 2,
    }
}

/// True for the servers whose values are of now.
fn is_fresh(server: &Server) -> bool {
    server.row.status == ServerStatus::Up
}

#[cfg(test)]
mod tests;
