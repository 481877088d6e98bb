//! Samples of GPUs, from values alone: DCGM's families as they were chosen, then our own.

mod board;
mod dcgm;
mod errors;
mod links;
mod mig;
mod presence;
mod processes;

use super::dcgm::Selected;
use super::labels::{LabelSettings, Labels};
use super::values::{Gpu, Identity, Readings, State, Values};
use super::workloads::Workloads;
use crate::sample::{Families, Kind, Value};

pub(super) use errors::fields as own_fields;
pub(super) use links::fields as link_fields;

/// What stays the same from scrape to scrape.
pub(super) struct Exported {
    pub(super) labels: LabelSettings,
    pub(super) selection: Vec<Selected>,
}

/// Writes everything that the readings hold.
pub(super) fn write(readings: &Readings, exported: &Exported, workloads: &Workloads, out: &mut Families) {
    let labels: Vec<Labels> = readings.gpus.iter().map(|gpu| Labels::of_gpu(&gpu.identity)).collect();
    let gpus: Vec<Labelled> =
        readings.gpus.iter().zip(&labels).map(|(gpu, labels)| Labelled { gpu, labels: labels.pairs() }).collect();

    dcgm::write(readings, exported, workloads, out);
    presence::write(readings, &gpus, out);
    errors::write(&gpus, out);
    board::write(&gpus, out);
    links::write(&gpus, out);
    mig::write(readings, out);
    processes::write(&gpus, out);
}

/// A GPU with the labels that all its own series begin with.
struct Labelled<'a> {
    gpu: &'a Gpu,
    labels: Vec<(&'a str, &'a str)>,
}

impl Labelled<'_> {
    /// What the GPU answered, if it did.
    fn values(&self) -> Option<(&Values, &Identity)> {
        match &self.gpu.state {
            State::Up(values) => Some((values, &self.gpu.identity)),
            State::Down | State::Silent => None,
        }
    }

    /// Its labels and more.
    fn labels_and<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&self.labels, more].concat()
    }
}

/// A family with at most one series per GPU.
fn write_one(
    out: &mut Families,
    (kind, name, help): (Kind, &str, &str),
    gpus: &[Labelled],
    value: impl Fn(&Values, &Identity) -> Option<Value>,
) {
    let family = out.declare(kind, name, help);
    for gpu in gpus {
        if let Some(value) = gpu.values().and_then(|(values, identity)| value(values, identity)) {
            out.add(family, &gpu.labels, value);
        }
    }
}

/// A family with several series per GPU, told apart by one more label.
fn write_by(
    out: &mut Families,
    (kind, name, help): (Kind, &str, &str),
    label: &str,
    gpus: &[Labelled],
    series: impl Fn(&Values, &Identity) -> Vec<(String, Value)>,
) {
    let family = out.declare(kind, name, help);
    for gpu in gpus {
        let Some((values, identity)) = gpu.values() else { continue };
        for (which, value) in series(values, identity) {
            out.add(family, &gpu.labels_and(&[(label, &which)]), value);
        }
    }
}
