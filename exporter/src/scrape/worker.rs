//! The thread that runs collectors, and what it shares with the scrape that waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{Failure, Outcome};
use crate::collector::{Collector, Scrape};
use crate::sample::Families;
use crate::source::Roots;

/// A collector's place. Empty while the collector is at work.
pub(crate) struct Slot {
    pub(crate) name: &'static str,
    collector: Mutex<Option<Box<dyn Collector>>>,
}

impl Slot {
    pub(crate) fn new(name: &'static str, collector: Box<dyn Collector>) -> Self {
        Slot { name, collector: Mutex::new(Some(collector)) }
    }

    /// Runs the collector; when it fails, nothing of what it wrote is left in `out`.
    fn run(&self, scrape: &mut Scrape, out: &mut Families) -> Result<(), Failure> {
        let mut collector = lock(&self.collector).take().ok_or(Failure::Busy)?;
        let result = catch_unwind(AssertUnwindSafe(|| collector.collect(scrape, out)));
        *lock(&self.collector) = Some(collector);
        let result = match result {
            Ok(result) => result.map_err(Failure::Error),
            Err(_) => Err(Failure::Panicked),
        };
        if result.is_err() {
            out.clear();
        }
        result
    }
}

/// A thread that runs one plan at a time and ends when its owner drops it.
pub(super) struct Worker {
    plans: SyncSender<Arc<Progress>>,
}

impl Worker {
    pub(super) fn start(slots: &Arc<[Slot]>, roots: &Arc<Roots>) -> Self {
        let (plans, inbox) = mpsc::sync_channel(1);
        let (slots, roots) = (Arc::clone(slots), Arc::clone(roots));
        std::thread::Builder::new()
            .name("collectors".into())
            .spawn(move || run(&inbox, &slots, &roots))
            .expect("the system has room for one more thread");
        Worker { plans }
    }

    pub(super) fn begin(&self, progress: &Arc<Progress>) {
        self.plans.send(Arc::clone(progress)).expect("the thread lives as long as its owner");
    }
}

fn run(inbox: &Receiver<Arc<Progress>>, slots: &[Slot], roots: &Arc<Roots>) {
    let mut scrape = Scrape::new(roots);
    let mut out = Families::default();
    while let Ok(progress) = inbox.recv() {
        scrape.begin();
        for position in progress.first..progress.plan.len() {
            let Some(deadline) = progress.enter(position) else { return };
            scrape.deadline = deadline;
            let slot = progress.plan[position];
            let started = Instant::now();
            let result =
                if started < progress.end { slots[slot].run(&mut scrape, &mut out) } else { Err(Failure::NoTime) };
            let outcome = Outcome { slot, duration: started.elapsed(), result };
            if !progress.leave(outcome, &mut out) {
                return;
            }
        }
        progress.finish();
    }
}

/// How far a plan has come; between the thread that runs it and the scrape that waits.
pub(super) struct Progress {
    /// Places of the collectors to run, of which those before `first` have had their turn.
    plan: Arc<[usize]>,
    first: usize,
    end: Instant,
    state: Mutex<State>,
    finished: Notify,
}

struct State {
    families: Families,
    outcomes: Vec<Outcome>,
    running: Option<Running>,
    finished: bool,
    /// The scrape has gone on without this thread, which ends as soon as its collector lets it.
    abandoned: bool,
}

#[derive(Clone, Copy)]
struct Running {
    position: usize,
    since: Instant,
    deadline: Instant,
}

/// How waiting for a plan ended.
pub(super) enum Watched {
    Finished,
    /// The collector at `position` is past its deadline, and the thread is left to it.
    Late {
        position: usize,
        since: Instant,
    },
}

impl Progress {
    pub(super) fn new(
        plan: Arc<[usize]>,
        first: usize,
        end: Instant,
        families: Families,
        outcomes: Vec<Outcome>,
    ) -> Arc<Self> {
        let state = State { families, outcomes, running: None, finished: false, abandoned: false };
        Arc::new(Progress { plan, first, end, state: Mutex::new(state), finished: Notify::new() })
    }

    /// Waits until the plan is done or a collector overruns its deadline.
    pub(super) async fn watch(&self) -> Watched {
        loop {
            let wake = {
                let mut state = lock(&self.state);
                if state.finished {
                    return Watched::Finished;
                }
                let now = Instant::now();
                match state.running {
                    Some(running) if now >= running.deadline => {
                        state.abandoned = true;
                        return Watched::Late { position: running.position, since: running.since };
                    }
                    Some(running) => running.deadline,
                    // Between two collectors, or before the first: it will not stay so for long.
                    None => now + Duration::from_millis(10),
                }
            };
            // The permit of `notify_one` is kept, so an end between the look above and here is not missed.
            let _ = tokio::time::timeout_at(wake.into(), self.finished.notified()).await;
        }
    }

    /// What the plan has given so far.
    pub(super) fn take(&self) -> (Families, Vec<Outcome>) {
        let mut state = lock(&self.state);
        (std::mem::take(&mut state.families), std::mem::take(&mut state.outcomes))
    }

    /// Notes that a collector's turn begins, and answers its deadline; `None` when the scrape has gone on.
    fn enter(&self, position: usize) -> Option<Instant> {
        let mut state = lock(&self.state);
        if state.abandoned {
            return None;
        }
        let since = Instant::now();
        // A part of what is left, so that one collector that hangs leaves time for the others, and so does a second.
        let deadline = since + self.end.saturating_duration_since(since).mul_f64(0.6);
        state.running = Some(Running { position, since, deadline });
        Some(deadline)
    }

    /// Hands over what a collector has written; false when the scrape has gone on without it.
    fn leave(&self, outcome: Outcome, out: &mut Families) -> bool {
        let mut state = lock(&self.state);
        if state.abandoned {
            return false;
        }
        state.running = None;
        state.families.append(out);
        state.outcomes.push(outcome);
        true
    }

    fn finish(&self) {
        lock(&self.state).finished = true;
        self.finished.notify_one();
    }
}

/// Nothing that holds these locks can leave its data half changed, so a panic elsewhere does not spoil them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
