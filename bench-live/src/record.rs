//! When frames came, by tick.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What all browsers saw. The gateway's clock is ours: it runs on this machine.
#[derive(Default)]
pub(crate) struct Record {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Milliseconds from a tick to each browser that got its frame, by the tick's instant in milliseconds.
    ticks: BTreeMap<u64, Vec<f32>>,
    /// Milliseconds from the attempt to connect to the first frame, of each browser.
    first: Vec<f32>,
    bytes: u64,
    refused: u64,
    lost: u64,
}

/// What is said about a row of delays, in milliseconds.
pub(crate) struct Delays {
    pub(crate) p50: f32,
    pub(crate) p99: f32,
    pub(crate) last: f32,
}

impl Record {
    fn with<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        act(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A frame of the tick at `at` (unix seconds) came now.
    pub(crate) fn frame(&self, at: f64, bytes: usize) {
        let delay = (now() - at) * 1000.0;
        self.with(|seen| {
            seen.ticks.entry((at * 1000.0).round() as u64).or_default().push(delay as f32);
            seen.bytes += bytes as u64;
        });
    }

    pub(crate) fn first(&self, after: Duration) {
        self.with(|seen| seen.first.push(after.as_secs_f32() * 1000.0));
    }

    pub(crate) fn refused(&self) {
        self.with(|seen| seen.refused += 1);
    }

    pub(crate) fn lost(&self) {
        self.with(|seen| seen.lost += 1);
    }

    /// How many browsers have had their first frame.
    pub(crate) fn served(&self) -> usize {
        self.with(|seen| seen.first.len())
    }

    /// Connections that ended though nobody wanted it, and those that were told to come back later.
    pub(crate) fn lost_and_refused(&self) -> (u64, u64) {
        self.with(|seen| (seen.lost, seen.refused))
    }

    pub(crate) fn until_first(&self) -> Option<Delays> {
        self.with(|seen| delays(&mut seen.first))
    }

    /// Forgets the ticks so far.
    pub(crate) fn start_over(&self) {
        self.with(|seen| {
            seen.ticks.clear();
            seen.bytes = 0;
        });
    }

    /// How many ticks have reached at least `browsers`.
    pub(crate) fn whole_ticks(&self, browsers: usize) -> usize {
        self.with(|seen| seen.ticks.values().filter(|delays| delays.len() >= browsers).count())
    }

    /// Over the ticks that reached at least `browsers`: the delays of each.
    pub(crate) fn ticks(&self, browsers: usize) -> Vec<Delays> {
        self.with(|seen| {
            let whole = seen.ticks.values_mut().filter(|delays| delays.len() >= browsers);
            whole.filter_map(|each| delays(each)).collect()
        })
    }

    pub(crate) fn mean_frame_bytes(&self) -> f64 {
        self.with(|seen| seen.bytes as f64 / seen.ticks.values().map(Vec::len).sum::<usize>().max(1) as f64)
    }
}

fn delays(milliseconds: &mut [f32]) -> Option<Delays> {
    milliseconds.sort_unstable_by(f32::total_cmp);
    Some(Delays { p50: quantile(milliseconds, 50)?, p99: quantile(milliseconds, 99)?, last: *milliseconds.last()? })
}

/// The nearest rank; `sorted` ascends.
pub(crate) fn quantile(sorted: &[f32], percent: usize) -> Option<f32> {
    let rank = (sorted.len() * percent).div_ceil(100).checked_sub(1)?;
    sorted.get(rank).copied()
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn a_quantile_is_the_nearest_rank() {
        let hundred: Vec<f32> = (1..=100).map(|it| it as f32).collect();
        assert_eq!(quantile(&hundred, 99), Some(99.0));
        assert_eq!(quantile(&hundred[..8], 99), Some(8.0));
        assert_eq!(quantile(&[7.0], 50), Some(7.0));
        assert_eq!(quantile(&[], 50), None);
    }
}
