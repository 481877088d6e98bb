//! The rows: which servers there are, and each value where it belongs.

use std::collections::{BTreeMap, HashMap};

use crate::gpus::warnings;
use crate::prometheus::promql::TAG;
use crate::prometheus::promql::recorded::{
    CPU_RATIO, CPUS, DISK_READ, DISK_WRITTEN, NETWORK_RECEIVE, NETWORK_TRANSMIT,
};
use crate::prometheus::promql::tick;
use crate::prometheus::response::{Labels, Sample};
use crate::wire::overview::AlertCounts;
use crate::wire::server::{FullestFilesystem, GpuSummary, ServerRow};

use super::memory::{Memory, Remembered, ServerKey};
use super::status::{Evidence, Verdict, judge};
use super::{Server, Settings, Vectors};

/// A server before its values are known.
#[derive(Debug, PartialEq)]
pub(super) struct Draft<'a> {
    pub job: &'a str,
    pub instance: &'a str,
    pub labels: BTreeMap<String, String>,
    /// None when Prometheus no longer has the target.
    pub up: Option<bool>,
    pub sampled_at: Option<f64>,
}

impl Draft<'_> {
    pub(super) fn key(&self) -> ServerKey {
        (self.job.to_owned(), self.instance.to_owned())
    }
}

/// Every target, and every server that was one and is not forgotten yet.
pub(super) fn drafts<'a>(vectors: &'a Vectors<'_>, memory: &'a Memory, settings: &Settings) -> Vec<Draft<'a>> {
    let mut drafts = Vec::with_capacity(vectors.targets.len() / 2);
    let mut index = HashMap::with_capacity(vectors.targets.len() / 2);
    for sample in &vectors.targets {
        let key = (sample.labels.value("job"), sample.labels.value("instance"));
        let at = *index.entry(key).or_insert_with(|| {
            let labels = target_labels(&sample.labels);
            drafts.push(Draft { job: key.0, instance: key.1, labels, up: None, sampled_at: None });
            drafts.len() - 1
        });
        let draft: &mut Draft<'_> = &mut drafts[at];
        match sample.labels.value(TAG) {
            tick::SAMPLED_AT => draft.sampled_at = sample.finite(),
            _ => draft.up = Some(sample.finite() == Some(1.0)),
        }
    }
    for ((job, instance), remembered) in &memory.servers {
        let last_seen = remembered.since.unwrap_or(remembered.noticed_at);
        let is_gone = !index.contains_key(&(job.as_str(), instance.as_str()));
        if is_gone && vectors.at - last_seen <= settings.forget_after_seconds {
            let labels = remembered.labels.clone();
            drafts.push(Draft { job, instance, labels, up: None, sampled_at: remembered.sampled_at });
        }
    }
    drafts.sort_by(|a, b| (a.instance, a.job).cmp(&(b.instance, b.job)));
    drafts
}

