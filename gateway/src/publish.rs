//! The loop that keeps the snapshot fresh, and what it hands to everybody: the newest [`Published`].
//!
//! One tick at a time, each bounded by a deadline; a tick that would be late is skipped and counted. When Prometheus
//! does not answer, the last good snapshot stays and is marked stale.

mod gather;
mod kept;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::config::Config;
use crate::details::{Details, Watched};
use crate::metrics::{OutcomeLabels, SnapshotMetrics, StatusLabels};
use crate::prometheus::client::jittered;
use crate::prometheus::promql::Window;
use crate::prometheus::{Client, Error};
use crate::snapshot::Snapshot;
use crate::time;
use crate::wire::health::DependencyStatus;

/// The first snapshot may take so long, or `prometheus.timeout` where that is more: it asks for more than those after it, and
/// an attempt that is cut off has the next begin anew.
const FIRST_SNAPSHOT: Duration = Duration::from_secs(30);

/// The state after a tick. It never changes; the next tick publishes a new one.
#[derive(Clone, Debug)]
pub struct Published {
    /// Counts ticks, good or not.
    pub number: u64,
    /// When the tick ended, in unix seconds.
    pub at: f64,
    /// The newest good snapshot; None until there was one.
    pub snapshot: Option<Arc<Snapshot>>,
    /// When the snapshot's instant was, by our own steady clock.
    pub snapshot_from: Option<Instant>,
    /// Why the newest tick failed; None when it did not.
    pub error: Option<Arc<str>>,
    /// Details of the servers that somebody watches, by id, of the snapshot's instant.
    pub details: Arc<HashMap<String, Details>>,
    pub prometheus: Prometheus,
    /// The window of rates.
    pub rate_window: Window,
    /// How often the snapshot is refreshed.
    pub interval: Duration,
}

/// How Prometheus is.
#[derive(Clone, Debug)]
pub struct Prometheus {
    pub status: DependencyStatus,
    pub since: Option<f64>,
    pub latency: Option<Duration>,
}

impl Published {
    /// Before the first tick.
    pub fn nothing(interval: Duration) -> Self {
        Self {
            number: 0,
            at: time::now(),
            snapshot: None,
            snapshot_from: None,
            error: None,
            details: Arc::default(),
            prometheus: Prometheus { status: DependencyStatus::Unknown, since: None, latency: None },
            rate_window: Window(Duration::from_secs(60)),
            interval,
        }
    }

    /// Seconds since the snapshot's instant.
    pub fn age_seconds(&self) -> Option<f64> {
        self.snapshot_from.map(|from| time::to_milliseconds(from.elapsed().as_secs_f64()))
    }
}

/// Makes snapshots until it is told to stop.
pub struct Publisher {
    client: Client,
    config: Arc<Config>,
    watched: Arc<Watched>,
    sender: watch::Sender<Arc<Published>>,
    metrics: SnapshotMetrics,
    knowledge: gather::Knowledge,
}

impl Publisher {
    pub fn new(
        client: Client,
        config: Arc<Config>,
        watched: Arc<Watched>,
        metrics: SnapshotMetrics,
    ) -> (Self, watch::Receiver<Arc<Published>>) {
        let (sender, receiver) = watch::channel(Arc::new(Published::nothing(config.snapshot.interval)));
        let knowledge = gather::Knowledge::default();
        (Self { client, config, watched, sender, metrics, knowledge }, receiver)
    }

    pub async fn run(mut self, shutdown: CancellationToken) {
        let interval = self.config.snapshot.interval;
        let mut next = Instant::now();
        let mut failures = 0;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep_until(next) => {}
            }
            let is_good = tokio::select! {
                () = shutdown.cancelled() => return,
                is_good = self.tick() => is_good,
            };
            if is_good {
                failures = 0;
                next = self.next_on_the_grid(next, interval);
            } else {
                failures += 1;
                next = Instant::now() + jittered(backoff(interval, failures));
            }
        }
    }

    /// The first instant of the grid that is still to come; counts those that are not.
    fn next_on_the_grid(&self, previous: Instant, interval: Duration) -> Instant {
        let mut next = previous + interval;
        let now = Instant::now();
        if next < now {
            let missed = (now - next).as_nanos() / interval.as_nanos() + 1;
            let missed = u32::try_from(missed).unwrap_or(u32::MAX);
            self.metrics.ticks_missed.inc_by(u64::from(missed));
            next += interval * missed;
        }
        next
    }

    /// One attempt; true when it made a new snapshot.
    async fn tick(&mut self) -> bool {
        let started = Instant::now();
        let previous = self.sender.borrow().clone();
        let timeout = self.config.prometheus.timeout;
        let patience = if previous.snapshot.is_some() { timeout } else { FIRST_SNAPSHOT.max(timeout) };
        let deadline = started + patience;
        let subjects = gather::subjects(&previous, &self.watched);
        let result = gather::gather(&self.client, &self.config, &mut self.knowledge, &subjects, deadline).await;
        self.metrics.tick_duration.observe(started.elapsed().as_secs_f64());
        let is_good = result.is_ok();
        let outcome = if is_good { "ok" } else { "failed" };
        self.metrics.ticks.get_or_create(&OutcomeLabels { outcome }).inc();
        let published = match result {
            Ok(gathered) => self.success(&previous, gathered, started),
            Err(error) => failure(&previous, &error),
        };
        self.sender.send_replace(Arc::new(published));
        is_good
    }

    fn success(&self, previous: &Published, gathered: gather::Gathered, started: Instant) -> Published {
        let is_recovery = previous.prometheus.status != DependencyStatus::Up;
        if is_recovery {
            let servers = gathered.snapshot.servers.len();
            info!(servers, "Prometheus answers; there is a snapshot of {servers} servers");
        }
        debug!(queries = gathered.queries, duration_ms = started.elapsed().as_millis() as u64, "tick");
        self.metrics.tick_queries.set(gathered.queries as i64);
        let counts = &gathered.snapshot.server_counts;
        for (status, count) in [("up", counts.up), ("stale", counts.stale), ("down", counts.down)] {
            self.metrics.servers.get_or_create(&StatusLabels { status }).set(count as i64);
        }
        let since = if is_recovery { Some(time::now()) } else { previous.prometheus.since };
        Published {
            number: previous.number + 1,
            at: time::now(),
            snapshot: Some(Arc::new(gathered.snapshot)),
            snapshot_from: Some(started),
            error: None,
            details: Arc::new(gathered.details),
            prometheus: Prometheus { status: DependencyStatus::Up, since, latency: Some(gathered.latency) },
            rate_window: gathered.rate_window,
            interval: previous.interval,
        }
    }
}

fn failure(previous: &Published, error: &Error) -> Published {
    let message = error.to_string();
    // Once per cause: a Prometheus that is away for a day is not thousands of lines.
    if previous.error.as_deref() != Some(message.as_str()) {
        warn!(error = message, "the snapshot cannot be refreshed; the last one stays");
    }
    let is_news = previous.prometheus.status != DependencyStatus::Down;
    let since = if is_news { Some(time::now()) } else { previous.prometheus.since };
    Published {
        number: previous.number + 1,
        at: time::now(),
        error: Some(message.into()),
        prometheus: Prometheus { status: DependencyStatus::Down, since, latency: None },
        ..previous.clone()
    }
}

/// Soon after the first failure, then ever later, up to once per interval.
fn backoff(interval: Duration, failures: u32) -> Duration {
    (interval / 5 * failures).min(interval)
}
