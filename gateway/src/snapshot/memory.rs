//! What one snapshot leaves for the next: the servers that were there, since when they are how they are, and how often
//! they are scraped. A gateway that starts anew asks Prometheus for it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::gpus::warnings;
use crate::prometheus::promql::tick::GPU_COUNT;
use crate::prometheus::promql::{TAG, Window};
use crate::prometheus::response::Sample;
use crate::wire::gpu::GpuWarning;
use crate::wire::server::ServerStatus;

use super::server::Draft;
use super::status::SCRAPE_FAILS;
use super::{Settings, Vectors};

/// `job` and `instance`: what makes a target a server.
pub type ServerKey = (String, String);

#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(super) at: f64,
    pub(super) servers: HashMap<ServerKey, Remembered>,
    /// Seconds between scrapes, by job.
    intervals: HashMap<String, f64>,
    /// When scrape errors were last asked for.
    scrape_errors_at: Option<f64>,
    has_gpus: bool,
    idle_gpus: Vec<IdleGpu>,
    /// When idle GPUs were last asked for.
    idle_gpus_at: Option<f64>,
}

/// A GPU that was reserved but idle when that was last asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct IdleGpu {
    pub job: String,
    pub instance: String,
    pub hostname: Option<String>,
    pub warning: GpuWarning,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Remembered {
    pub nodename: Option<String>,
    pub labels: BTreeMap<String, String>,
    /// None until the first snapshot that holds it.
    pub status: Option<ServerStatus>,
    pub since: Option<f64>,
    pub reason: Option<String>,
    pub sampled_at: Option<f64>,
    /// False when Prometheus no longer has the target.
    pub is_target: bool,
    /// When this was first noticed; with `since` it decides when the server is forgotten.
    pub noticed_at: f64,
    pub asked_last_up: bool,
}

/// Until scrapes have been seen: Prometheus' own default is a minute.
const UNKNOWN_INTERVAL: f64 = 15.0;
const MIN_RATE_WINDOW: f64 = 30.0;
const SCRAPES_PER_WINDOW: f64 = 4.0;
const SCRAPE_ERRORS_EVERY: f64 = 60.0;
const SCRAPE_ERRORS_PAUSE: f64 = 10.0;
const IDLE_GPUS_EVERY: f64 = 60.0;
/// More would make one question too long; the next tick asks for the next.
const MAX_LAST_UP: usize = 200;

impl Memory {
    /// Takes in what Prometheus knows of the past: who answered, by what name.
    pub fn learn_servers(&mut self, known: &[&Sample<'_>], at: f64) {
        for sample in known {
            let key = (sample.labels.value("job").to_owned(), sample.labels.value("instance").to_owned());
            let server =
                self.servers.entry(key).or_insert_with(|| Remembered { noticed_at: at, ..Remembered::default() });
            server.nodename = sample.labels.get("nodename").map(str::to_owned);
        }
    }

    /// Takes in how many seconds are between scrapes, by job.
    pub fn learn_intervals(&mut self, intervals: &[&Sample<'_>]) {
        for sample in intervals {
            if let Some(seconds) = sample.finite().filter(|&seconds| seconds > 0.5) {
                self.intervals.insert(sample.labels.value("job").to_owned(), seconds);
            }
        }
    }

    /// Forgets the servers of all other jobs.
    pub fn keep_jobs(&mut self, jobs: &[String]) {
        self.servers.retain(|(job, _), _| jobs.contains(job));
        self.intervals.retain(|job, _| jobs.contains(job));
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
        let slowest = self.intervals.values().copied().fold(0.0, f64::max);
        let interval = if slowest > 0.0 { slowest } else { UNKNOWN_INTERVAL };
        Window(Duration::from_secs_f64((SCRAPES_PER_WINDOW * interval).round().clamp(MIN_RATE_WINDOW, 3_600.0)))
    }

    pub(super) fn interval(&self, job: &str) -> f64 {
        self.intervals.get(job).copied().unwrap_or(UNKNOWN_INTERVAL)
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

    /// True when there are GPUs and it is time to ask which of them are idle.
    pub fn wants_idle_gpus(&self) -> bool {
        self.has_gpus && self.idle_gpus_at.is_none_or(|asked| self.at - asked >= IDLE_GPUS_EVERY)
    }

    /// The idle GPUs of this tick: as they were just told, or as they were before.
    pub(super) fn idle_gpus(&self, vectors: &Vectors<'_>) -> Cow<'_, [IdleGpu]> {
        let Some(samples) = &vectors.idle_gpus else { return Cow::Borrowed(&self.idle_gpus) };
        let idle = samples.iter().filter_map(|sample| {
            let labels = &sample.labels;
            Some(IdleGpu {
                job: labels.value("job").to_owned(),
                instance: labels.value("instance").to_owned(),
                hostname: labels.get("Hostname").map(str::to_owned),
                warning: warnings::warning(labels.value(TAG), labels, sample.finite()?)?,
            })
        });
        Cow::Owned(idle.collect())
    }

    /// Servers that are down, nobody knows since when; each is asked for once.
    pub fn wants_last_up(&self) -> Vec<ServerKey> {
        let unknown = self
            .servers
            .iter()
            .filter(|(_, it)| it.status == Some(ServerStatus::Down) && it.since.is_none() && !it.asked_last_up);
        unknown.map(|(key, _)| key.clone()).take(MAX_LAST_UP).collect()
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
        drafts: &[Draft<'_>],
        servers: HashMap<ServerKey, Remembered>,
        vectors: &Vectors<'_>,
        settings: &Settings,
    ) -> Memory {
        let mut intervals = self.intervals.clone();
        // After a pause, the newest samples are many scrapes apart.
        if vectors.at - self.at < 2.0 * settings.interval_seconds {
            intervals.extend(self.seen_intervals(drafts));
        }
        let asked_now = vectors.scrape_errors.as_ref().map(|_| vectors.at);
        Memory {
            at: vectors.at,
            servers,
            intervals,
            scrape_errors_at: asked_now.or(self.scrape_errors_at),
            has_gpus: vectors.hardware.iter().any(|it| it.labels.value(TAG) == GPU_COUNT),
            idle_gpus: self.idle_gpus(vectors).into_owned(),
            idle_gpus_at: vectors.idle_gpus.as_ref().map(|_| vectors.at).or(self.idle_gpus_at),
        }
    }

    /// The median time between the newest sample and the one before, by job.
    fn seen_intervals(&self, drafts: &[Draft<'_>]) -> HashMap<String, f64> {
        let mut seen: HashMap<&str, Vec<f64>> = HashMap::new();
        for draft in drafts {
            let before = self.servers.get(&draft.key()).and_then(|server| server.sampled_at);
            if let (Some(before), Some(now)) = (before, draft.sampled_at)
                && now - before > 0.5
            {
                seen.entry(draft.job).or_default().push(now - before);
            }
        }
        let median = |mut seconds: Vec<f64>| {
            seconds.sort_by(f64::total_cmp);
            seconds[seconds.len() / 2]
        };
        seen.into_iter().map(|(job, seconds)| (job.to_owned(), median(seconds))).collect()
    }
}
