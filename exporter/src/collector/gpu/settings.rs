//! The collector's flags, and the collector that they make.

use std::path::Path;
use std::sync::Arc;

use super::Gpus;
use super::connection::Connection;
use super::dcgm::{self, Selected, Source};
use super::expected::Lists;
use super::families::{self, Exported};
use super::fields_file;
use super::kubernetes::PodResources;
use super::labels::LabelSettings;
use super::read::Plan;
use super::roster::Roster;
use super::xids::XidLog;
use crate::config::{Flag, Settings, UsageError};

const LIBRARY: &str = "collector.gpu.nvml-library";
const DEFAULT_LIBRARY: &str = "libnvidia-ml.so.1";
const FIELDS_FILE: &str = "collector.gpu.fields-file";
const HOSTNAME_LABEL: &str = "collector.gpu.hostname-label";
const PROCESSES: &str = "collector.gpu.processes";
const MOST_PROCESSES: &str = "collector.gpu.processes-limit";
const KUBERNETES: &str = "collector.gpu.kubernetes";
const KUBELET_SOCKET: &str = "collector.gpu.kubelet-socket";
/// Read by the server, which answers the request.
pub(crate) const RELEASE: &str = "collector.gpu.release";

pub(super) const FLAGS: &[Flag] = &[
    Flag::text(LIBRARY, "PATH", DEFAULT_LIBRARY, "NVIDIA's management library: a path, or a name to look for."),
    Flag::text(FIELDS_FILE, "PATH", "", "Which DCGM fields to export, as lines of `field, type, help`."),
    Flag::text(HOSTNAME_LABEL, "NAME", "Hostname", "Label for the host on DCGM's families: `Hostname` or `hostname`."),
    Flag::switch(PROCESSES, false, "Export memory and utilization of each process on a GPU."),
    Flag::text(MOST_PROCESSES, "N", "32", "Most processes to export per GPU: those with most memory."),
    Flag::switch(KUBERNETES, false, "Label GPUs with the pod, namespace and container that they were given to."),
    Flag::text(
        KUBELET_SOCKET,
        "PATH",
        "/var/lib/kubelet/pod-resources/kubelet.sock",
        "Socket of the kubelet's pod-resources service.",
    ),
    Flag::switch(RELEASE, false, "Allow POST /-/gpu/release, which keeps the exporter off the driver for a while."),
];

pub(super) fn collector(settings: &Settings) -> Result<Gpus, UsageError> {
    let selection = match settings.given_text(FIELDS_FILE) {
        Some(path) => selection(path)?,
        None => dcgm::default_selection(),
    };
    let processes = if settings.switch(PROCESSES) { settings.number(MOST_PROCESSES)? } else { 0 };
    let plan = Plan {
        fields: families::own_fields().chain(fields_of(&selection)).collect(),
        gpm: gpm_of(&selection),
        processes,
        procfs: settings.roots.procfs.clone(),
    };
    let hostname_label = settings.one_of(HOSTNAME_LABEL, &["Hostname", "hostname"])?.to_owned();
    let xids = Arc::new(XidLog::default());
    Ok(Gpus {
        asked_for: settings.collector("gpu") == Some(true) || settings.text(LIBRARY) != DEFAULT_LIBRARY,
        roots: Arc::clone(&settings.roots),
        lists: Lists::default(),
        connection: Connection::new(settings.text(LIBRARY).into(), plan, Arc::clone(&xids)),
        roster: Roster::new(xids),
        absent: None,
        pods: settings.switch(KUBERNETES).then(|| PodResources::start(settings.text(KUBELET_SOCKET).into())),
        exported: Exported { labels: LabelSettings { hostname_label, hostname: hostname() }, selection },
    })
}

fn selection(path: &str) -> Result<Vec<Selected>, UsageError> {
    let refuse = |reason: String| UsageError::value(FIELDS_FILE, path, format!("a file of DCGM fields: {reason}"));
    let text = std::fs::read_to_string(Path::new(path)).map_err(|error| refuse(error.to_string()))?;
    fields_file::parse(&text).map_err(|error| refuse(error.to_string()))
}

fn fields_of(selection: &[Selected]) -> impl Iterator<Item = super::field_key::FieldKey> {
    selection.iter().filter_map(|selected| match selected.source {
        Source::Field { key, .. } => Some(key),
        _ => None,
    })
}

fn gpm_of(selection: &[Selected]) -> Vec<u32> {
    let metrics = selection.iter().filter_map(|selected| match selected.source {
        Source::Gpm { metric, .. } => Some(metric),
        _ => None,
    });
    metrics.collect()
}

/// The node's name: in a pod that of the pod's machine, where the pod's author passes it as dcgm-exporter asks to.
fn hostname() -> String {
    let of_kernel = || rustix::system::uname().nodename().to_string_lossy().into_owned();
    std::env::var("NODE_NAME").ok().filter(|name| !name.is_empty()).unwrap_or_else(of_kernel)
}
