//! The gateway's own metrics, a struct per concern; all are cheap to clone, and clones count into the same series.

use std::borrow::Cow;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::proxy::ProxyMetrics;

#[derive(Clone)]
pub struct Metrics {
    /// Tasks of the runtime; set when it is asked for.
    pub tasks: Gauge,
    pub http: HttpMetrics,
    pub upstream: UpstreamMetrics,
    pub cache: CacheMetrics,
    pub snapshot: SnapshotMetrics,
    pub live: LiveMetrics,
    pub proxy: ProxyMetrics,
}

impl Metrics {
    /// Registers all metrics.
    pub fn new(registry: &mut Registry) -> Self {
        let registry = registry.sub_registry_with_prefix("sightline_gateway");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of the gateway", build);
        let tasks = Gauge::default();
        registry.register("tasks", "Tasks that are not over yet", tasks.clone());
        Self {
            tasks,
            http: HttpMetrics::new(registry),
            upstream: UpstreamMetrics::new(registry),
            cache: CacheMetrics::new(registry),
            snapshot: SnapshotMetrics::new(registry),
            live: LiveMetrics::new(registry),
            proxy: ProxyMetrics::new(registry),
        }
    }
}

/// From a cached answer in memory to a query over weeks.
fn latency_histogram() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Requests to the gateway.
#[derive(Clone)]
pub struct HttpMetrics {
    requests: Family<RequestLabels, Counter>,
    durations: Histograms<RouteLabels>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: Cow<'static, str>,
    method: &'static str,
    code: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: Cow<'static, str>,
}

impl HttpMetrics {
    fn new(registry: &mut Registry) -> Self {
        let requests = Family::default();
        let durations = Histograms::new_with_constructor(latency_histogram as fn() -> Histogram);
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request to the head of its answer",
            Unit::Seconds,
            durations.clone(),
        );
        Self { requests, durations }
    }

    /// `route` is the pattern, not the path: what a client can make up must not become a series.
    pub fn observe(&self, route: Cow<'static, str>, method: &'static str, code: u16, duration: Duration) {
        self.durations.get_or_create(&RouteLabels { route: route.clone() }).observe(duration.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { route, method, code }).inc();
    }
}

/// Questions to Prometheus.
#[derive(Clone)]
pub struct UpstreamMetrics {
    queries: Family<QueryLabels, Counter>,
    durations: Histograms<QueryNameLabels>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueryLabels {
    query: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueryNameLabels {
    query: &'static str,
}

impl UpstreamMetrics {
    fn new(registry: &mut Registry) -> Self {
        let queries = Family::default();
        let durations = Histograms::new_with_constructor(latency_histogram as fn() -> Histogram);
        registry.register("upstream_queries", "Questions to Prometheus by name and outcome", queries.clone());
        registry.register_with_unit(
            "upstream_query_duration",
            "Time until Prometheus' answer was read",
            Unit::Seconds,
            durations.clone(),
        );
        Self { queries, durations }
    }

    pub fn observe(&self, query: &'static str, outcome: &'static str, duration: Duration) {
        self.queries.get_or_create(&QueryLabels { query, outcome }).inc();
        self.durations.get_or_create(&QueryNameLabels { query }).observe(duration.as_secs_f64());
    }
}

/// What was remembered and what had to be fetched.
#[derive(Clone)]
pub struct CacheMetrics {
    requests: Family<CacheLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheLabels {
    cache: &'static str,
    outcome: &'static str,
}

impl CacheMetrics {
    fn new(registry: &mut Registry) -> Self {
        let requests = Family::default();
        registry.register("cache_requests", "Look-ups by cache and outcome", requests.clone());
        Self { requests }
    }

    pub fn hit(&self, cache: &'static str) {
        self.requests.get_or_create(&CacheLabels { cache, outcome: "hit" }).inc();
    }

    pub fn miss(&self, cache: &'static str) {
        self.requests.get_or_create(&CacheLabels { cache, outcome: "miss" }).inc();
    }
}

/// The loop that makes snapshots.
#[derive(Clone)]
pub struct SnapshotMetrics {
    /// Ticks that made a new snapshot, and ticks that failed to.
    pub ticks: Family<OutcomeLabels, Counter>,
    /// Ticks that were skipped because the one before took too long.
    pub ticks_missed: Counter,
    pub tick_duration: Histogram,
    /// Questions of the newest tick.
    pub tick_queries: Gauge,
    pub age: Gauge<f64, std::sync::atomic::AtomicU64>,
    pub servers: Family<StatusLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabels {
    pub outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StatusLabels {
    pub status: &'static str,
}

impl SnapshotMetrics {
    fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            ticks: Family::default(),
            ticks_missed: Counter::default(),
            tick_duration: latency_histogram(),
            tick_queries: Gauge::default(),
            age: Gauge::default(),
            servers: Family::default(),
        };
        registry.register("ticks", "Attempts to refresh the snapshot", metrics.ticks.clone());
        registry.register("ticks_missed", "Ticks skipped because one took too long", metrics.ticks_missed.clone());
        let duration = metrics.tick_duration.clone();
        registry.register_with_unit("tick_duration", "Time to refresh the snapshot", Unit::Seconds, duration);
        registry.register("tick_queries", "Questions to Prometheus in the newest tick", metrics.tick_queries.clone());
        let age = metrics.age.clone();
        registry.register_with_unit("snapshot_age", "Time since the snapshot's instant", Unit::Seconds, age);
        registry.register("servers", "Servers in the snapshot by status", metrics.servers.clone());
        metrics
    }
}

/// The WebSocket.
#[derive(Clone)]
pub struct LiveMetrics {
    pub connections: Gauge,
    pub subscriptions: Gauge,
    pub frames: Family<KindLabels, Counter>,
    pub sent_bytes: Counter,
    pub closed: Family<ReasonLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct KindLabels {
    pub kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabels {
    pub reason: &'static str,
}

impl LiveMetrics {
    fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            connections: Gauge::default(),
            subscriptions: Gauge::default(),
            frames: Family::default(),
            sent_bytes: Counter::default(),
            closed: Family::default(),
        };
        registry.register("live_connections", "Open WebSocket connections", metrics.connections.clone());
        registry.register("live_subscriptions", "Subscriptions of open connections", metrics.subscriptions.clone());
        registry.register("live_frames", "Frames sent by kind", metrics.frames.clone());
        let bytes = metrics.sent_bytes.clone();
        registry.register_with_unit("live_sent", "Payload sent in frames", Unit::Bytes, bytes);
        registry.register("live_closed", "Connections that ended by reason", metrics.closed.clone());
        metrics
    }
}
