//! The order of rows. A row without a value comes last, whichever the direction.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::error::ApiError;
use crate::params::not_allowed;
use crate::snapshot::{filesystem_ratio, memory_ratio};
use crate::wire::panel::Unit;
use crate::wire::server::{ServerRow, ServerStatus};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sort {
    column: Column,
    is_descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Column {
    Name,
    Status,
    Severity,
    Value(ValueColumn),
}

/// A column of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ValueColumn {
    Cpu,
    Memory,
    Filesystem,
    Load,
    Network,
    Disk,
    Gpu,
    Gpus,
    GpuMemory,
    GpuTemperature,
    GpuWarnings,
    Temperature,
    Uptime,
    Alerts,
}

/// By the names that `sort` and `filter` know.
pub(super) const VALUE_COLUMNS: &[(&str, ValueColumn)] = &[
    ("cpu", ValueColumn::Cpu),
    ("memory", ValueColumn::Memory),
    ("filesystem", ValueColumn::Filesystem),
    ("load", ValueColumn::Load),
    ("network", ValueColumn::Network),
    ("disk", ValueColumn::Disk),
    ("gpu", ValueColumn::Gpu),
    ("gpus", ValueColumn::Gpus),
    ("gpu.memory", ValueColumn::GpuMemory),
    ("gpu.temperature", ValueColumn::GpuTemperature),
    ("gpu.warnings", ValueColumn::GpuWarnings),
    ("temperature", ValueColumn::Temperature),
    ("uptime", ValueColumn::Uptime),
    ("alerts", ValueColumn::Alerts),
];

impl ValueColumn {
    fn name(self) -> &'static str {
        VALUE_COLUMNS.iter().find(|(_, known)| *known == self).map_or("cpu", |(name, _)| name)
    }

    /// In base units: ratios, bytes per second, °C, seconds.
    pub(super) fn value(self, row: &ServerRow) -> Option<f64> {
        match self {
            ValueColumn::Cpu => row.cpu_ratio,
            ValueColumn::Memory => memory_ratio(row),
            ValueColumn::Filesystem => filesystem_ratio(row),
            ValueColumn::Load => row.load1,
            ValueColumn::Network => sum(row.network_receive_bytes_per_second, row.network_transmit_bytes_per_second),
            ValueColumn::Disk => sum(row.disk_read_bytes_per_second, row.disk_written_bytes_per_second),
            ValueColumn::Gpu => row.gpu.as_ref()?.utilization_ratio,
            ValueColumn::Gpus => Some(row.gpu.as_ref()?.count as f64),
            ValueColumn::GpuMemory => {
                let gpu = row.gpu.as_ref()?;
                Some(gpu.memory_used_bytes? / gpu.memory_total_bytes.filter(|&total| total > 0.0)?)
            }
            ValueColumn::GpuTemperature => row.gpu.as_ref()?.temperature_celsius,
            ValueColumn::GpuWarnings => Some(row.gpu.as_ref()?.warnings.len() as f64),
            ValueColumn::Temperature => row.temperature_celsius,
            ValueColumn::Uptime => row.uptime_seconds,
            ValueColumn::Alerts => Some(row.alerts.firing as f64),
        }
    }

    /// What rows are sorted by: the value, and among servers with as many alerts that fire, those of which more are pending.
    fn rank(self, row: &ServerRow) -> Option<(f64, usize)> {
        let pending = if matches!(self, ValueColumn::Alerts) { row.alerts.pending } else { 0 };
        self.value(row).map(|value| (value, pending))
    }
}

/// What a map can show: any column of numbers, or how close a server is to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MapColumn {
    Value(ValueColumn),
    Severity,
}

impl Default for MapColumn {
    fn default() -> Self {
        Self::Value(ValueColumn::Cpu)
    }
}