fn target_labels(labels: &Labels<'_>) -> BTreeMap<String, String> {
    let others = labels.iter().filter(|(name, _)| !matches!(*name, "__name__" | "job" | "instance" | TAG));
    others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The rows with all values, and what to remember of each server.
pub(super) fn rows(
    drafts: &[Draft<'_>],
    vectors: &Vectors<'_>,
    memory: &Memory,
    settings: &Settings,
) -> (Vec<Server>, HashMap<ServerKey, Remembered>) {
    let index = Index::new(drafts);
    let mut nodenames: Vec<Option<&str>> = vec![None; drafts.len()];
    for sample in &vectors.identity {
        if let Some(at) = index.find(&sample.labels) {
            nodenames[at] = sample.labels.get("nodename");
        }
    }
    let mut last_up: Vec<Option<f64>> = vec![None; drafts.len()];
    for sample in &vectors.last_up {
        if let Some(at) = index.find(&sample.labels) {
            last_up[at] = sample.finite();
        }
    }

    let mut servers = Vec::with_capacity(drafts.len());
    let mut remembered = HashMap::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        let key = draft.key();
        let before = memory.servers.get(&key);
        let scrape_error = vectors.scrape_errors.as_ref().and_then(|errors| errors.get(&key));
        let evidence = Evidence {
            at: vectors.at,
            interval: memory.interval(draft.job),
            scrape_error: scrape_error.map(String::as_str),
            last_up: last_up[at],
        };
        let verdict = judge(draft, before, &evidence);
        let nodename = nodenames[at].or_else(|| before?.nodename.as_deref()).map(str::to_owned);
        remembered.insert(key, remember(draft, &verdict, nodename.clone(), before, vectors.at));
        let row = empty_row(index.id(draft), draft, verdict, nodename.as_deref(), settings);
        servers.push(Server { row, nodename });
    }
    fill(&mut servers, vectors, memory, &index);
    (servers, remembered)
}

fn remember(
    draft: &Draft<'_>,
    verdict: &Verdict,
    nodename: Option<String>,
    before: Option<&Remembered>,
    at: f64,
) -> Remembered {
    Remembered {
        nodename,
        labels: draft.labels.clone(),
        status: Some(verdict.status),
        since: verdict.since,
        reason: verdict.reason.clone(),
        sampled_at: draft.sampled_at,
        is_target: draft.up.is_some(),
        noticed_at: before.map_or(at, |before| before.noticed_at),
        asked_last_up: before.is_some_and(|before| before.asked_last_up && before.status == Some(verdict.status)),
    }
}

fn empty_row(
    id: String,
    draft: &Draft<'_>,
    verdict: Verdict,
    nodename: Option<&str>,
    settings: &Settings,
) -> ServerRow {
    ServerRow {
        id,
        instance: draft.instance.to_owned(),
        job: draft.job.to_owned(),
        name: nodename.unwrap_or(draft.instance).to_owned(),
        labels: draft.labels.clone(),
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

/// Puts every value where it belongs.
fn fill(servers: &mut [Server], vectors: &Vectors<'_>, memory: &Memory, index: &Index<'_>) {
    let mut gauges = vec![Gauges::default(); servers.len()];
    for sample in &vectors.gauges {
        if let Some(at) = index.find(&sample.labels) {
            gauges[at].take(sample);
        }
    }
    for (server, gauges) in servers.iter_mut().zip(&gauges) {
        gauges.apply(&mut server.row, vectors.at);
    }
    for sample in &vectors.measures {
        if let (Some(at), Some(value)) = (index.find(&sample.labels), sample.finite()) {
            set_measure(&mut servers[at].row, measure_name(&sample.labels), value);
        }
    }
    for sample in &vectors.filesystems {
        if let Some(at) = index.find(&sample.labels) {
            set_filesystem(&mut servers[at].row, sample);
        }
    }
    fill_hardware(servers, vectors, memory, index);
    for sample in &vectors.columns {
        if let Some(at) = index.find_loosely(&sample.labels)
            && let Some(value) = servers[at].row.extra.get_mut(sample.labels.value(TAG))
        {
            *value = sample.finite();
        }
    }
}

/// The gauges that rows are computed from.
#[derive(Clone, Default)]
struct Gauges {
    load: [Option<f64>; 3],
    memory_total: Option<f64>,
    memory_available: Option<f64>,
    swap_total: Option<f64>,
    swap_free: Option<f64>,
    boot_time: Option<f64>,
    time: Option<f64>,
}

impl Gauges {
    fn take(&mut self, sample: &Sample<'_>) {
        let place = match sample.labels.value("__name__") {
            "node_load1" => &mut self.load[0],
            "node_load5" => &mut self.load[1],
            "node_load15" => &mut self.load[2],
            "node_memory_MemTotal_bytes" => &mut self.memory_total,
            "node_memory_MemAvailable_bytes" => &mut self.memory_available,
            "node_memory_SwapTotal_bytes" => &mut self.swap_total,
            "node_memory_SwapFree_bytes" => &mut self.swap_free,
            "node_boot_time_seconds" => &mut self.boot_time,
            "node_time_seconds" => &mut self.time,
            _ => return,
        };
        *place = sample.finite();
    }

    fn apply(&self, row: &mut ServerRow, at: f64) {
        [row.load1, row.load5, row.load15] = self.load;
        row.memory_total_bytes = self.memory_total;
        row.memory_used_bytes = difference(self.memory_total, self.memory_available);
        row.swap_total_bytes = self.swap_total;
        row.swap_used_bytes = difference(self.swap_total, self.swap_free);
        // By the server's own clock where it tells it: ours may differ.
        row.uptime_seconds = self.boot_time.map(|boot| (self.time.unwrap_or(at) - boot).max(0.0));
    }
}

fn difference(whole: Option<f64>, rest: Option<f64>) -> Option<f64> {
    Some((whole? - rest?).max(0.0))
}

/// A rule's series has the measure as its name, a plain expression as its tag.
pub(super) fn measure_name<'a>(labels: &'a Labels<'_>) -> &'a str {
    labels.get(TAG).unwrap_or_else(|| labels.value("__name__"))
}

fn set_measure(row: &mut ServerRow, name: &str, value: f64) {
    match name {
        CPUS => row.cores = Some(value),
        // A counter of idle time may step back a little; a share never leaves its bounds.
        CPU_RATIO => row.cpu_ratio = Some(value.clamp(0.0, 1.0)),
        DISK_READ => row.disk_read_bytes_per_second = Some(value),
        DISK_WRITTEN => row.disk_written_bytes_per_second = Some(value),
        NETWORK_RECEIVE => row.network_receive_bytes_per_second = Some(value),
        NETWORK_TRANSMIT => row.network_transmit_bytes_per_second = Some(value),
        _ => {}
    }
}

fn set_filesystem(row: &mut ServerRow, sample: &Sample<'_>) {
    let Some(value) = sample.finite() else { return };
    let filesystem = row.filesystem.get_or_insert_with(|| FullestFilesystem {
        mountpoint: sample.labels.value("mountpoint").to_owned(),
        device: sample.labels.value("device").to_owned(),
        used_ratio: 0.0,
        size_bytes: None,
        available_bytes: None,
    });
    match sample.labels.value(TAG) {
        tick::FULLEST_RATIO => filesystem.used_ratio = value.clamp(0.0, 1.0),
        tick::FULLEST_SIZE => filesystem.size_bytes = Some(value),
        tick::FULLEST_AVAILABLE => filesystem.available_bytes = Some(value),
        _ => {}
    }
}

/// The server's own exporter comes first; what dcgm-exporter says of its host fills what is missing.
fn fill_hardware(servers: &mut [Server], vectors: &Vectors<'_>, memory: &Memory, index: &Index<'_>) {
    let mut by_host = HashMap::new();
    for (at, server) in servers.iter().enumerate() {
        if let Some(nodename) = &server.nodename {
            by_host.entry(nodename.clone()).or_insert(at);
        }
    }
    let samples = &vectors.hardware;
    let (own, foreign): (Vec<_>, Vec<_>) = samples.iter().partition(|sample| index.find(&sample.labels).is_some());
    for sample in own.into_iter().chain(foreign) {
        let found = index.find(&sample.labels).or_else(|| by_host.get(sample.labels.value("Hostname")).copied());
        if let (Some(at), Some(value)) = (found, sample.finite()) {
            set_hardware(&mut servers[at].row, sample, value);
        }
    }
    // These are asked for less often; between, they are as they were.
    for idle in memory.idle_gpus(vectors).iter() {
        let key = (idle.job.as_str(), idle.instance.as_str());
        let found = index.by_key.get(&key).or_else(|| by_host.get(idle.hostname.as_ref()?));
        if let Some(gpu) = found.and_then(|&at| servers[at].row.gpu.as_mut()) {
            warnings::add(&mut gpu.warnings, idle.warning.clone());
        }
    }
}

fn set_hardware(row: &mut ServerRow, sample: &Sample<'_>, value: f64) {
    let tag = sample.labels.value(TAG);
    if tag == tick::TEMPERATURE {
        row.temperature_celsius = Some(value);
        return;
    }
    let gpu = row.gpu.get_or_insert(GpuSummary {
        count: 0,
        utilization_ratio: None,
        memory_used_bytes: None,
        memory_total_bytes: None,
        temperature_celsius: None,
        power_watts: None,
        warnings: Vec::new(),
    });
    if let Some(warning) = warnings::warning(tag, &sample.labels, value) {
        return warnings::add(&mut gpu.warnings, warning);
    }
    let place = match tag {
        tick::GPU_COUNT if gpu.count == 0 => return gpu.count = value as usize,
        tick::GPU_BUSIEST => &mut gpu.utilization_ratio,
        tick::GPU_MEMORY_USED => &mut gpu.memory_used_bytes,
        tick::GPU_MEMORY_TOTAL => &mut gpu.memory_total_bytes,
        tick::GPU_HOTTEST => &mut gpu.temperature_celsius,
        tick::GPU_POWER => &mut gpu.power_watts,
        _ => return,
    };
    place.get_or_insert(value);
}

/// Finds a server by the labels of a sample.
struct Index<'a> {
    by_key: HashMap<(&'a str, &'a str), usize>,
    /// The first server with this instance, and how many have it.
    by_instance: HashMap<&'a str, (usize, usize)>,
}

impl<'a> Index<'a> {
    fn new(drafts: &'a [Draft<'a>]) -> Self {
        let mut by_key = HashMap::with_capacity(drafts.len());
        let mut by_instance = HashMap::with_capacity(drafts.len());
        for (at, draft) in drafts.iter().enumerate() {
            by_key.insert((draft.job, draft.instance), at);
            by_instance.entry(draft.instance).or_insert((at, 0)).1 += 1;
        }
        Self { by_key, by_instance }
    }

    fn find(&self, labels: &Labels<'_>) -> Option<usize> {
        self.by_key.get(&(labels.value("job"), labels.value("instance"))).copied()
    }

    /// Also finds a server whose job the sample does not name.
    fn find_loosely(&self, labels: &Labels<'_>) -> Option<usize> {
        match labels.get("job") {
            Some(_) => self.find(labels),
            None => self.by_instance.get(labels.value("instance")).map(|&(first, _)| first),
        }
    }

    fn id(&self, draft: &Draft<'_>) -> String {
        match self.by_instance.get(draft.instance) {
            Some((_, 1)) => draft.instance.to_owned(),
            _ => format!("{}/{}", draft.job, draft.instance),
        }
    }
}
