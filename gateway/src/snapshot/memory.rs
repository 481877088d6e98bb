//! What one snapshot leaves for the next: the servers that were there, since when they are how they are, and how often
//! they are scraped. A gateway that starts anew asks Prometheus for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::prometheus::promql::Window;
use crate::prometheus::response::Sample;
use crate::wire::server::ServerStatus;

use super::draft::Draft;
use super::gauges::Gauges;
use super::idle_gpus::IdleGpus;
use super::intervals::{Gap, Intervals};
use super::status::SCRAPE_FAILS;
use super::{Settings, Vectors};

/// `job` and `instance`: what makes a target a server.
pub type ServerKey = (String, String);

#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(super) at: f64,
    /// When every server was asked for its gauges.
    pub(super) asked_all_at: f64,
    pub(super) servers: HashMap<ServerKey, Remembered>,
    intervals: Intervals,
    /// When scrape errors were last asked for.
    scrape_errors_at: Option<f64>,
    pub(super) idle_gpus: IdleGpus,
    /// Servers that answer, of which the recording rules said nothing.
    lacking: Vec<ServerKey>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Remembered {
    pub nodename: Option<String>,
    /// Shared with every snapshot that holds the server.
    pub labels: Arc<BTreeMap<String, String>>,
    /// None until the first snapshot that holds it.
    pub status: Option<ServerStatus>,
    pub since: Option<f64>,
    pub reason: Option<String>,
    pub sampled_at: Option<f64>,
    /// None until it has had two samples.
    pub gap: Option<Gap>,
    /// False when Prometheus no longer has the target.
    pub is_target: bool,
    /// When this was first noticed: where Prometheus has no sample of it, the server is forgotten that long after.
    pub noticed_at: f64,
    pub asked_last_up: bool,
    /// As its newest scrape told them.
    pub gauges: Gauges,
}

const MIN_RATE_WINDOW: f64 = 30.0;
const SCRAPES_PER_WINDOW: f64 = 4.0;
const SCRAPE_ERRORS_EVERY: f64 = 60.0;
const SCRAPE_ERRORS_PAUSE: f64 = 10.0;
const NAMELESS_FOR: f64 = 60.0;
/// More would make one question too long; the next tick asks for the next.
const MAX_LAST_UP: usize = 200;
const MAX_UNRULED: usize = 200;
const SOME: usize = 50;

impl Memory {
    /// Takes in what Prometheus knows of the past: one that answered, by what name.
    pub fn learn_server(&mut self, known: &Sample<'_>, at: f64) {
        let key = (known.labels.value("job").to_owned(), known.labels.value("instance").to_owned());
        let server = self.servers.entry(key).or_insert_with(|| Remembered { noticed_at: at, ..Remembered::default() });
        server.nodename = known.labels.get("nodename").map(str::to_owned);
    }

    /// Takes in how many seconds are between the scrapes of a job.
    pub fn learn_interval(&mut self, interval: &Sample<'_>) {
        if let Some(seconds) = interval.finite() {
            self.intervals.learn(interval.labels.value("job"), seconds);
        }
    }

    /// Forgets the servers of all other jobs.
    pub fn keep_jobs(&mut self, jobs: &[String]) {
        self.servers.retain(|(job, _), _| jobs.contains(job));
        self.intervals.keep(jobs);
    }

    /// The jobs that have servers.
    pub fn jobs(&self) -> Vec<&str> {
        let mut jobs: Vec<_> = self.servers.keys().map(|(job, _)| job.as_str()).collect();
        jobs.sort_unstable();
        jobs.dedup();
        jobs
    }

    /// Long enough for four scrapes of the job that is scraped least often.
    pub fn rate_window(&self) -> Window {
        let window = SCRAPES_PER_WINDOW * self.intervals.longest();
        Window(Duration::from_secs_f64(window.round().clamp(MIN_RATE_WINDOW, 3_600.0)))
    }

    pub(super) fn interval(&self, job: &str) -> f64 {
        self.intervals.of(job)
    }

