//! Each value of a tick where it belongs.

use crate::prometheus::Error;
use crate::prometheus::promql::recorded::{
    CPU_RATIO, CPUS, DISK_READ, DISK_WRITTEN, FILESYSTEM_FREE, FILESYSTEM_SIZE, JOB_FREE, JOB_SIZE, NETWORK_RECEIVE,
    NETWORK_TRANSMIT,
};
use crate::prometheus::promql::{TAG, part_of};
use crate::wire::server::ServerRow;

use super::filesystems;
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
    let mut measured = Measured { capacities, has_cpu: vec![false; count] };
    // What the rules say comes second, so that it is what remains, and alone decides whether the rules have a server.
    for (answer, is_rules) in [(vectors.unruled, false), (vectors.measures, true)] {
        let said = answer.each(|sample| {
            let name = part_of(&sample.labels);
            let Some(at) = index.find(&sample.labels) else { return };
            measured.has_cpu[at] |= is_rules && name == CPU_RATIO;
            if let Some(value) = sample.finite() {
                set_measure(servers[at].row_mut(), &mut measured.capacities.of_server[at], name, value);
            }
        })?;
        warnings.extend(said);
    }
    warnings.extend(filesystems::fill(servers, vectors.filesystems, index)?);
    for sample in &vectors.hardware {
        match part_of(&sample.labels) {
            JOB_SIZE => add(&mut measured.capacities.of_fleet.size, sample.finite()),
            JOB_FREE => add(&mut measured.capacities.of_fleet.free, sample.finite()),
            _ => {}
        }
    }
    hardware::fill(servers, vectors, memory, index);
    for sample in &vectors.columns {
        if let Some(at) = index.find_loosely(&sample.labels)
            && let Some(value) = servers[at].row_mut().extra.get_mut(sample.labels.value(TAG))
        {
            *value = sample.finite();
        }
    }
    Ok(measured)
}

fn add(sum: &mut Option<f64>, value: Option<f64>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or(0.0) + value);
    }
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
