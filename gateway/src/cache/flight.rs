//! One fetch, however many ask for it.
//!
//! A fetch runs in a task of its own, so that the asker who happened to be first can leave without harm to the others. When
//! the last one has left, the task is aborted, and with it upstream's work. A fetch that is aborted lands nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::grid::Steps;
use super::key::Identity;

/// The fetches under way.
pub(crate) struct Flights<T> {
    sky: Arc<Sky<T>>,
}

/// Never locked across an await; holds only what is in the air, so it is as small as the number of fetches.
type Sky<T> = Mutex<HashMap<Identity, Vec<Airborne<T>>>>;

struct Airborne<T> {
    steps: Steps,
    lane: Lane,
    flight: Weak<Flight<T>>,
}

/// Askers with different deadlines don't share a fetch: the shorter one would fail the longer one.
pub(crate) type Lane = u64;

struct Flight<T> {
    outcome: watch::Receiver<Option<T>>,
    task: OnceLock<AbortHandle>,
}

impl<T> Drop for Flight<T> {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

/// An asker's hold on a fetch. Dropping it is leaving.
pub(crate) struct Ticket<T> {
    flight: Arc<Flight<T>>,
}

impl<T: Clone> Ticket<T> {
    /// The outcome, or `None` when the fetch ended without one: it panicked.
    pub(crate) async fn outcome(&self) -> Option<T> {
        let mut outcome = self.flight.outcome.clone();
        outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
    }
}

/// The fetching side: where the outcome goes.
pub(crate) struct Landing<T> {
    sky: Arc<Sky<T>>,
    identity: Identity,
    flight: Weak<Flight<T>>,
    outcome: watch::Sender<Option<T>>,
    /// Set once everything has been read: from then on the outcome is worth having although nobody waits.
    held: Option<Arc<Flight<T>>>,
}

impl<T> Landing<T> {
    /// Keeps the fetch joinable to the end. To be called in the task that finishes the work, not in the one that reads:
    /// holding it there would keep a fetch going that nobody wants any more.
    pub(crate) fn hold(&mut self) {
        self.held = self.flight.upgrade();
    }

    pub(crate) fn land(self, outcome: T) {
        self.outcome.send_replace(Some(outcome));
    }
}

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        let mut sky = self.sky.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(airborne) = sky.get_mut(&self.identity) {
            airborne.retain(|other| !other.flight.ptr_eq(&self.flight));
            if airborne.is_empty() {
                sky.remove(&self.identity);
            }
        }
    }
}

/// A fetch that was joined or begun.
pub(crate) struct Boarded<T> {
    pub(crate) ticket: Ticket<T>,
    pub(crate) steps: Steps,
    /// Whether this asker began it.
    pub(crate) begun: bool,
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    pub(crate) fn new() -> Self {
        Self { sky: Arc::default() }
    }

    /// Joins every fetch under way that brings some of `wanted`, and begins one for each run that none brings. All under one
    /// lock, so that of two who ask at once only one begins.
    pub(crate) fn board(
        &self,
        identity: &Identity,
        lane: Lane,
        wanted: &[Steps],
        mut begin: impl FnMut(Steps, Landing<T>) -> AbortHandle,
    ) -> Vec<Boarded<T>> {
        let mut sky = self.sky.lock().unwrap_or_else(PoisonError::into_inner);
        let airborne = sky.entry(identity.clone()).or_default();
        let mut boarded: Vec<Boarded<T>> = airborne
            .iter()
            .filter(|other| other.lane == lane && wanted.iter().any(|steps| steps.overlaps(other.steps)))
            .filter_map(|other| {
                let ticket = Ticket { flight: other.flight.upgrade()? };
                Some(Boarded { ticket, steps: other.steps, begun: false })
            })
            .collect();

        for steps in without(wanted, boarded.iter().map(|boarded| boarded.steps)) {
            let (sender, outcome) = watch::channel(None);
            let flight = Arc::new(Flight { outcome, task: OnceLock::new() });
            airborne.push(Airborne { steps, lane, flight: Arc::downgrade(&flight) });
            let landing = Landing {
                sky: self.sky.clone(),
                identity: identity.clone(),
                flight: Arc::downgrade(&flight),
                outcome: sender,
                held: None,
            };
            flight.task.set(begin(steps, landing)).expect("a flight is begun once");
            boarded.push(Boarded { ticket: Ticket { flight }, steps, begun: true });
        }
        boarded
    }
}

