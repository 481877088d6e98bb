//! The fullest filesystem of each server.
//!
//! Three rules tell its share, its size and what is left of it, one after the other, and the answer may come in between. So
//! what is told belongs to a filesystem, and a filesystem that nobody tells the share of is not the fullest: it is not shown.

use crate::prometheus::Error;
use crate::prometheus::promql::part_of;
use crate::prometheus::promql::recorded::{FULLEST_AVAILABLE, FULLEST_RATIO, FULLEST_SIZE};
use crate::prometheus::response::{Sample, Samples};
use crate::wire::server::FullestFilesystem;

use super::Server;
use super::index::Index;

/// What is told of one filesystem.
#[derive(Default)]
struct Told {
    mountpoint: String,
    device: String,
    ratio: Option<f64>,
    size: Option<f64>,
    available: Option<f64>,
}

/// Puts the fullest filesystem into each row. Returns what Prometheus warned of.
pub(super) fn fill(servers: &mut [Server], answer: Samples<'_>, index: &Index<'_>) -> Result<Vec<String>, Error> {
    let mut told: Vec<Vec<Told>> = Vec::new();
    told.resize_with(servers.len(), Vec::new);
    let warnings = answer.each(|sample| {
        if let (Some(at), Some(value)) = (index.find(&sample.labels), sample.finite()) {
            take(&mut told[at], &sample, value);
        }
    })?;
    for (server, told) in servers.iter_mut().zip(told) {
        if let Some(filesystem) = fullest(told) {
            server.row_mut().filesystem = Some(filesystem);
        }
    }
    Ok(warnings)
}

fn take(told: &mut Vec<Told>, sample: &Sample<'_>, value: f64) {
    let (mountpoint, device) = (sample.labels.value("mountpoint"), sample.labels.value("device"));
    let at = told.iter().position(|it| it.mountpoint == mountpoint && it.device == device).unwrap_or_else(|| {
        told.push(Told { mountpoint: mountpoint.to_owned(), device: device.to_owned(), ..Told::default() });
        told.len() - 1
    });
    match part_of(&sample.labels) {
        FULLEST_RATIO => told[at].ratio = Some(value.clamp(0.0, 1.0)),
        FULLEST_SIZE => told[at].size = Some(value),
        FULLEST_AVAILABLE => told[at].available = Some(value),
        _ => {}
    }
}

/// There are two while the one gives way to the other: the fuller one.
fn fullest(told: Vec<Told>) -> Option<FullestFilesystem> {
    let shares = told.into_iter().filter_map(|it| Some((it.ratio?, it)));
    let (used_ratio, it) = shares.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    Some(FullestFilesystem {
        mountpoint: it.mountpoint,
        device: it.device,
        used_ratio,
        size_bytes: it.size,
        available_bytes: it.available,
    })
}