impl MapColumn {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if name == "severity" {
            return Some(Self::Severity);
        }
        VALUE_COLUMNS.iter().find(|(known, _)| *known == name).map(|&(_, column)| Self::Value(column))
    }

    pub(crate) fn allowed() -> String {
        let names: Vec<_> = VALUE_COLUMNS.iter().map(|(name, _)| *name).chain(["severity"]).collect();
        names.join(", ")
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Value(column) => column.name(),
        }
    }

    /// In [`MapColumn::unit`].
    pub(crate) fn value(self, row: &ServerRow) -> Option<f64> {
        match self {
            Self::Severity => fullest(row),
            Self::Value(column) => column.value(row),
        }
    }

    pub(crate) fn unit(self) -> Unit {
        match self {
            Self::Severity => Unit::Ratio,
            Self::Value(column) => match column {
                ValueColumn::Cpu
                | ValueColumn::Memory
                | ValueColumn::Filesystem
                | ValueColumn::Gpu
                | ValueColumn::GpuMemory => Unit::Ratio,
                ValueColumn::Load | ValueColumn::Gpus | ValueColumn::GpuWarnings | ValueColumn::Alerts => Unit::Count,
                ValueColumn::Network | ValueColumn::Disk => Unit::BytesPerSecond,
                ValueColumn::GpuTemperature | ValueColumn::Temperature => Unit::Celsius,
                ValueColumn::Uptime => Unit::Seconds,
            },
        }
    }
}

/// Known if one of the two is.
fn sum(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.or(other).map(|_| one.unwrap_or(0.0) + other.unwrap_or(0.0))
}

impl Default for Sort {
    /// The worst first.
    fn default() -> Self {
        Self { column: Column::Severity, is_descending: true }
    }
}

impl Sort {
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let value_column = || VALUE_COLUMNS.iter().find(|(known, _)| *known == name).map(|&(_, it)| Column::Value(it));
        let column = match name {
            "name" => Some(Column::Name),
            "status" => Some(Column::Status),
            "severity" => Some(Column::Severity),
            _ => value_column(),
        };
        let column = column.ok_or_else(|| not_allowed("sort", text, allowed()))?;
        Ok(Self { column, is_descending })
    }

    /// The rows of one page, in order. The others are not sorted: a page of a hundred out of ten thousand is asked for a
    /// thousand times on a tick.
    pub(super) fn page<'a, 'b>(
        self,
        rows: &'b mut [&'a Arc<ServerRow>],
        offset: usize,
        limit: usize,
    ) -> &'b [&'a Arc<ServerRow>] {
        let order = |a: &&Arc<ServerRow>, b: &&Arc<ServerRow>| self.compare(a, b).then_with(|| by_name(a, b));
        let offset = offset.min(rows.len());
        let end = offset.saturating_add(limit).min(rows.len());
        if end < rows.len() {
            rows.select_nth_unstable_by(end, order);
        }
        if 0 < offset && offset < end {
            rows[..end].select_nth_unstable_by(offset, order);
        }
        let page = &mut rows[offset..end];
        page.sort_unstable_by(order);
        page
    }

    fn compare(self, a: &ServerRow, b: &ServerRow) -> Ordering {
        let turn = |ordering: Ordering| if self.is_descending { ordering.reverse() } else { ordering };
        match self.column {
            Column::Name => turn(by_name(a, b)),
            Column::Status => turn(a.status.cmp(&b.status)),
            Column::Severity => turn(severity(a).partial_cmp(&severity(b)).unwrap_or(Ordering::Equal)),
            Column::Value(column) => match (column.rank(a), column.rank(b)) {
                (Some(a), Some(b)) => turn(a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.column {
            Column::Name => "name",
            Column::Status => "status",
            Column::Severity => "severity",
            Column::Value(column) => column.name(),
        };
        write!(formatter, "{}{name}", if self.is_descending { "-" } else { "" })
    }
}

fn allowed() -> String {
    let names = ["name", "status", "severity"].into_iter().chain(VALUE_COLUMNS.iter().map(|(name, _)| *name));
    format!("{}; with a leading `-` for descending", names.collect::<Vec<_>>().join(", "))
}

pub(crate) fn by_name(a: &ServerRow, b: &ServerRow) -> Ordering {
    a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id))
}

/// How badly a server needs somebody: down before stale, then alerts, then whatever is closest to full.
fn severity(row: &ServerRow) -> (u8, usize, usize, f64) {
    let status = match row.status {
        ServerStatus::Up => 0,
        ServerStatus::Stale => 1,
        ServerStatus::Down => 2,
    };
    // In twentieths: rows that differ by a breath do not change places on every tick.
    let fullest = (fullest(row).unwrap_or(0.0) * 20.0).floor();
    (status, row.alerts.firing, row.alerts.pending, fullest)
}

/// The largest used share of what can run out.
fn fullest(row: &ServerRow) -> Option<f64> {
    [row.cpu_ratio, memory_ratio(row), filesystem_ratio(row)].into_iter().flatten().reduce(f64::max)
}
