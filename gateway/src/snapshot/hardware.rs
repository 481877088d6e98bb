//! Temperatures and GPUs: whose they are.

use std::collections::HashMap;

use crate::gpus;
use crate::prometheus::promql::{hardware, part_of};
use crate::prometheus::response::Sample;
use crate::wire::server::{GpuSummary, ServerRow};

use super::index::Index;
use super::memory::Memory;
use super::{Server, Vectors};

/// The server's own exporter comes first; what dcgm-exporter says of its host fills what is missing.
pub(super) fn fill(servers: &mut [Server], vectors: &Vectors<'_>, memory: &Memory, index: &Index<'_>) {
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
            set(servers[at].row_mut(), sample, value);
        }
    }
    // These are asked for less often; between, they are as they were.
    for idle in memory.idle_gpus.of_tick(vectors).iter() {
        let key = (idle.job.as_str(), idle.instance.as_str());
        let found = index.by_key.get(&key).or_else(|| by_host.get(idle.hostname.as_ref()?));
        if let Some(gpu) = found.and_then(|&at| servers[at].row_mut().gpu.as_mut()) {
            gpus::warnings::add(&mut gpu.warnings, idle.warning.clone());
        }
    }
}

fn set(row: &mut ServerRow, sample: &Sample<'_>, value: f64) {
    let tag = part_of(&sample.labels);
    if tag == hardware::TEMPERATURE {
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
        hardware::GPU_COUNT if gpu.count == 0 => return gpu.count = value as usize,
        hardware::GPU_BUSIEST => &mut gpu.utilization_ratio,
        hardware::GPU_MEMORY_USED => &mut gpu.memory_used_bytes,
        hardware::GPU_MEMORY_TOTAL => &mut gpu.memory_total_bytes,
        hardware::GPU_HOTTEST => &mut gpu.temperature_celsius,
        hardware::GPU_POWER => &mut gpu.power_watts,
        _ => return,
    };
    place.get_or_insert(value);
}
