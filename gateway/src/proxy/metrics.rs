//! What the proxy counts.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// Cheap to clone; clones count into the same series.
#[derive(Clone, Default)]
pub struct ProxyMetrics {
    requests: Family<RequestLabels, Counter>,
    questions: Family<QuestionLabels, Counter>,
    refused: Family<RefusedLabels, Counter>,
    pub(super) cache_bytes: Gauge,
    pub(super) cache_entries: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    endpoint: &'static str,
    cache: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QuestionLabels {
    endpoint: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusedLabels {
    code: u16,
}

impl ProxyMetrics {
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "proxy_requests",
            "Answers by endpoint, where they came from and why",
            metrics.requests.clone(),
        );
        registry.register("proxy_upstream_queries", "Questions to upstream by outcome", metrics.questions.clone());
        registry.register("proxy_refused", "Requests that were refused here, by status", metrics.refused.clone());
        registry.register_with_unit(
            "proxy_cache",
            "Memory that cached answers take",
            Unit::Bytes,
            metrics.cache_bytes.clone(),
        );
        registry.register("proxy_cache_entries", "Cached answers and chunks of answers", metrics.cache_entries.clone());
        metrics
    }

    pub(super) fn answered(&self, endpoint: &'static str, cache: &'static str, reason: &'static str) {
        self.requests.get_or_create(&RequestLabels { endpoint, cache, reason }).inc();
    }

    pub(super) fn asked(&self, endpoint: &'static str, outcome: &'static str) {
        self.questions.get_or_create(&QuestionLabels { endpoint, outcome }).inc();
    }

    pub(super) fn refused(&self, code: u16) {
        self.refused.get_or_create(&RefusedLabels { code }).inc();
    }
}
