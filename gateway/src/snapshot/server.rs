//! The rows: which servers there are, and each value where it belongs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::gpus;
use crate::prometheus::Error;
use crate::prometheus::promql::TAG;
use crate::prometheus::promql::recorded::{
    CPU_RATIO, CPUS, DISK_READ, DISK_WRITTEN, FILESYSTEM_FREE, FILESYSTEM_SIZE, FLEET_FREE, FLEET_SIZE,
    FULLEST_AVAILABLE, FULLEST_RATIO, FULLEST_SIZE, NETWORK_RECEIVE, NETWORK_TRANSMIT,
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
pub(super) struct Draft {
    pub key: ServerKey,
    pub labels: Arc<BTreeMap<String, String>>,
    /// None when Prometheus no longer has the target.
    pub up: Option<bool>,
    pub sampled_at: Option<f64>,
}

impl Draft {
    pub(super) fn job(&self) -> &str {
        &self.key.0
    }

    pub(super) fn instance(&self) -> &str {
        &self.key.1
    }
}

/// Every target, and every server that was one and is not forgotten yet.
pub(super) fn drafts(
    vectors: &Vectors<'_>,
    memory: &Memory,
    settings: &Settings,
    warnings: &mut Vec<String>,
) -> Result<Vec<Draft>, Error> {
    let mut drafts: Vec<Draft> = Vec::with_capacity(memory.servers.len());
    let mut index: HashMap<ServerKey, usize> = HashMap::with_capacity(memory.servers.len());
    let said = vectors.targets.each(|sample| {
        let labels = &sample.labels;
        let key = (labels.value("job").to_owned(), labels.value("instance").to_owned());
        let at = index.get(&key).copied().unwrap_or_else(|| {
            let labels = shared_labels(labels, memory.servers.get(&key));
            drafts.push(Draft { key: key.clone(), labels, up: None, sampled_at: None });
            index.insert(key, drafts.len() - 1);
            drafts.len() - 1
        });
        if labels.value(TAG) == tick::DOWN {
            drafts[at].up = Some(false);
        } else {
            drafts[at].sampled_at = sample.finite();
            drafts[at].up.get_or_insert(true);
        }
    })?;
    warnings.extend(said);
    for (key, remembered) in &memory.servers {
        let last_seen = remembered.since.unwrap_or(remembered.noticed_at);
        if !index.contains_key(key) && vectors.at - last_seen <= settings.forget_after_seconds {
            let labels = Arc::clone(&remembered.labels);
            drafts.push(Draft { key: key.clone(), labels, up: None, sampled_at: remembered.sampled_at });
        }
    }
    drafts.sort_by(|a, b| (a.instance(), a.job()).cmp(&(b.instance(), b.job())));
    Ok(drafts)
}

/// The labels that a page shows, which hardly ever change: those that are remembered already where they are the same.
fn shared_labels(labels: &Labels<'_>, before: Option<&Remembered>) -> Arc<BTreeMap<String, String>> {
    let shown = || labels.iter().filter(|(name, _)| !matches!(*name, "__name__" | "job" | "instance" | TAG));
    if let Some(before) = before
        && shown().count() == before.labels.len()
        && shown().all(|(name, value)| before.labels.get(name).is_some_and(|it| it == value))
    {
        return Arc::clone(&before.labels);
    }
    Arc::new(shown().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

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

/// All filesystems together, in bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Capacity {
    pub size: Option<f64>,
    pub free: Option<f64>,
}

/// The filesystems of each server, or, where the rules sum them up, only those of all servers.
#[derive(Debug)]
pub(super) struct Capacities {
    pub of_server: Vec<Capacity>,
    pub of_fleet: Capacity,
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
        let row = empty_row(index.id(draft), draft, verdict, nodename.as_deref(), settings);
        servers.push(Server { row, nodename });
    }
    let measured = fill(&mut servers, vectors, memory, &index, warnings)?;
    let lacks = |&at: &usize| measured.answers[at] && !measured.has_cpu[at];
    let lacking = (0..drafts.len()).filter(lacks).map(|at| drafts[at].key.clone()).collect();
    let answering = measured.answers.iter().filter(|answers| **answers).count();
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

/// What the measures say that is in no row.
struct Measured {
    capacities: Capacities,
    answers: Vec<bool>,
    has_cpu: Vec<bool>,
}

/// Puts every value where it belongs.
fn fill(
    servers: &mut [Server],
    vectors: &Vectors<'_>,
    memory: &Memory,
    index: &Index<'_>,
    warnings: &mut Vec<String>,
) -> Result<Measured, Error> {
    let count = servers.len();
    let capacities = Capacities { of_server: vec![Capacity::default(); count], of_fleet: Capacity::default() };
    let mut measured = Measured { capacities, answers: vec![false; count], has_cpu: vec![false; count] };
    let mut gauges = vec![Gauges::default(); count];
    let said = vectors.gauges.each(|sample| {
        if let Some(at) = index.find(&sample.labels) {
            gauges[at].take(&sample);
            measured.answers[at] = true;
        }
    })?;
    warnings.extend(said);
    for (server, gauges) in servers.iter_mut().zip(&gauges) {
        gauges.apply(&mut server.row, vectors.at);
    }
    drop(gauges);
    // What the rules say comes second, so that it is what remains, and alone decides whether the rules have a server.
    for (answer, is_rules) in [(vectors.unruled, false), (vectors.measures, true)] {
        let said = answer.each(|sample| {
            let name = measure_name(&sample.labels);
            match name {
                FLEET_SIZE => return measured.capacities.of_fleet.size = sample.finite(),
                FLEET_FREE => return measured.capacities.of_fleet.free = sample.finite(),
                _ => {}
            }
            let Some(at) = index.find(&sample.labels) else { return };
            measured.has_cpu[at] |= is_rules && name == CPU_RATIO;
            if let Some(value) = sample.finite() {
                set_measure(&mut servers[at].row, &mut measured.capacities.of_server[at], name, value);
            }
        })?;
        warnings.extend(said);
    }
    let said = vectors.filesystems.each(|sample| {
        if let Some(at) = index.find(&sample.labels) {
            set_filesystem(&mut servers[at].row, &sample);
        }
    })?;
    warnings.extend(said);
    fill_hardware(servers, vectors, memory, index);
    for sample in &vectors.columns {
        if let Some(at) = index.find_loosely(&sample.labels)
            && let Some(value) = servers[at].row.extra.get_mut(sample.labels.value(TAG))
        {
            *value = sample.finite();
        }
    }
    Ok(measured)
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
fn measure_name<'a>(labels: &'a Labels<'_>) -> &'a str {
    labels.get(TAG).unwrap_or_else(|| labels.value("__name__"))
}

fn set_measure(row: &mut ServerRow, capacity: &mut Capacity, name: &str, value: f64) {
    match name {
        FILESYSTEM_SIZE => capacity.size = Some(value),
        FILESYSTEM_FREE => capacity.free = Some(value),
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
    match measure_name(&sample.labels) {
        FULLEST_RATIO => filesystem.used_ratio = value.clamp(0.0, 1.0),
        FULLEST_SIZE => filesystem.size_bytes = Some(value),
        FULLEST_AVAILABLE => filesystem.available_bytes = Some(value),
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
    for idle in memory.idle_gpus.of_tick(vectors).iter() {
        let key = (idle.job.as_str(), idle.instance.as_str());
        let found = index.by_key.get(&key).or_else(|| by_host.get(idle.hostname.as_ref()?));
        if let Some(gpu) = found.and_then(|&at| servers[at].row.gpu.as_mut()) {
            gpus::warnings::add(&mut gpu.warnings, idle.warning.clone());
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
    if let Some(warning) = gpus::warnings::warning(tag, &sample.labels, value) {
        return gpus::warnings::add(&mut gpu.warnings, warning);
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
    fn new(drafts: &'a [Draft]) -> Self {
        let mut by_key = HashMap::with_capacity(drafts.len());
        let mut by_instance = HashMap::with_capacity(drafts.len());
        for (at, draft) in drafts.iter().enumerate() {
            by_key.insert((draft.job(), draft.instance()), at);
            by_instance.entry(draft.instance()).or_insert((at, 0)).1 += 1;
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

    fn id(&self, draft: &Draft) -> String {
        match self.by_instance.get(draft.instance()) {
            Some((_, 1)) => draft.instance().to_owned(),
            _ => format!("{}/{}", draft.job(), draft.instance()),
        }
    }
}
