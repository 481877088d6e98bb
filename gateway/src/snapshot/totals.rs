//! Sums over the servers whose values are of now; a sum of nothing is `None`.

use crate::prometheus::promql::hardware::{GPU_BUSY_COUNT, GPU_BUSY_SUM};
use crate::prometheus::promql::part_of;
use crate::prometheus::response::Sample;
use crate::wire::alert::{Alert, AlertState};
use crate::wire::overview::{AlertCounts, Distribution, Offender, ServerCounts, Worst};
use crate::wire::server::{ServerRow, ServerStatus};

use super::values::Capacities;
use super::{Server, is_fresh};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    pub cpu_used_ratio: Option<f64>,
    pub cores: Option<f64>,
    pub memory_used: Option<f64>,
    pub memory_total: Option<f64>,
    pub filesystem_used: Option<f64>,
    pub filesystem_size: Option<f64>,
    pub network_receive: Option<f64>,
    pub network_transmit: Option<f64>,
    pub disk_read: Option<f64>,
    pub disk_written: Option<f64>,
    pub gpu_count: usize,
    pub gpu_utilization_ratio: Option<f64>,
    pub gpu_memory_used: Option<f64>,
    pub gpu_memory_total: Option<f64>,
    pub gpu_power: Option<f64>,
}

const WORST: usize = 5;

pub(super) fn sum(servers: &[Server], capacities: &Capacities, hardware: &[Sample<'_>]) -> Totals {
    let over = |value: fn(&ServerRow) -> Option<f64>| sum_of(fresh(servers).filter_map(value));
    let busy_cores = over(|row| Some(row.cpu_ratio? * row.cores?));
    let reporting_cores = over(|row| row.cpu_ratio.and(row.cores));
    let of_fresh =
        || servers.iter().zip(&capacities.of_server).filter(|(server, _)| is_fresh(server)).map(|(_, it)| it);
    let size = capacities.of_fleet.size.or_else(|| sum_of(of_fresh().filter_map(|it| it.size)));
    let free = capacities.of_fleet.free.or_else(|| sum_of(of_fresh().filter_map(|it| it.free)));
    let gpu = |tag: &str| sum_of(hardware.iter().filter(|it| part_of(&it.labels) == tag).filter_map(Sample::finite));
    Totals {
        cpu_used_ratio: quotient(busy_cores, reporting_cores),
        cores: over(|row| row.cores),
        // Both only of servers that report both, so that one is a share of the other.
        memory_used: over(|row| row.memory_total_bytes.and(row.memory_used_bytes)),
        memory_total: over(|row| row.memory_used_bytes.and(row.memory_total_bytes)),
        filesystem_used: size.zip(free).map(|(size, free)| (size - free).max(0.0)),
        filesystem_size: size,
        network_receive: over(|row| row.network_receive_bytes_per_second),
        network_transmit: over(|row| row.network_transmit_bytes_per_second),
        disk_read: over(|row| row.disk_read_bytes_per_second),
        disk_written: over(|row| row.disk_written_bytes_per_second),
        gpu_count: fresh(servers).filter_map(|row| row.gpu.as_ref()).map(|gpu| gpu.count).sum(),
        gpu_utilization_ratio: quotient(gpu(GPU_BUSY_SUM), gpu(GPU_BUSY_COUNT)),
        gpu_memory_used: over(|row| row.gpu.as_ref()?.memory_used_bytes),
        gpu_memory_total: over(|row| row.gpu.as_ref()?.memory_total_bytes),
        gpu_power: over(|row| row.gpu.as_ref()?.power_watts),
    }
}

fn fresh(servers: &[Server]) -> impl Iterator<Item = &ServerRow> {
    servers.iter().filter(|server| is_fresh(server)).map(|server| &*server.row)
}

fn sum_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

fn quotient(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    let (part, whole) = part.zip(whole)?;
    (whole > 0.0).then(|| (part / whole).clamp(0.0, 1.0))
}

pub(super) fn count_servers(servers: &[Server]) -> ServerCounts {
    let mut counts = ServerCounts { total: servers.len(), ..ServerCounts::default() };
    for server in servers {
        match server.row.status {
            ServerStatus::Up => counts.up += 1,
            ServerStatus::Stale => counts.stale += 1,
            ServerStatus::Down => counts.down += 1,
        }
    }
    counts
}

pub(super) fn count_alerts(alerts: &[Alert]) -> AlertCounts {
    let mut counts = AlertCounts::default();
    alerts.iter().for_each(|alert| count_alert(&mut counts, alert.state));
    counts
}

pub(super) fn count_alert(counts: &mut AlertCounts, state: AlertState) {
    match state {
        AlertState::Firing => counts.firing += 1,
        AlertState::Pending => counts.pending += 1,
    }
}

/// Used share of memory.
pub(crate) fn memory_ratio(row: &ServerRow) -> Option<f64> {
    quotient(row.memory_used_bytes, row.memory_total_bytes)
}

pub(crate) fn filesystem_ratio(row: &ServerRow) -> Option<f64> {
    row.filesystem.as_ref().map(|filesystem| filesystem.used_ratio)
}

pub(super) fn distribution(servers: &[Server]) -> Distribution {
    let tenths = |value: fn(&ServerRow) -> Option<f64>| {
        let mut counts = [0; 10];
        for ratio in fresh(servers).filter_map(value) {
            counts[((ratio * 10.0) as usize).min(9)] += 1;
        }
        counts
    };
    Distribution {
        cpu_ratio: tenths(|row| row.cpu_ratio),
        memory_ratio: tenths(memory_ratio),
        filesystem_ratio: tenths(filesystem_ratio),
    }
}

pub(super) fn worst(servers: &[Server]) -> Worst {
    let by = |value: fn(&ServerRow) -> Option<f64>| {
        let mut all: Vec<_> = fresh(servers).filter_map(|row| Some((value(row)?, row))).collect();
        all.sort_by(|(a, a_row), (b, b_row)| b.total_cmp(a).then_with(|| a_row.id.cmp(&b_row.id)));
        let offender = |(value, row): (f64, &ServerRow)| Offender { id: row.id.clone(), name: row.name.clone(), value };
        all.into_iter().take(WORST).map(offender).collect()
    };
    Worst {
        cpu: by(|row| row.cpu_ratio),
        memory: by(memory_ratio),
        filesystem: by(filesystem_ratio),
        gpu_temperature: by(|row| row.gpu.as_ref()?.temperature_celsius),
    }
}
