//! Prometheus' HTTP API, answered from memory where that gives the same bytes.
//!
//! A request is read as Prometheus reads it (`path`, `params`, `time`), looked at (`query`), made a question (`ask`) and
//! answered from chunks (`range`) or from an entry of its own (`whole`). What is missing is fetched (`fetch`) when it is the
//! caller's turn (`admission`) and upstream is there (`breaker`).

mod admission;
mod ask;
mod breaker;
mod caller;
mod enforce;
mod envelope;
mod fetch;
mod flavour;
mod gzip;
mod inspect;
mod metrics;
mod params;
mod path;
mod query;
mod range;
mod reply;
mod serve;
mod stale;
mod time;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Uri};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use admission::{Admission, AdmissionLimits};
use ask::Ask;
use breaker::Breaker;
use caller::Callers;
use envelope::Refusal;
use fetch::{Answer, Live, Question, Read};
use query::Query;

use crate::cache::chunk::Chunk;
use crate::cache::flight::{Flights, Landing};
use crate::cache::grid::Steps;
use crate::cache::kept::Whole;
use crate::cache::key::Identity;
use crate::cache::store::{Store, StoreLimits};
use crate::config::{CacheConfig, Config, ProxyConfig};
use crate::prometheus::Error;
use crate::prometheus::client::Client;

pub use metrics::ProxyMetrics;
pub use path::MAY_BE_OPENED;
pub use serve::routes;
pub(crate) use serve::{ROUTE, serves};

/// Queries that have been looked at; the text of each is at most 16 KiB, so these are at most as many MiB.
const QUERIES_BYTES: u64 = 8 << 20;
/// For how long a query whose answers turned out not to be splittable is not tried again.
const UNSPLIT_FOR: Duration = Duration::from_secs(60);
const UNSPLIT_MAX: u64 = 10_000;
/// Answers larger than this are taken apart on a thread of their own; smaller ones are done sooner than handed over.
const INLINE_BYTES: usize = 128 * 1024;

/// The proxy. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Proxy(Arc<Inner>);

pub(crate) struct Inner {
    config: ProxyConfig,
    max_body_bytes: usize,
    freshness: Duration,
    client: Client,
    callers: Callers,
    store: Store,
    flights: Flights<Outcome>,
    admission: Admission,
    breaker: Breaker,
    queries: Cache<String, Arc<Query>>,
    unsplit: Cache<Identity, &'static str>,
    metrics: ProxyMetrics,
}

/// What a fetch brought, for everyone who waits for it.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// Range data for the steps that were asked for.
    Range { chunk: Arc<Chunk>, infos: Arc<[String]> },
    /// An answer to be passed on as it is: an error of Prometheus', or a success that is not split, and why.
    Whole { whole: Arc<Whole>, steps: Steps, reason: &'static str },
    /// There is no answer.
    Refused(Refusal),
}

impl Proxy {
    pub fn new(config: &Config, client: Client, metrics: ProxyMetrics) -> Self {
        let proxy = config.proxy.clone();
        let admission = Admission::new(AdmissionLimits {
            all: proxy.max_queries,
            each: proxy.max_queries_per_caller,
            queue: proxy.max_waiting,
            wait: proxy.max_wait,
        });
        Self(Arc::new(Inner {
            max_body_bytes: config.http.max_body_bytes,
            freshness: config.cache.freshness,
            client,
            callers: Callers::new(&proxy.credentials),
            store: Store::new(store_limits(&config.cache)),
            flights: Flights::new(),
            admission,
            breaker: Breaker::default(),
            queries: Cache::builder()
                .max_capacity(QUERIES_BYTES)
                .eviction_policy(EvictionPolicy::lru())
                .weigher(|text: &String, _| u32::try_from(3 * text.len() + 512).unwrap_or(u32::MAX))
                .build(),
            unsplit: Cache::builder()
                .max_capacity(UNSPLIT_MAX)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(UNSPLIT_FOR)
                .build(),
            metrics,
            config: proxy,
        }))
    }

