//! Which steps of a window are at hand, which have to be fetched, and in how few requests.

use std::sync::Arc;

use super::assemble::Part;
use super::chunk::Chunk;
use super::grid::{STEPS_PER_SLOT, Steps};

/// More requests than this at once for one answer would cost upstream more than the steps they save.
const REQUESTS_MAX: usize = 4;

/// A window, part by part, and what is missing from it.
#[derive(Debug, Default)]
pub(crate) struct Cover {
    pub(crate) parts: Vec<Part>,
    pub(crate) missing: Vec<Steps>,
}

/// Lays chunks over a window. Where two overlap, the one that begins earlier is used.
pub(crate) fn cover(window: Steps, mut chunks: Vec<Arc<Chunk>>) -> Cover {
    chunks.sort_by_key(|chunk| chunk.steps);
    let mut cover = Cover::default();
    let mut at = window.first;
    for chunk in chunks {
        let steps = chunk.steps.intersection(Steps::new(at, window.end));
        if steps.is_empty() {
            continue;
        }
        if at < steps.first {
            cover.missing.push(Steps::new(at, steps.first));
        }
        at = steps.end;
        cover.parts.push(Part { chunk, steps });
    }
    if at < window.end {
        cover.missing.push(Steps::new(at, window.end));
    }
    cover
}

/// Joins missing runs into requests. A gap of less than a slot is asked for again rather than asked around: most of what a
/// query costs Prometheus is finding its series. Where there are still too many, the smallest gaps go first.
pub(crate) fn requests(missing: &[Steps]) -> Vec<Steps> {
    let mut requests = join(missing, STEPS_PER_SLOT);
    while requests.len() > REQUESTS_MAX {
        let smallest = requests.windows(2).map(|pair| pair[1].first - pair[0].end).min().unwrap_or(0);
        requests = join(&requests, smallest + 1);
    }
    requests
}

fn join(runs: &[Steps], gap_below: i64) -> Vec<Steps> {
    let mut joined: Vec<Steps> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.first - last.end < gap_below => last.end = run.end,
            _ => joined.push(*run),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::chunk::Builder;

    fn chunks(runs: &[(i64, i64)]) -> Vec<Arc<Chunk>> {
        runs.iter().map(|&(first, end)| Arc::new(Builder::default().finish(Steps::new(first, end)))).collect()
    }

    type Runs = Vec<(i64, i64)>;

    fn covered(window: (i64, i64), runs: &[(i64, i64)]) -> (Runs, Runs) {
        let cover = cover(Steps::new(window.0, window.1), chunks(runs));
        let plain = |steps: Steps| (steps.first, steps.end);
        (cover.parts.iter().map(|part| plain(part.steps)).collect(), cover.missing.into_iter().map(plain).collect())
    }

    #[test]
    fn a_window_is_tiled_by_parts_and_gaps() {
        assert_eq!(covered((5, 25), &[(0, 10), (10, 20)]), (vec![(5, 10), (10, 20)], vec![(20, 25)]));
        assert_eq!(covered((0, 30), &[(20, 25), (5, 10)]), (vec![(5, 10), (20, 25)], vec![(0, 5), (10, 20), (25, 30)]));
        assert_eq!(covered((0, 10), &[]), (vec![], vec![(0, 10)]));
        assert_eq!(covered((0, 10), &[(-5, 3), (1, 20), (2, 4)]), (vec![(0, 3), (3, 10)], vec![]));
        assert_eq!(covered((0, 10), &[(10, 20), (-9, 0)]), (vec![], vec![(0, 10)]));
    }

    fn joined(missing: &[(i64, i64)]) -> Vec<(i64, i64)> {
        let missing: Vec<Steps> = missing.iter().map(|&(first, end)| Steps::new(first, end)).collect();
        requests(&missing).into_iter().map(|steps| (steps.first, steps.end)).collect()
    }

    #[test]
    fn near_gaps_are_bridged_and_far_ones_are_not() {
        assert_eq!(joined(&[(0, 10), (50, 60)]), [(0, 60)]);
        assert_eq!(joined(&[(0, 10), (1_000, 1_010)]), [(0, 10), (1_000, 1_010)]);
    }

    #[test]
    fn there_are_never_more_than_a_few_requests() {
        let missing: Vec<_> = (0..20).map(|i| (i * i * 1_000, i * i * 1_000 + 10)).collect();
        let requests = joined(&missing);
        assert_eq!(requests.len(), REQUESTS_MAX);
        assert_eq!(requests.last(), Some(&(361_000, 361_010)));
    }
}
