//! How many questions may be with upstream at once: of one caller, and of all together. The rest wait, for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::envelope::Refusal;

#[derive(Clone, Copy, Debug)]
pub(crate) struct AdmissionLimits {
    pub(crate) all: usize,
    pub(crate) each: usize,
    /// How many may wait.
    pub(crate) queue: usize,
    pub(crate) wait: Duration,
}

pub(crate) struct Admission {
    limits: AdmissionLimits,
    all: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Callers with something under way; the others leave no trace.
    callers: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// The right to ask upstream one question.
pub(crate) struct Admitted {
    _caller: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Admission {
    pub(crate) fn new(limits: AdmissionLimits) -> Self {
        Self {
            limits,
            all: Arc::new(Semaphore::new(limits.all)),
            queue: Arc::new(Semaphore::new(limits.queue)),
            callers: Mutex::default(),
        }
    }

    /// Waits for a turn. Who finds the queue full or waits too long is refused and told when to come back.
    pub(crate) async fn admit(&self, caller: &str) -> Result<Admitted, Refusal> {
        let semaphore = self.caller(caller);
        if let (Ok(caller), Ok(all)) = (semaphore.clone().try_acquire_owned(), self.all.clone().try_acquire_owned()) {
            return Ok(Admitted { _caller: caller, _all: all });
        }
        let _place = self
            .queue
            .try_acquire()
            .map_err(|_| self.busy(format!("{} queries wait already, which is the limit", self.limits.queue)))?;
        let turn = async {
            // First the caller's own limit: who exceeds it must not hold a place that others could use.
            let caller = semaphore.acquire_owned().await.expect("never closed");
            let all = self.all.clone().acquire_owned().await.expect("never closed");
            Admitted { _caller: caller, _all: all }
        };
        tokio::time::timeout(self.limits.wait, turn).await.map_err(|_| {
            self.busy(format!(
                "no turn came within {:?}: {} queries of one caller and {} of all are asked at a time",
                self.limits.wait, self.limits.each, self.limits.all
            ))
        })
    }

    fn busy(&self, why: String) -> Refusal {
        Refusal::unavailable(why, Some(self.limits.wait))
    }

    fn caller(&self, caller: &str) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = callers.get(caller).and_then(Weak::upgrade) {
            return semaphore;
        }
        callers.retain(|_, semaphore| semaphore.strong_count() > 0);
        let semaphore = Arc::new(Semaphore::new(self.limits.each));
        callers.insert(caller.to_owned(), Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(all: usize, each: usize, queue: usize) -> Admission {
        Admission::new(AdmissionLimits { all, each, queue, wait: Duration::from_millis(30) })
    }

    #[tokio::test]
    async fn one_caller_cannot_take_everything() {
        let admission = admission(3, 2, 10);
        let _one = admission.admit("a").await.unwrap();
        let _two = admission.admit("a").await.unwrap();
        let refused = admission.admit("a").await.err().unwrap();
        assert!(refused.error.contains("2 queries of one caller"), "{}", refused.error);
        assert!(refused.retry_after.is_some());
        assert!(admission.admit("b").await.is_ok());
    }

    #[tokio::test]
    async fn who_leaves_makes_room() {
        let admission = admission(1, 1, 10);
        let one = admission.admit("a").await.unwrap();
        let (second, ()) = tokio::join!(admission.admit("b"), async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            drop(one);
        });
        assert!(second.is_ok());
    }

    #[tokio::test]
    async fn the_queue_has_an_end() {
        let admission = admission(1, 1, 1);
        let _one = admission.admit("a").await.unwrap();
        let (waited, refused) = tokio::join!(admission.admit("b"), admission.admit("c"));
        assert!(waited.err().unwrap().error.contains("no turn came"));
        assert!(refused.err().unwrap().error.contains("1 queries wait already"));
    }

    #[tokio::test]
    async fn callers_that_are_gone_are_forgotten() {
        let admission = admission(10, 1, 1);
        for caller in 0..100 {
            drop(admission.admit(&caller.to_string()).await.unwrap());
        }
        assert!(admission.callers.lock().unwrap().len() <= 2);
    }
}
