//! The history of panels: finished answers, remembered for a moment, made of ranges that the proxy remembers for long.

mod grid;
mod range;

use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::future::Cache;

use crate::answers::Answer;
use crate::config::HistoryConfig;
use crate::details::Subject;
use crate::error::ApiError;
use crate::metrics::CacheMetrics;
use crate::prometheus::promql::panels::{Definition, Scope};
use crate::prometheus::promql::{Selector, Window};
use crate::prometheus::response::{MatrixData, parse};
use crate::proxy::Proxy;
use crate::time;
use crate::wire::panel::PanelData;

pub use range::Range;

/// Which panel of which server, over which time.
#[derive(Clone, Debug)]
pub struct Question {
    pub panel: &'static Definition,
    pub server: Subject,
    pub range: Range,
    /// The shortest window of a rate; a longer step takes a longer one, so that no sample is left out.
    pub rate_window: Window,
}

/// What makes two questions the same.
type Key = (&'static str, String, Range, Duration);

pub struct History {
    proxy: Proxy,
    timeout: Duration,
    metrics: CacheMetrics,
    cache: Cache<Key, Remembered>,
}

#[derive(Clone)]
struct Remembered {
    answer: Answer,
    keep: Duration,
}

/// What lies this far back does not change any more: scrapes and rules of that time are long done.
const SETTLED_AFTER: f64 = 60.0;
const KEEP_SETTLED: Duration = Duration::from_secs(600);
/// The newest points may still change; this long it is not asked again.
const KEEP_NEWEST: Duration = Duration::from_secs(4);

impl History {
    pub fn new(config: &HistoryConfig, proxy: Proxy, metrics: CacheMetrics) -> Self {
        let cache = Cache::builder()
            .max_capacity(config.cache_bytes)
            // TinyLFU would refuse new panels while old ones are looked at often.
            .eviction_policy(moka::policy::EvictionPolicy::lru())
            .weigher(|_, remembered: &Remembered| {
                u32::try_from(remembered.answer.body.json().len()).unwrap_or(u32::MAX)
            })
            .expire_after(KeepAsSaid)
            .build();
        Self { proxy, timeout: config.timeout, metrics, cache }
    }

    pub async fn answer(&self, question: Question) -> Result<Answer, ApiError> {
        let key = (question.panel.id, question.server.id.clone(), question.range, question.rate_window.0);
        if let Some(remembered) = self.cache.get(&key).await {
            self.metrics.hit("history");
            return Ok(remembered.answer);
        }
        self.metrics.miss("history");
        let (cache, proxy, timeout) = (self.cache.clone(), self.proxy.clone(), self.timeout);
        // In a task of its own: a browser that goes away must not make the next one start over.
        let load = tokio::spawn(async move { cache.try_get_with(key, fetch(proxy, timeout, question)).await });
        let loaded = load.await.map_err(|_| ApiError::Internal)?;
        loaded.map(|remembered| remembered.answer).map_err(|error: Arc<ApiError>| (*error).clone())
    }
}

async fn fetch(proxy: Proxy, timeout: Duration, question: Question) -> Result<Remembered, ApiError> {
    let range = question.range;
    let expression = question.panel.expression(&scope(&question));
    let body = proxy.range(&expression, range.milliseconds(), timeout).await?;
    let keep = if range.end() < time::now() - SETTLED_AFTER { KEEP_SETTLED } else { KEEP_NEWEST };
    // Thousands of points of hundreds of series take their time.
    let built = tokio::task::spawn_blocking(move || {
        let envelope = parse::<MatrixData<'_>>(&body)?;
        Answer::new(&PanelData {
            panel: question.panel.id.to_owned(),
            server: question.server.id,
            start: range.start(),
            end: range.end(),
            step: range.step(),
            expression,
            warnings: envelope.warnings,
            series: grid::to_series(&envelope.data.result, question.panel, range),
        })
    });
    Ok(Remembered { answer: built.await.map_err(|_| ApiError::Internal)??, keep })
}

fn scope(question: &Question) -> Scope {
    let server = &question.server;
    let window = question.rate_window.0.max(Duration::from_secs_f64(question.range.step()));
    Scope {
        server: Selector::equal(&[("instance", &server.instance), ("job", &server.job)]),
        host: Selector::any_of("Hostname", server.nodename.as_deref()),
        window: Window(window),
    }
}

/// Each entry says itself how long it is kept.
struct KeepAsSaid;

impl Expiry<Key, Remembered> for KeepAsSaid {
    fn expire_after_create(&self, _: &Key, remembered: &Remembered, _: Instant) -> Option<Duration> {
        Some(remembered.keep)
    }

    /// By default an update would keep the old deadline.
    fn expire_after_update(&self, _: &Key, new: &Remembered, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(new.keep)
    }
}
