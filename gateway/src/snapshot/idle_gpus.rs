//! GPUs that are reserved but idle. Asking reads an hour of samples, so it is done now and then; between, they are as they
//! were.

use std::borrow::Cow;

use crate::gpus::warnings;
use crate::prometheus::promql::hardware::GPU_COUNT;
use crate::prometheus::promql::{TAG, part_of};
use crate::prometheus::response::Sample;
use crate::wire::gpu::GpuWarning;

use super::Vectors;

const EVERY: f64 = 60.0;

/// What one snapshot leaves for the next.
#[derive(Clone, Debug, Default)]
pub(super) struct IdleGpus {
    /// Where there is none, nobody has to ask.
    has_gpus: bool,
    idle: Vec<IdleGpu>,
    asked_at: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct IdleGpu {
    pub job: String,
    pub instance: String,
    pub hostname: Option<String>,
    pub warning: GpuWarning,
}

impl IdleGpus {
    /// True when it is time to ask, `now` being the snapshot's instant.
    pub(super) fn are_wanted(&self, now: f64) -> bool {
        self.has_gpus && self.asked_at.is_none_or(|asked| now - asked >= EVERY)
    }

    /// Those of this tick: as they were just told, or as they were before.
    pub(super) fn of_tick(&self, vectors: &Vectors<'_>) -> Cow<'_, [IdleGpu]> {
        match &vectors.idle_gpus {
            Some(samples) => Cow::Owned(samples.iter().filter_map(read).collect()),
            None => Cow::Borrowed(&self.idle),
        }
    }

    pub(super) fn next(&self, vectors: &Vectors<'_>) -> Self {
        Self {
            has_gpus: vectors.hardware.iter().any(|it| part_of(&it.labels) == GPU_COUNT),
            idle: self.of_tick(vectors).into_owned(),
            asked_at: vectors.idle_gpus.as_ref().map(|_| vectors.at).or(self.asked_at),
        }
    }
}

fn read(sample: &Sample<'_>) -> Option<IdleGpu> {
    let labels = &sample.labels;
    Some(IdleGpu {
        job: labels.value("job").to_owned(),
        instance: labels.value("instance").to_owned(),
        hostname: labels.get("Hostname").map(str::to_owned),
        warning: warnings::warning(labels.value(TAG), labels, sample.finite()?)?,
    })
}
