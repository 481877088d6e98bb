//! Not asking an upstream that does not answer: after a few failures in a row only one question a second is let through.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::envelope::Refusal;

const FAILURES_MAX: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Breaker {
    /// Locked for a few instructions only.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    closed_until: Option<Instant>,
    why: String,
}

impl Breaker {
    /// Whether upstream may be asked now. The first one after a pause is the probe; the others wait for what it finds.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        self.check_at(Instant::now())
    }

    pub(crate) fn succeeded(&self) {
        *self.lock() = State::default();
    }

    pub(crate) fn failed(&self, why: &str) {
        self.failed_at(Instant::now(), why);
    }

    fn check_at(&self, now: Instant) -> Result<(), Refusal> {
        let mut state = self.lock();
        match state.closed_until {
            Some(until) if now < until => Err(Refusal::unavailable(
                format!("upstream fails, and is asked again in a moment: {}", state.why),
                Some(PAUSE),
            )),
            Some(_) => {
                state.closed_until = Some(now + PAUSE);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn failed_at(&self, now: Instant, why: &str) {
        let mut state = self.lock();
        state.failures += 1;
        if state.failures >= FAILURES_MAX {
            state.closed_until = Some(now + PAUSE);
            why.clone_into(&mut state.why);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_failures_open_it_and_one_success_closes_it() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES_MAX {
            assert!(breaker.check_at(now).is_ok());
            breaker.failed_at(now, "refused");
        }
        let refusal = breaker.check_at(now).unwrap_err();
        assert!(refusal.error.ends_with("refused"), "{}", refusal.error);

        let later = now + PAUSE;
        assert!(breaker.check_at(later).is_ok(), "the probe");
        assert!(breaker.check_at(later).is_err(), "only one");
        breaker.succeeded();
        assert!(breaker.check_at(later).is_ok());
    }
}
