//! Each value of a tick where it belongs.

use crate::prometheus::Error;
use crate::prometheus::promql::TAG;
use crate::prometheus::promql::recorded::{
    CPU_RATIO, CPUS, DISK_READ, DISK_WRITTEN, FILESYSTEM_FREE, FILESYSTEM_SIZE, FLEET_FREE, FLEET_SIZE,
    FULLEST_AVAILABLE, FULLEST_RATIO, FULLEST_SIZE, NETWORK_RECEIVE, NETWORK_TRANSMIT,
};
use crate::prometheus::response::{Labels, Sample};
use crate::wire::server::{FullestFilesystem, ServerRow};

use super::hardware;
use super::index::Index;
use super::memory::Memory;
use super::{Server, Vectors};

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

/// What the measures say that is in no row.
pub(super) struct Measured {
    pub capacities: Capacities,
    pub answers: Vec<bool>,
    pub has_cpu: Vec<bool>,
}

/// Puts every value where it belongs.
pub(super) fn fill(
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
    hardware::fill(servers, vectors, memory, index);
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
