//! When each connection hears of a tick: group by group, so that neither the CPU nor the network has it all at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::publish::Published;

use super::Connections;
use super::memory::Memory;

/// The last group hears of a tick this long after it, or a fifth of the interval. What a browser is late by is this and
/// the time its group takes.
const SPREAD: Duration = Duration::from_millis(250);
const GROUPS: usize = 50;
/// Fewer connections are told at once.
const SPREAD_FROM: usize = 100;

/// Hands each tick on to the connections. Theirs is one wake-up a tick and no timer.
pub struct Pace {
    groups: Vec<watch::Sender<Arc<Published>>>,
    next: AtomicUsize,
}

impl Pace {
    pub fn new(newest: &Arc<Published>) -> Self {
        let groups = (0..GROUPS).map(|_| watch::Sender::new(Arc::clone(newest))).collect();
        Self { groups, next: AtomicUsize::new(0) }
    }

    /// For one more connection: its group's ticks from now on.
    pub fn join(&self) -> watch::Receiver<Arc<Published>> {
        let group = self.next.fetch_add(1, Ordering::Relaxed) % GROUPS;
        self.groups[group].subscribe()
    }

    pub async fn run(
        &self,
        mut published: watch::Receiver<Arc<Published>>,
        connections: &Connections,
        shutdown: CancellationToken,
    ) {
        let ticks = async {
            let mut memory = Memory::default();
            while published.changed().await.is_ok() {
                let newest = Arc::clone(&published.borrow_and_update());
                let spread = match connections.count() {
                    few if few < SPREAD_FROM => Duration::ZERO,
                    _ => SPREAD.min(newest.interval / 5),
                };
                self.tell(&newest, spread).await;
                memory.tidy(connections.count()).await;
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = ticks => {}
        }
    }

    async fn tell(&self, newest: &Arc<Published>, spread: Duration) {
        let began = Instant::now();
        for (number, group) in (0_u32..).zip(&self.groups) {
            if !spread.is_zero() {
                sleep_until(began + spread * number / GROUPS as u32).await;
            }
            group.send_replace(Arc::clone(newest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_tick_reaches_every_group_and_the_last_one_in_time() {
        let newest = Arc::new(Published::nothing(Duration::from_secs(5)));
        let pace = Pace::new(&newest);
        let mut members: Vec<_> = (0..2 * GROUPS).map(|_| pace.join()).collect();
        let began = Instant::now();
        pace.tell(&Arc::new(Published { number: 7, ..(*newest).clone() }), Duration::from_millis(100)).await;
        assert!(began.elapsed() >= Duration::from_millis(98));
        assert!(members.iter_mut().all(|member| member.borrow_and_update().number == 7));
    }
}
