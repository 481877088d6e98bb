//! All field values of a GPU, in as few calls as can be, and the rate that two of them make.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nvml_wrapper::{Device, FieldIdScheme, Nvml};

use crate::collector::gpu::call::Calls;
use crate::collector::gpu::field_key::{FieldKey, FieldValues, sorted};
use crate::collector::gpu::raw::{self, FieldAnswer};

/// KiB of data sent and received over all links since the driver was loaded.
const NVLINK_TRAFFIC: [FieldKey; 2] = [FieldKey::of_all_links(138), FieldKey::of_all_links(139)];

/// What a GPU does not support is asked for again after this time: a mode may have been changed.
const ASK_AGAIN: Duration = Duration::from_secs(600);
/// NVML does not say how long a list may be. A refused one then costs its own fields, and a few calls more cost little.
const MOST_AT_ONCE: usize = 64;
/// A rate over less than this says more about when the scrapes came than about the traffic.
const SHORTEST: Duration = Duration::from_secs(1);

/// One GPU's fields.
pub(super) struct Fields {
    wanted: Arc<[FieldKey]>,
    /// Those of them that the GPU has, as far as is known.
    asked: Arc<[FieldKey]>,
    all_asked: Option<Instant>,
    traffic: Option<Traffic>,
}

/// NVLink traffic as of one scrape.
#[derive(Clone, Copy)]
struct Traffic {
    at: Instant,
    kibibytes: f64,
    rate: Option<f64>,
}

impl Fields {
    pub(super) fn new(wanted: impl IntoIterator<Item = FieldKey>) -> Self {
        let wanted = sorted(wanted.into_iter().chain(NVLINK_TRAFFIC));
        Self { asked: Arc::clone(&wanted), wanted, all_asked: None, traffic: None }
    }

    /// The fields' values, and the NVLink traffic in 1000 KiB per second.
    pub(super) fn read(&mut self, nvml: &Nvml, device: &Device<'_>, calls: &mut Calls) -> (FieldValues, Option<f64>) {
        let now = Instant::now();
        if self.all_asked.is_none_or(|at| now.duration_since(at) >= ASK_AGAIN) {
            self.asked = Arc::clone(&self.wanted);
            self.all_asked = Some(now);
        }
        let renumbered = nvml.field_id_scheme() == FieldIdScheme::V13Update1;
        let lists = self.asked.chunks(MOST_AT_ONCE);
        let answers: Vec<FieldAnswer> = lists
            .flat_map(|keys| {
                let answers = calls.ask(|| raw::field_values(nvml, device, keys, renumbered));
                answers.unwrap_or_else(|| keys.iter().map(|_| FieldAnswer::Failed).collect())
            })
            .collect();

        let supported = self.asked.iter().zip(&answers).filter(|(_, it)| !matches!(it, FieldAnswer::Unsupported));
        let supported: Arc<[FieldKey]> = supported.map(|(key, _)| *key).collect();
        let values = answers.into_iter().map(|answer| match answer {
            FieldAnswer::Value(value) => Some(value),
            FieldAnswer::Unsupported | FieldAnswer::Failed => None,
        });
        let values = FieldValues::new(std::mem::replace(&mut self.asked, supported), values.collect());
        let total = NVLINK_TRAFFIC.into_iter().map(|key| values.get_f64(key)).sum();
        self.traffic = next(self.traffic, now, total);
        (values, self.traffic.and_then(|traffic| traffic.rate))
    }
}

/// What is known of the traffic after a reading of `kibibytes`.
fn next(earlier: Option<Traffic>, at: Instant, kibibytes: Option<f64>) -> Option<Traffic> {
    let kibibytes = kibibytes?;
    let Some(earlier) = earlier else { return Some(Traffic { at, kibibytes, rate: None }) };
    let passed = at.duration_since(earlier.at);
    if passed < SHORTEST {
        return Some(earlier);
    }
    // A counter that went back was reset; what passed since is not known.
    let grown = Some(kibibytes - earlier.kibibytes).filter(|grown| *grown >= 0.0);
    Some(Traffic { at, kibibytes, rate: grown.map(|grown| grown / 1000.0 / passed.as_secs_f64()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_becomes_a_rate_with_the_second_reading() {
        let start = Instant::now();
        let first = next(None, start, Some(1000.0));
        assert_eq!(first.unwrap().rate, None);
        let soon = next(first, start + Duration::from_millis(10), Some(9000.0));
        assert_eq!(soon.unwrap().kibibytes, 1000.0, "too soon for a rate: the earlier reading stays");
        let second = next(soon, start + Duration::from_secs(2), Some(5000.0));
        assert_eq!(second.unwrap().rate, Some(2.0));
        let reset = next(second, start + Duration::from_secs(4), Some(10.0));
        assert_eq!(reset.unwrap().rate, None);
        assert!(next(reset, start + Duration::from_secs(6), None).is_none());
    }
}
