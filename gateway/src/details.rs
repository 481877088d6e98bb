//! One server, everything: the parts of `/api/v1/servers/{id}` that the snapshot does not hold.
//!
//! Servers that somebody watches are asked about together on every tick; another one is asked about on demand, once
//! however many ask, and remembered for a tick.

mod build;
mod watched;

use std::collections::HashMap;

use crate::prometheus::promql::details as expressions;
use crate::prometheus::promql::{Selector, Window};
use crate::prometheus::response::{VectorData, parse};
use crate::prometheus::{Asker, Error};
use crate::snapshot::Server;
use crate::wire::gpu::{Gpu, GpuProcess};
use crate::wire::server_detail::{CpuDetail, Disk, Filesystem, MemoryDetail, Network, Pressure, Sensor, System};

pub use watched::{TooManyWatched, Watch, Watched};

/// What was asked about one server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    pub system: System,
    pub cpu: CpuDetail,
    pub memory: MemoryDetail,
    pub pressure: Pressure,
    pub filesystems: Vec<Filesystem>,
    pub disks: Vec<Disk>,
    pub networks: Vec<Network>,
    pub gpus: Vec<Gpu>,
    pub gpu_processes: Vec<GpuProcess>,
    pub sensors: Vec<Sensor>,
}

/// A server to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub id: String,
    pub job: String,
    pub instance: String,
    pub nodename: Option<String>,
}

impl Subject {
    pub fn of(server: &Server) -> Self {
        Self {
            id: server.row.id.clone(),
            job: server.row.job.clone(),
            instance: server.row.instance.clone(),
            nodename: server.nodename.clone(),
        }
    }
}

/// Asks two questions about all `subjects` together. By id.
pub async fn ask(
    asker: &Asker<'_>,
    subjects: &[Subject],
    window: Window,
    at: f64,
) -> Result<HashMap<String, Details>, Error> {
    let servers = Selector::any_of("instance", subjects.iter().map(|it| it.instance.as_str()))
        .and(&Selector::any_of("job", subjects.iter().map(|it| it.job.as_str())));
    let hosts = Selector::any_of("Hostname", subjects.iter().filter_map(|it| it.nodename.as_deref()));
    let (gauges, rates) = tokio::try_join!(
        asker.query("details_gauges", expressions::gauges(&servers, &hosts, window), Some(at)),
        asker.query("details_rates", expressions::rates(&servers, window), Some(at)),
    )?;
    let gauges = parse::<VectorData<'_>>(&gauges)?.data.result;
    let rates = parse::<VectorData<'_>>(&rates)?.data.result;
    Ok(build::build(subjects, &gauges, &rates))
}
