//! The GPUs of all servers at the instant of a snapshot: one question.

use std::collections::{BTreeMap, HashMap};

use crate::prometheus::promql::{Window, gpus as expressions};
use crate::prometheus::response::{Labels, Sample, VectorData, parse};
use crate::prometheus::{Asker, Error};
use crate::snapshot::Snapshot;
use crate::wire::gpu::Gpu;

use super::read::{Gpus, assign};

/// Every GPU and where it is, by the server's name.
#[derive(Debug, Default, PartialEq)]
pub struct FleetGpus(pub Vec<PlacedGpu>);

#[derive(Debug, PartialEq)]
pub struct PlacedGpu {
    /// The server's place in the snapshot; the name of the host where no server answers to it.
    pub host: Host,
    pub gpu: Gpu,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    Server(usize),
    Unknown(String),
}

pub async fn ask(asker: &Asker<'_>, snapshot: &Snapshot, window: Window) -> Result<FleetGpus, Error> {
    let body = asker.query("gpus", expressions::of_all(window), Some(snapshot.at)).await?;
    Ok(build(&parse::<VectorData<'_>>(&body)?.data.result, snapshot))
}

/// Puts every sample to its server's GPUs: what the server's own exporter says comes before what dcgm-exporter does.
fn build(samples: &[Sample<'_>], snapshot: &Snapshot) -> FleetGpus {
    let mut by_key = HashMap::with_capacity(snapshot.servers.len());
    let mut by_name = HashMap::new();
    for (at, server) in snapshot.servers.iter().enumerate() {
        by_key.insert((server.row.job.as_str(), server.row.instance.as_str()), at);
        if let Some(nodename) = server.nodename.as_deref() {
            by_name.entry(nodename).or_insert(at);
        }
    }
    let own = |labels: &Labels<'_>| by_key.get(&(labels.value("job"), labels.value("instance"))).copied();
    let mut hosts: BTreeMap<Host, Gpus<'_>> = BTreeMap::new();
    let (first, then): (Vec<_>, Vec<_>) = samples.iter().partition(|sample| own(&sample.labels).is_some());
    for sample in first.into_iter().chain(then) {
        let labels = &sample.labels;
        let hostname = labels.get("Hostname");
        let server = own(labels).or_else(|| by_name.get(hostname?).copied());
        let unknown = || Host::Unknown(hostname.unwrap_or_else(|| labels.value("instance")).to_owned());
        hosts.entry(server.map_or_else(unknown, Host::Server)).or_default().take(sample);
    }
    let placed = hosts.into_iter().flat_map(|(host, gpus)| {
        let (mut gpus, _) = gpus.finish();
        if let Host::Server(at) = host
            && let Some(summary) = &snapshot.servers[at].row.gpu
        {
            assign(&mut gpus, &summary.warnings);
        }
        gpus.into_iter().map(move |gpu| PlacedGpu { host: host.clone(), gpu })
    });
    FleetGpus(placed.collect())
}