/// What remains of `wanted` outside of `taken`.
fn without(wanted: &[Steps], taken: impl IntoIterator<Item = Steps>) -> Vec<Steps> {
    let mut rest = wanted.to_vec();
    for taken in taken {
        rest = rest
            .into_iter()
            .flat_map(|run| {
                if !run.overlaps(taken) {
                    return [run, Steps::new(0, 0)];
                }
                [Steps::new(run.first, taken.first), Steps::new(taken.end, run.end)]
            })
            .filter(|run| !run.is_empty())
            .collect();
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    fn question() -> Identity {
        Identity::of(["q"])
    }

    /// A fetch that counts how often it was begun and how often it ended, and takes a while.
    #[derive(Clone, Default)]
    struct Origin {
        begun: Arc<AtomicUsize>,
        landed: Arc<AtomicUsize>,
    }

    impl Origin {
        fn fetch(&self) -> impl FnMut(Steps, Landing<i64>) -> AbortHandle {
            let origin = self.clone();
            move |steps, landing| {
                let origin = origin.clone();
                origin.begun.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    origin.landed.fetch_add(1, Ordering::SeqCst);
                    landing.land(steps.len());
                })
                .abort_handle()
            }
        }
    }

    #[tokio::test]
    async fn a_hundred_askers_are_one_fetch() {
        let (flights, origin) = (Flights::new(), Origin::default());
        let boarded: Vec<_> =
            (0..100).flat_map(|_| flights.board(&question(), 0, &[Steps::new(0, 7)], origin.fetch())).collect();
        assert_eq!(boarded.len(), 100);
        for boarded in boarded {
            assert_eq!(boarded.ticket.outcome().await, Some(7));
        }
        assert_eq!(origin.begun.load(Ordering::SeqCst), 1);
        assert!(flights.sky.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn an_overlapping_window_fetches_only_what_is_not_coming() {
        let (flights, origin) = (Flights::new(), Origin::default());
        let first = flights.board(&question(), 0, &[Steps::new(0, 100)], origin.fetch());
        let second = flights.board(&question(), 0, &[Steps::new(1, 105)], origin.fetch());
        let steps: Vec<_> =
            second.iter().map(|boarded| (boarded.steps.first, boarded.steps.end, boarded.begun)).collect();
        assert_eq!(steps, [(0, 100, false), (100, 105, true)]);
        drop(first);
        assert_eq!(second[0].ticket.outcome().await, Some(100));
        assert_eq!(second[1].ticket.outcome().await, Some(5));
    }

    #[tokio::test]
    async fn the_first_asker_may_leave_and_the_last_one_ends_it() {
        let (flights, origin) = (Flights::new(), Origin::default());
        let mut first = flights.board(&question(), 0, &[Steps::new(0, 1)], origin.fetch());
        let second = flights.board(&question(), 0, &[Steps::new(0, 1)], origin.fetch());
        first.clear();
        assert_eq!(second[0].ticket.outcome().await, Some(1));

        let alone = flights.board(&question(), 0, &[Steps::new(0, 1)], origin.fetch());
        drop(alone);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(origin.landed.load(Ordering::SeqCst), 1);
        assert!(flights.sky.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_different_deadline_is_a_different_fetch() {
        let (flights, origin) = (Flights::new(), Origin::default());
        let _first = flights.board(&question(), 1, &[Steps::new(0, 1)], origin.fetch());
        let _second = flights.board(&question(), 2, &[Steps::new(0, 1)], origin.fetch());
        assert_eq!(origin.begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_fetch_that_panics_leaves_nobody_waiting() {
        let flights = Flights::<i64>::new();
        let boarded = flights.board(&question(), 0, &[Steps::new(0, 1)], |_, landing| {
            tokio::spawn(async move {
                let _landing = landing;
                panic!("as a bug would");
            })
            .abort_handle()
        });
        assert_eq!(boarded[0].ticket.outcome().await, None);
    }

    #[test]
    fn what_remains_is_cut_around_what_is_taken() {
        let wanted = [Steps::new(0, 10), Steps::new(20, 30)];
        let rest = without(&wanted, [Steps::new(3, 5), Steps::new(25, 40)]);
        assert_eq!(rest, [Steps::new(0, 3), Steps::new(5, 10), Steps::new(20, 25)]);
        assert_eq!(without(&wanted, []), wanted);
    }
}
