//! A recorded answer, in node_exporter's form: `results.json`, a list of disciplines.

use std::path::Path;

use serde::Deserialize;

use super::Root;
use crate::collector::CollectError;
use crate::source::read_into;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Recorded {
    iface_name: String,
    parent: u32,
    kind: String,
    bytes: u64,
    packets: u64,
    drops: u32,
    requeues: u32,
    overlimits: u32,
    qlen: u32,
    backlog: u32,
}

pub(super) fn read(folder: &Path) -> Result<Vec<Root>, CollectError> {
    let path = folder.join("results.json");
    let mut content = Vec::new();
    let recorded: Vec<Recorded> = serde_json::from_slice(read_into(&path, &mut content)?)
        .map_err(|error| CollectError::parse(path.display().to_string(), error.to_string()))?;
    let root = |it: Recorded| Root {
        device: it.iface_name,
        kind: it.kind,
        bytes: it.bytes,
        packets: it.packets,
        drops: it.drops,
        requeues: it.requeues,
        overlimits: it.overlimits,
        queue_length: it.qlen,
        backlog: it.backlog,
    };
    Ok(recorded.into_iter().filter(|it| it.parent == 0).map(root).collect())
}
