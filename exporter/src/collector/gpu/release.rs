//! `POST /-/gpu/release`: for a while the exporter keeps off NVML, so that a GPU can be reset or split.
//!
//! NVML holds the driver's device files open, and `nvidia-smi --gpu-reset` refuses as long as anybody does.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long NVML stays closed after a request.
pub(crate) const RELEASED_FOR: Duration = Duration::from_secs(120);

/// The word between the HTTP handler and the collector. One for the process, as NVML itself is.
static RELEASE: Mutex<Release> = Mutex::new(Release { until: None, closed: false });

struct Release {
    until: Option<Instant>,
    closed: bool,
}

/// Asks the collector to close NVML at its next turn and to leave it closed.
pub(crate) fn request() {
    locked(|release| *release = Release { until: Some(Instant::now() + RELEASED_FOR), closed: false });
}

/// Whether the collector has closed NVML since the last request.
pub(crate) fn is_closed() -> bool {
    locked(|release| release.closed)
}

/// Whether NVML is to stay closed now.
pub(super) fn is_requested() -> bool {
    locked(|release| release.until.is_some_and(|until| Instant::now() < until))
}

pub(super) fn note_closed() {
    locked(|release| release.closed = true);
}

fn locked<T>(act: impl FnOnce(&mut Release) -> T) -> T {
    act(&mut RELEASE.lock().unwrap_or_else(PoisonError::into_inner))
}