    /// What was sent for the very same GET before, if it may be sent again.
    pub(crate) fn again(&self, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        serve::again(&self.0, uri, headers)
    }

    /// A range for ourselves: the same cache, the same grid, Prometheus' own JSON.
    /// `window` is start, end and step in milliseconds.
    pub async fn range(&self, query: &str, window: (i64, i64, i64), timeout: Duration) -> Result<Bytes, Error> {
        serve::range(&self.0, query, window, timeout).await
    }
}

fn store_limits(config: &CacheConfig) -> StoreLimits {
    StoreLimits {
        bytes: config.bytes,
        entry_bytes: config.entry_bytes,
        settled: config.settled,
        volatile: config.volatile,
        stale: config.stale,
    }
}

impl Inner {
    /// Looks at a query that has been checked; one that was looked at before is known.
    fn read(&self, text: &str) -> Arc<Query> {
        if let Some(query) = self.queries.get(text) {
            return query;
        }
        let query = Arc::new(Query::read(text));
        self.queries.insert(text.to_owned(), query.clone());
        query
    }

    fn known_unsplit(&self, identity: &Identity) -> Option<&'static str> {
        self.unsplit.get(identity)
    }

    fn remember_unsplit(&self, identity: &Identity, reason: &'static str) {
        self.unsplit.insert(identity.clone(), reason);
    }

    /// How long until a step is settled, in milliseconds.
    fn freshness_ms(&self, step_ms: i64) -> i64 {
        let configured = i64::try_from(self.freshness.as_millis()).unwrap_or(i64::MAX);
        configured.max(self.config.flavour.freshness_ms(step_ms))
    }

    /// One question to upstream, in turn.
    async fn ask_upstream(&self, ask: &Ask, mut question: Question, live: Option<Live>) -> Result<Read, Refusal> {
        let endpoint = ask.endpoint.kind.as_str();
        let _admitted =
            self.admission.admit(&ask.caller.name).await.inspect_err(|_| self.metrics.asked(endpoint, "busy"))?;
        self.breaker.check().inspect_err(|_| self.metrics.asked(endpoint, "not_tried"))?;
        if ask.endpoint.kind.takes_timeout() && ask.params.first("timeout").is_none() {
            question.params.push(("timeout".to_owned(), shortened(question.deadline)));
        }
        let result = fetch::fetch(&self.client, &question, live).await;
        match &result {
            Ok(read) => {
                self.breaker.succeeded();
                self.metrics.asked(endpoint, if read.answer.status.is_success() { "ok" } else { "error" });
            }
            // A query that takes too long says nothing about the next one; neither does one that is too large.
            Err(refusal) if refusal.error_type != "unavailable" => self.metrics.asked(endpoint, refusal.error_type),
            Err(refusal) => {
                self.breaker.failed(&refusal.error);
                self.metrics.asked(endpoint, "unavailable");
            }
        }
        result
    }

    /// Files an answer that has been read, whether or not anyone still waits, and lets those who do have it.
    fn finish(
        self: &Arc<Self>,
        mut read: Read,
        mut landing: Landing<Outcome>,
        file: impl FnOnce(&Answer) -> Outcome + Send + 'static,
    ) {
        landing.hold();
        let inline = read.answer.body.len() <= INLINE_BYTES;
        let work = move || {
            // Who listens live need not wait until it is taken apart. Half an answer does not end like this.
            read.release(read.answer.body.ends_with(b"}"));
            landing.land(file(&read.answer));
        };
        if inline {
            work();
        } else {
            tokio::task::spawn_blocking(work);
        }
    }
}

/// What is left until a deadline, less what it takes to bring the answer here.
fn shortened(deadline: tokio::time::Instant) -> String {
    let left = deadline.saturating_duration_since(tokio::time::Instant::now());
    let margin = (left / 20).min(Duration::from_millis(500));
    format!("{:.3}", left.saturating_sub(margin).as_secs_f64().max(0.001))
}
