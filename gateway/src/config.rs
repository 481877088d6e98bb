//! Configuration: what a person can choose, from a file, the environment and flags, checked before a port opens.
//!
//! Every scalar is one line in `config/keys.rs`; the file, the environment and the flags all go through it, so that a
//! key has one name, one check and one message wherever it comes from. Flags win over the environment, which wins over
//! the file.

mod column;
mod keys;
mod load;
mod proxy;
mod value;

use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

pub use column::Column;
pub use keys::KEYS;
pub use load::{ConfigError, Layers, command, load};
pub use proxy::{CacheConfig, Credential, Flavour, ProxyConfig};
pub(crate) use value::parse_duration;

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub listen: SocketAddr,
    pub prometheus: PrometheusConfig,
    pub snapshot: SnapshotConfig,
    pub history: HistoryConfig,
    pub proxy: ProxyConfig,
    pub cache: CacheConfig,
    pub live: LiveConfig,
    pub http: HttpConfig,
    pub grafana: GrafanaConfig,
    pub log: LogConfig,
    /// The columns that a user adds to every server.
    pub columns: Vec<Column>,
}

/// Where Prometheus is and how long we wait for it.
#[derive(Clone, Debug, PartialEq)]
pub struct PrometheusConfig {
    pub url: Url,
    pub connect_timeout: Duration,
    /// For one query, its retries included.
    pub timeout: Duration,
    /// A longer answer is refused while it arrives.
    pub max_response_bytes: usize,
    /// Sent with every request: credentials, a tenant's id.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// How the snapshot is made.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotConfig {
    pub interval: Duration,
    /// The window of every rate; found from the scrape interval when not set.
    pub rate_window: Option<Duration>,
    /// How long a server that Prometheus no longer has stays, as down.
    pub forget_after: Duration,
    /// The jobs whose targets are servers; when empty, those that expose `node_uname_info`.
    pub jobs: Vec<String>,
}

/// The history of panels.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryConfig {
    pub timeout: Duration,
    pub cache_bytes: u64,
}

/// Limits of the WebSocket.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveConfig {
    pub max_connections: usize,
    pub max_connections_per_address: usize,
    /// Of one connection.
    pub max_subscriptions: usize,
    /// Servers whose details are asked for on every tick.
    pub max_watched_servers: usize,
    pub send_timeout: Duration,
    pub ping_interval: Duration,
}

/// Limits of HTTP, and who may use it.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpConfig {
    /// Origins besides our own whose pages may use the API and the WebSocket.
    pub origins: Vec<String>,
    pub max_body_bytes: usize,
    pub max_connections: usize,
    /// To receive a request's headers, on a connection that is kept from the end of the answer before. Shorter than clients keep
    /// theirs, requests would cross with its end, and who has sent a POST then may not send it again.
    pub header_timeout: Duration,
    /// To answer a request.
    pub request_timeout: Duration,
    /// To finish what is under way when the gateway is told to stop.
    pub drain_timeout: Duration,
}

/// A Grafana on the same data, for links from our charts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GrafanaConfig {
    pub url: Option<Url>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LogConfig {
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            prometheus: PrometheusConfig {
                url: Url::parse("http://127.0.0.1:9090/").expect("a literal URL parses"),
                connect_timeout: Duration::from_secs(2),
                timeout: Duration::from_secs(4),
                max_response_bytes: 64 << 20,
                headers: Vec::new(),
            },
            snapshot: SnapshotConfig {
                interval: Duration::from_secs(5),
                rate_window: None,
                forget_after: Duration::from_secs(60 * 60),
                jobs: Vec::new(),
            },
            history: HistoryConfig { timeout: Duration::from_secs(20), cache_bytes: 64 << 20 },
            proxy: ProxyConfig::default(),
            cache: CacheConfig::default(),
            live: LiveConfig {
                max_connections: 10_000,
                max_connections_per_address: 1_000,
                max_subscriptions: 32,
                max_watched_servers: 100,
                send_timeout: Duration::from_secs(5),
                ping_interval: Duration::from_secs(20),
            },
            http: HttpConfig {
                origins: Vec::new(),
                max_body_bytes: 1 << 20,
                max_connections: 20_000,
                header_timeout: Duration::from_secs(120),
                request_timeout: Duration::from_secs(30),
                drain_timeout: Duration::from_secs(10),
            },
            grafana: GrafanaConfig::default(),
            log: LogConfig { format: LogFormat::Text },
            columns: Vec::new(),
        }
    }
}
