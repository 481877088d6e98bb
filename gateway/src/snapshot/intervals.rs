//! How often each job is scraped, as its samples tell: what "stale" and the window of a rate are measured by.

use std::collections::HashMap;

/// Until scrapes have been seen: Prometheus' own default is a minute.
const UNKNOWN: f64 = 15.0;
/// Two instants of one scrape, told apart by rounding, are no interval.
const SHORTEST: f64 = 0.5;

/// Seconds between scrapes, by job.
#[derive(Clone, Debug, Default)]
pub(super) struct Intervals(HashMap<String, f64>);

/// How far samples of one server are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gap {
    /// The newest two.
    newest: f64,
    /// The newest and the one before, whichever is shorter: one long gap is a pause of Prometheus, two are an interval.
    pub(super) settled: f64,
}

impl Gap {
    /// None where the newer sample is the older one once more.
    pub(super) fn between(older: f64, newer: f64, before: Option<Gap>) -> Option<Gap> {
        let newest = newer - older;
        let settled = before.map_or(newest, |before| newest.min(before.newest));
        (newest > SHORTEST).then_some(Gap { newest, settled })
    }
}

impl Intervals {
    /// Of `job`.
    pub(super) fn of(&self, job: &str) -> f64 {
        self.0.get(job).copied().unwrap_or(UNKNOWN)
    }

    /// Of the job that is scraped least often.
    pub(super) fn longest(&self) -> f64 {
        let longest = self.0.values().copied().fold(0.0, f64::max);
        if longest > 0.0 { longest } else { UNKNOWN }
    }

    /// Takes in what Prometheus says of `job`.
    pub(super) fn learn(&mut self, job: &str, seconds: f64) {
        if seconds > SHORTEST {
            self.0.insert(job.to_owned(), seconds);
        }
    }

    /// Takes in the gaps of servers that have a new sample, with their jobs: of each job the median.
    pub(super) fn see<'a>(&mut self, gaps: impl Iterator<Item = (&'a str, Gap)>) {
        let mut by_job: HashMap<&str, Vec<f64>> = HashMap::new();
        for (job, gap) in gaps {
            by_job.entry(job).or_default().push(gap.settled);
        }
        for (job, mut gaps) in by_job {
            gaps.sort_by(f64::total_cmp);
            self.0.insert(job.to_owned(), gaps[gaps.len() / 2]);
        }
    }

    /// Forgets all other jobs.
    pub(super) fn keep(&mut self, jobs: &[String]) {
        self.0.retain(|job, _| jobs.contains(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known of a job whose one server has samples that far apart.
    fn after(gaps: &[f64]) -> f64 {
        let mut intervals = Intervals::default();
        let mut before = None;
        for &gap in gaps {
            let seen = Gap::between(1_000.0, 1_000.0 + gap, before);
            intervals.see(seen.map(|gap| ("node", gap)).into_iter());
            before = seen.or(before);
        }
        intervals.of("node")
    }

    #[test]
    fn a_job_that_nobody_saw_scraped_has_a_default() {
        assert_eq!((after(&[]), Intervals::default().longest()), (15.0, 15.0));
        assert_eq!(after(&[0.001]), 15.0, "the same scrape");
    }

    #[test]
    fn the_first_gap_is_believed() {
        assert_eq!(after(&[60.0]), 60.0);
    }

    #[test]
    fn one_long_gap_is_a_pause_of_prometheus() {
        assert_eq!(after(&[5.0, 17.0]), 5.0);
        assert_eq!(after(&[5.0, 17.0, 5.0, 17.0, 5.0]), 5.0);
    }

    #[test]
    fn two_long_gaps_are_a_longer_interval() {
        assert_eq!(after(&[5.0, 15.0, 15.0]), 15.0);
    }

    #[test]
    fn a_shorter_gap_is_believed_at_once() {
        assert_eq!(after(&[15.0, 5.0]), 5.0);
    }

    #[test]
    fn of_many_servers_the_median_counts_and_of_many_jobs_the_longest() {
        let mut intervals = Intervals::default();
        let gaps = [("node", 5.0), ("node", 5.0), ("node", 80.0), ("gpu", 30.0)];
        intervals.see(gaps.into_iter().filter_map(|(job, gap)| Some((job, Gap::between(0.0, gap, None)?))));
        assert_eq!((intervals.of("node"), intervals.of("gpu"), intervals.longest()), (5.0, 30.0, 30.0));
        intervals.keep(&["node".to_owned()]);
        assert_eq!((intervals.of("gpu"), intervals.longest()), (15.0, 5.0));
    }
}
