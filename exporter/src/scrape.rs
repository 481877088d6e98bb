//! A scrape: runs the chosen collectors one after the other, each under a deadline, and tells how each fared.
//!
//! All collectors share one thread, which measures cheaper than running them side by side. When one of them does not
//! come back in time, it is left alone with that thread and the rest move to a new one; it takes part again as soon as
//! it has returned. So a hanging mount or driver costs its own samples, and holds one thread however often it is asked
//! for: there are never more threads than collectors.

mod report;
mod worker;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use crate::config::Enabled;
use crate::sample::Families;
use crate::source::Roots;
use report::Report;
use worker::{Progress, Watched, Worker};

pub(crate) use worker::Slot;

/// What a scraper that states no timeout is taken to wait; Prometheus' own default.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The collectors that are on, and the thread that runs them.
pub(crate) struct Engine {
    slots: Arc<[Slot]>,
    roots: Arc<Roots>,
    report: Mutex<Report>,
    /// Scrapes take turns: collectors are called from one thread at a time.
    lane: tokio::sync::Mutex<Lane>,
}

/// What one scrape hands on to the next.
#[derive(Default)]
struct Lane {
    worker: Option<Worker>,
    families: Families,
}

/// Which collectors a scraper asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    All,
    Only(BTreeSet<String>),
    Without(BTreeSet<String>),
}

/// How a collector fared in a scrape.
pub(crate) struct Outcome {
    /// Its place among the collectors that are on.
    pub(crate) slot: usize,
    pub(crate) duration: Duration,
    pub(crate) result: Result<(), Failure>,
}

/// Why a collector has no samples in a scrape.
pub(crate) enum Failure {
    /// It said so itself.
    Error(crate::collector::CollectError),
    Panicked,
    /// It is still running, past its deadline.
    Late(Duration),
    /// It has not come back from an earlier scrape.
    Busy,
    /// The scrape's time was over before its turn.
    NoTime,
}

impl Engine {
    pub(crate) fn new(collectors: Vec<Enabled>, roots: Arc<Roots>) -> Arc<Self> {
        let slots: Arc<[Slot]> = collectors.into_iter().map(|it| Slot::new(it.name, it.collector)).collect();
        let report = Mutex::new(Report::new(slots.len()));
        Arc::new(Engine { slots, roots, report, lane: tokio::sync::Mutex::default() })
    }

    /// The names of the collectors that are on.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.slots.iter().map(|slot| slot.name)
    }

    /// Runs the selected collectors and gives their families, and those on how they fared, to `encode`.
    ///
    /// Answers within `timeout`, less a margin for the way back. A caller that goes away does not stop the scrape, so
    /// that no collector is left half way.
    pub(crate) async fn scrape<T: Send + 'static>(
        self: &Arc<Self>,
        selection: Selection,
        timeout: Duration,
        encode: impl FnOnce(&mut Families) -> T + Send + 'static,
    ) -> T {
        let engine = Arc::clone(self);
        let end = Instant::now() + timeout.saturating_sub(margin(timeout));
        let scrape = tokio::spawn(async move {
            let plan = engine.plan(&selection);
            // Another scrape's turn is bounded by its own deadline, but that may be later than ours.
            let Ok(mut lane) = timeout_at(end.into(), engine.lane.lock()).await else {
                let missed = plan.iter().map(|&slot| Outcome::missed(slot, Failure::NoTime)).collect();
                return engine.finish(&mut Families::default(), missed, encode);
            };
            let mut families = std::mem::take(&mut lane.families);
            let outcomes = engine.run(plan, end, &mut lane, &mut families).await;
            let answer = engine.finish(&mut families, outcomes, encode);
            families.clear();
            lane.families = families;
            answer
        });
        scrape.await.expect("a collector's panic is caught where it happens")
    }

    fn plan(&self, selection: &Selection) -> Vec<usize> {
        let wanted = |name: &str| match selection {
            Selection::All => true,
            Selection::Only(names) => names.contains(name),
            Selection::Without(names) => !names.contains(name),
        };
        self.slots.iter().enumerate().filter(|(_, slot)| wanted(slot.name)).map(|(index, _)| index).collect()
    }

    /// Runs the plan, on as many threads one after the other as there are collectors that overrun their deadline.
    async fn run(&self, plan: Vec<usize>, end: Instant, lane: &mut Lane, families: &mut Families) -> Vec<Outcome> {
        let plan: Arc<[usize]> = plan.into();
        let mut outcomes = Vec::with_capacity(plan.len());
        let mut first = 0;
        loop {
            let worker = lane.worker.take().unwrap_or_else(|| Worker::start(&self.slots, &self.roots));
            let progress = Progress::new(Arc::clone(&plan), first, end, std::mem::take(families), outcomes);
            worker.begin(&progress);
            let watched = progress.watch().await;
            (*families, outcomes) = progress.take();
            match watched {
                Watched::Finished => {
                    lane.worker = Some(worker);
                    return outcomes;
                }
                Watched::Late { position, since } => {
                    outcomes.push(Outcome::missed(plan[position], Failure::Late(since.elapsed())));
                    first = position + 1;
                }
            }
        }
    }

    fn finish<T>(&self, families: &mut Families, outcomes: Vec<Outcome>, encode: impl FnOnce(&mut Families) -> T) -> T {
        self.report.lock().expect("reporting does not panic").write(&self.slots, &outcomes, families);
        encode(families)
    }
}

impl Outcome {
    fn missed(slot: usize, failure: Failure) -> Self {
        let duration = if let Failure::Late(duration) = &failure { *duration } else { Duration::ZERO };
        Outcome { slot, duration, result: Err(failure) }
    }
}

/// What is kept of the scraper's timeout for encoding and the way back.
fn margin(timeout: Duration) -> Duration {
    (timeout / 10).max(Duration::from_millis(250)).min(timeout / 2)
}

#[cfg(test)]
mod tests;
