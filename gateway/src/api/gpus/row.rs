//! A GPU with its server: what filters, sorts and groups look at.

use crate::api::servers::Filterable;
use crate::gpus::fleet::{Host, PlacedGpu};
use crate::snapshot::Snapshot;
use crate::wire::gpu::{FleetGpu, Gpu, GpuWarningKind};
use crate::wire::server::{ServerRow, ServerStatus};

/// A column of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Utilization,
    Tensor,
    Memory,
    Temperature,
    Power,
    Clock,
    Ecc,
    Xid,
    Processes,
    Idle,
    Lost,
    Warnings,
}

/// By the names that `sort` and `filter` know.
pub(super) const COLUMNS: &[(&str, Column)] = &[
    ("utilization", Column::Utilization),
    ("tensor", Column::Tensor),
    ("memory", Column::Memory),
    ("temperature", Column::Temperature),
    ("power", Column::Power),
    ("clock", Column::Clock),
    ("ecc", Column::Ecc),
    ("xid", Column::Xid),
    ("processes", Column::Processes),
    ("idle", Column::Idle),
    ("lost", Column::Lost),
    ("warnings", Column::Warnings),
];

/// What rows are grouped by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum GroupBy {
    Server,
    Model,
    Mig,
    /// Of the server.
    Label(String),
}

const SECONDS_PER_HOUR: f64 = 3_600.0;

pub(super) struct Row<'a> {
    pub gpu: &'a Gpu,
    server: Option<&'a ServerRow>,
    pub name: &'a str,
    at: f64,
}

impl<'a> Row<'a> {
    pub(super) fn new(placed: &'a PlacedGpu, snapshot: &'a Snapshot) -> Self {
        let server = match placed.host {
            Host::Server(at) => snapshot.servers.get(at).map(|server| &*server.row),
            Host::Unknown(_) => None,
        };
        let name = match (&placed.host, server) {
            (Host::Unknown(host), _) => host.as_str(),
            (_, server) => server.map_or("", |row| row.name.as_str()),
        };
        Self { gpu: &placed.gpu, server, name, at: snapshot.at }
    }

    pub(super) fn group(&self, by: &GroupBy) -> &'a str {
        match by {
            GroupBy::Server => self.name,
            GroupBy::Model => self.gpu.name.as_deref().unwrap_or_default(),
            GroupBy::Label(name) => self.server.and_then(|row| row.label(name)).unwrap_or_default(),
            GroupBy::Mig => match (&self.gpu.mig_profile, self.gpu.mig_instances) {
                (Some(profile), _) => profile,
                (None, Some(instances)) if instances > 0.0 => "split",
                (None, _) => "whole",
            },
        }
    }

    /// Seconds for which it was reserved but idle.
    fn idle(&self) -> Option<f64> {
        let idle = self.gpu.warnings.iter().find(|it| it.kind == GpuWarningKind::IdleReserved)?;
        idle.since.map(|since| self.at - since)
    }

    pub(super) fn to_wire(&self) -> FleetGpu {
        FleetGpu {
            server: self.server.map(|row| row.id.clone()),
            server_name: self.name.to_owned(),
            status: self.server.map(|row| row.status),
            gpu: self.gpu.clone(),
        }
    }
}

impl Filterable for Row<'_> {
    type Column = Column;

    fn value(&self, column: Column) -> Option<f64> {
        let gpu = self.gpu;
        let share = |part: Option<f64>, whole: Option<f64>| Some(part? / whole.filter(|&whole| whole > 0.0)?);
        match column {
            Column::Utilization => gpu.utilization_ratio,
            Column::Tensor => gpu.tensor_ratio,
            Column::Memory => share(gpu.memory_used_bytes, gpu.memory_total_bytes),
            Column::Temperature => gpu.temperature_celsius,
            Column::Power => share(gpu.power_watts, gpu.power_limit_watts),
            Column::Clock => gpu.clock_hertz,
            Column::Ecc => gpu.ecc_uncorrected,
            Column::Xid => gpu.xid.as_ref().map(|xid| f64::from(xid.code)),
            Column::Processes => gpu.processes,
            Column::Idle => self.idle().map(|seconds| seconds / SECONDS_PER_HOUR),
            Column::Lost => gpu.up.map(|up| f64::from(u8::from(!up))),
            Column::Warnings => Some(gpu.warnings.len() as f64),
        }
    }

    fn status(&self) -> Option<ServerStatus> {
        self.server.map(|row| row.status)
    }

    fn label(&self, name: &str) -> Option<&str> {
        match name {
            "server" | "name" => Some(self.name),
            "model" => self.gpu.name.as_deref(),
            "uuid" => self.gpu.uuid.as_deref(),
            "mig" => self.gpu.mig_profile.as_deref(),
            "gpu" => Some(&self.gpu.gpu),
            _ => self.server?.label(name),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let own = [self.gpu.name.as_deref(), self.gpu.uuid.as_deref(), self.gpu.mig_profile.as_deref()];
        let server = self.server.into_iter().flat_map(Filterable::texts);
        std::iter::once(self.name).chain(own.into_iter().flatten()).chain(server)
    }
}