    /// True when a scrape fails and it is time to ask why: at once for a new failure, else now and then.
    pub fn wants_scrape_errors(&self) -> bool {
        let is_unexplained = |it: &&Remembered| it.reason.as_deref() == Some(SCRAPE_FAILS);
        let failing = || self.servers.values().filter(|it| it.is_target && it.status == Some(ServerStatus::Down));
        match self.scrape_errors_at.map(|asked| self.at - asked) {
            Some(elapsed) if elapsed < SCRAPE_ERRORS_PAUSE => false,
            Some(elapsed) if elapsed < SCRAPE_ERRORS_EVERY => failing().any(|it| is_unexplained(&it)),
            _ => failing().next().is_some(),
        }
    }

    /// True when it is time to ask which GPUs are reserved but idle.
    pub fn wants_idle_gpus(&self) -> bool {
        self.idle_gpus.are_wanted(self.at)
    }

    /// True when a server that came a moment ago has not told its name. One that never tells is not waited for.
    pub fn wants_names(&self) -> bool {
        let is_new = |it: &Remembered| self.at - it.noticed_at < NAMELESS_FOR;
        self.servers.values().any(|it| it.nodename.is_none() && it.status == Some(ServerStatus::Up) && is_new(it))
    }

    /// Servers that are down, nobody knows since when; each is asked for once.
    pub fn wants_last_up(&self) -> Vec<ServerKey> {
        let unknown = self
            .servers
            .iter()
            .filter(|(_, it)| it.status == Some(ServerStatus::Down) && it.since.is_none() && !it.asked_last_up);
        unknown.map(|(key, _)| key.clone()).take(MAX_LAST_UP).collect()
    }

    /// A few servers that answered in the newest snapshot.
    pub fn some_that_answer(&self) -> Vec<&ServerKey> {
        let answering = self.servers.iter().filter(|(_, server)| server.gauges.told);
        answering.map(|(key, _)| key).take(SOME).collect()
    }

    /// How many servers the recording rules lacked.
    pub fn lacking(&self) -> usize {
        self.lacking.len()
    }

    /// Servers to ask the plain expressions about, because the rules lacked them: a server that came a moment ago, mostly.
    pub fn wants_unruled(&self) -> &[ServerKey] {
        &self.lacking[..self.lacking.len().min(MAX_UNRULED)]
    }

    /// Remembers that these were asked for, whatever the answer was.
    pub fn asked_last_up(&mut self, keys: &[ServerKey]) {
        for key in keys {
            if let Some(server) = self.servers.get_mut(key) {
                server.asked_last_up = true;
            }
        }
    }

    /// What the next snapshot remembers.
    pub(super) fn next(
        &self,
        drafts: &[Draft],
        servers: HashMap<ServerKey, Remembered>,
        lacking: Vec<ServerKey>,
        vectors: &Vectors<'_>,
        settings: &Settings,
    ) -> Memory {
        let mut intervals = self.intervals.clone();
        // After a pause, the newest samples are many scrapes apart.
        if vectors.at - self.at < 2.0 * settings.interval_seconds {
            intervals.see(self.gaps(drafts));
        }
        let asked_now = vectors.scrape_errors.as_ref().map(|_| vectors.at);
        let scrape_errors_at = asked_now.or(self.scrape_errors_at);
        Memory {
            at: vectors.at,
            asked_all_at: if vectors.gauges_of.is_none() { vectors.at } else { self.asked_all_at },
            servers,
            intervals,
            scrape_errors_at,
            idle_gpus: self.idle_gpus.next(vectors),
            lacking,
        }
    }

    /// How far the newest sample of each server is from the one before, where it is new; with the server's job.
    fn gaps<'a>(&self, drafts: &'a [Draft]) -> impl Iterator<Item = (&'a str, Gap)> {
        drafts.iter().filter_map(|draft| {
            // Of one that comes back the newest two are as far apart as it was away.
            let before = self.servers.get(&draft.key).filter(|server| server.status != Some(ServerStatus::Down))?;
            Some((draft.job(), before.new_gap(draft.sampled_at)?))
        })
    }
}

impl Remembered {
    /// How far a sample of `sampled_at` is from the newest one; None where it is that one.
    pub(super) fn new_gap(&self, sampled_at: Option<f64>) -> Option<Gap> {
        Gap::between(self.sampled_at?, sampled_at?, self.gap)
    }
}
