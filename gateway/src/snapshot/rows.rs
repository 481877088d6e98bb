//! The rows: what is known of every server, and what the next snapshot has to remember of it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::prometheus::Error;
use crate::wire::overview::AlertCounts;
use crate::wire::server::ServerRow;

use super::draft::Draft;
use super::gauges::{self, Gauges};
use super::index::Index;
use super::memory::{Memory, Remembered, ServerKey};
use super::status::{Evidence, Verdict, judge};
use super::values::{Capacities, fill};
use super::{Server, Settings, Vectors};

/// What the answers say of every server, in the order of the drafts.
pub(super) struct Rows {
    pub servers: Vec<Server>,
    pub remembered: HashMap<ServerKey, Remembered>,
    pub capacities: Capacities,
    /// Those that told a gauge, but that `measures` does not have.
    pub lacking: Vec<ServerKey>,
    /// How many told a gauge.
    pub answering: usize,
}

/// The rows with all values, and what to remember of each server.
pub(super) fn rows(
    drafts: &[Draft],
    vectors: &Vectors<'_>,
    memory: &Memory,
    settings: &Settings,
    warnings: &mut Vec<String>,
) -> Result<Rows, Error> {
    let index = Index::new(drafts);
    let mut last_up: Vec<Option<f64>> = vec![None; drafts.len()];
    for sample in &vectors.last_up {
        if let Some(at) = index.find(&sample.labels) {
            last_up[at] = sample.finite();
        }
    }

    let mut servers = Vec::with_capacity(drafts.len());
    let mut remembered = HashMap::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        let before = memory.servers.get(&draft.key);
        let scrape_error = vectors.scrape_errors.as_ref().and_then(|errors| errors.get(&draft.key));
        let evidence = Evidence {
            at: vectors.at,
            interval: memory.interval(draft.job()),
            scrape_error: scrape_error.map(String::as_str),
            last_up: last_up[at],
        };
        let verdict = judge(draft, before, &evidence);
        let nodename = before.and_then(|before| before.nodename.clone());
        remembered.insert(draft.key.clone(), remember(draft, &verdict, nodename.clone(), before, vectors.at));
        let row = Arc::new(empty_row(index.id(draft), draft, verdict, nodename.as_deref(), settings));
        servers.push(Server { row, nodename });
    }
    let gauges = gauges::read(drafts, vectors, memory, &index, warnings)?;
    for (server, gauges) in servers.iter_mut().zip(&gauges) {
        gauges.apply(server.row_mut(), vectors.at);
    }
    let measured = fill(&mut servers, vectors, memory, &index, warnings)?;
    let lacks = |&at: &usize| gauges[at].told && !measured.has_cpu[at];
    let lacking = (0..drafts.len()).filter(lacks).map(|at| drafts[at].key.clone()).collect();
    let answering = gauges.iter().filter(|gauges| gauges.told).count();
    for (draft, gauges) in drafts.iter().zip(gauges) {
        if let Some(server) = remembered.get_mut(&draft.key) {
            server.gauges = gauges;
        }
    }
    Ok(Rows { servers, remembered, capacities: measured.capacities, lacking, answering })
}

fn remember(
    draft: &Draft,
    verdict: &Verdict,
    nodename: Option<String>,
    before: Option<&Remembered>,
    at: f64,
) -> Remembered {
    Remembered {
        nodename,
        labels: Arc::clone(&draft.labels),
        status: Some(verdict.status),
        since: verdict.since,
        reason: verdict.reason.clone(),
        sampled_at: draft.sampled_at,
        gap: before.and_then(|before| before.new_gap(draft.sampled_at).or(before.gap)),
        is_target: draft.up.is_some(),
        noticed_at: before.map_or(at, |before| before.noticed_at),
        asked_last_up: before.is_some_and(|before| before.asked_last_up && before.status == Some(verdict.status)),
        gauges: Gauges::default(),
    }
}

fn empty_row(id: String, draft: &Draft, verdict: Verdict, nodename: Option<&str>, settings: &Settings) -> ServerRow {
    ServerRow {
        id,
        instance: draft.instance().to_owned(),
        job: draft.job().to_owned(),
        name: nodename.unwrap_or(draft.instance()).to_owned(),
        labels: Arc::clone(&draft.labels),
        status: verdict.status,
        status_since: verdict.since,
        status_reason: verdict.reason,
        sampled_at: draft.sampled_at,
        cpu_ratio: None,
        cores: None,
        load1: None,
        load5: None,
        load15: None,
        memory_used_bytes: None,
        memory_total_bytes: None,
        swap_used_bytes: None,
        swap_total_bytes: None,
        filesystem: None,
        disk_read_bytes_per_second: None,
        disk_written_bytes_per_second: None,
        network_receive_bytes_per_second: None,
        network_transmit_bytes_per_second: None,
        gpu: None,
        temperature_celsius: None,
        uptime_seconds: None,
        alerts: AlertCounts::default(),
        extra: settings.columns.iter().map(|name| (name.clone(), None)).collect(),
    }
}
