//! Every configuration key: its name, its default, what it means, and where its value goes.

use std::time::Duration;

use super::value::{self, Allowed};
use super::{Config, Flavour, LogFormat, proxy};

/// A scalar that a person can set.
pub struct Key {
    /// As in the file and in flags; in the environment it is `SIGHTLINE_` and the name in capitals, `_` for `.`.
    pub name: &'static str,
    /// As `--help` shows it; empty when it is not set by default.
    pub default: &'static str,
    pub help: &'static str,
    pub(super) set: fn(&mut Config, &str) -> Result<(), Allowed>,
}

impl Key {
    pub fn environment(&self) -> String {
        format!("SIGHTLINE_{}", self.name.replace('.', "_").to_uppercase())
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub const KEYS: &[Key] = &[
    Key {
        name: "listen",
        default: "127.0.0.1:8000",
        help: "Address and port to serve on. There is no sign-in: choose another address than loopback only where everyone who reaches it may see everything.",
        set: |config, text| value::address(text).map(|it| config.listen = it),
    },
    Key {
        name: "prometheus.url",
        default: "http://127.0.0.1:9090",
        help: "Prometheus, or anything that speaks its API.",
        set: |config, text| value::base_url(text).map(|it| config.prometheus.url = it),
    },
    Key {
        name: "prometheus.connect_timeout",
        default: "2s",
        help: "How long a connection to Prometheus may take to open.",
        set: |config, text| {
            value::duration(text, SECOND / 10..=MINUTE).map(|it| config.prometheus.connect_timeout = it)
        },
    },
    Key {
        name: "prometheus.timeout",
        default: "4s",
        help: "How long the questions of a snapshot may take, retries included. The first snapshot is given more, up to 30s.",
        set: |config, text| value::duration(text, SECOND / 10..=5 * MINUTE).map(|it| config.prometheus.timeout = it),
    },
    Key {
        name: "prometheus.max_response_bytes",
        default: "64MiB",
        help: "The longest answer of Prometheus that is read.",
        set: |config, text| {
            value::bytes(text, 1 << 16..=4 << 30).map(|it| config.prometheus.max_response_bytes = it as usize)
        },
    },
    Key {
        name: "prometheus.headers",
        default: "",
        help: "Headers for Prometheus, separated by commas: `X-Scope-OrgID: tenant, Authorization: Bearer …`.",
        set: |config, text| value::list(text, value::header).map(|it| config.prometheus.headers = it),
    },
    Key {
        name: "snapshot.interval",
        default: "5s",
        help: "How often the snapshot is refreshed.",
        set: |config, text| value::duration(text, SECOND..=5 * MINUTE).map(|it| config.snapshot.interval = it),
    },
    Key {
        name: "snapshot.rate_window",
        default: "",
        help: "The window of every rate. Default: four scrapes, at least 30s.",
        set: |config, text| value::duration(text, SECOND..=HOUR).map(|it| config.snapshot.rate_window = Some(it)),
    },
    Key {
        name: "snapshot.forget_after",
        default: "1h",
        help: "How long a server that Prometheus no longer has is shown as down.",
        set: |config, text| value::duration(text, MINUTE..=30 * DAY).map(|it| config.snapshot.forget_after = it),
    },
    Key {
        name: "snapshot.jobs",
        default: "",
        help: "The scrape jobs whose targets are servers, separated by commas. Default: those that expose node_uname_info.",
        set: |config, text| value::list(text, |job| Ok(job.to_owned())).map(|it| config.snapshot.jobs = it),
    },
    Key {
        name: "history.timeout",
        default: "20s",
        help: "How long the query for a panel's history may take.",
        set: |config, text| value::duration(text, SECOND..=5 * MINUTE).map(|it| config.history.timeout = it),
    },
    Key {
        name: "history.cache_bytes",
        default: "64MiB",
        help: "Memory for panels that were asked for before.",
        set: |config, text| value::bytes(text, 1 << 20..=64 << 30).map(|it| config.history.cache_bytes = it),
    },
    Key {
        name: "proxy.flavour",
        default: "prometheus",
        help: "What answers behind /prometheus: prometheus (also Thanos and Mimir) or victoriametrics.",
        set: |config, text| {
            config.proxy.flavour = match text {
                "prometheus" => Flavour::Prometheus,
                "victoriametrics" => Flavour::VictoriaMetrics,
                _ => return Err("`prometheus` or `victoriametrics`".to_owned()),
            };
            Ok(())
        },
    },
    Key {
        name: "proxy.timeout",
        default: "1m",
        help: "How long a query of /prometheus may take; a caller's `timeout` counts when it is shorter.",
        set: |config, text| value::duration(text, SECOND..=HOUR).map(|it| config.proxy.timeout = it),
    },
    Key {
        name: "proxy.max_points",
        default: "11000",
        help: "Steps of one range query.",
        set: |config, text| value::count(text, 1..=1_000_000).map(|it| config.proxy.max_points = it as i64),
    },
    Key {
        name: "proxy.max_range",
        default: "3660d",
        help: "The longest range of one query.",
        set: |config, text| value::duration(text, MINUTE..=36_600 * DAY).map(|it| config.proxy.max_range = it),
    },
    Key {
        name: "proxy.max_lookback",
        default: "3660d",
        help: "How far ranges, subqueries and offsets of one query may look back, added up.",
        set: |config, text| value::duration(text, MINUTE..=36_600 * DAY).map(|it| config.proxy.max_lookback = it),
    },
    Key {
        name: "proxy.max_response_bytes",
        default: "256MiB",
        help: "The longest answer of /prometheus.",
        set: |config, text| {
            value::bytes(text, 1 << 16..=2 << 30).map(|it| config.proxy.max_response_bytes = it as usize)
        },
    },
    Key {
        name: "proxy.gzip_max_bytes",
        default: "1MiB",
        help: "The longest answer of /prometheus that is compressed for callers who take gzip; 0B for none. Raise it where the network is slow.",
        set: |config, text| value::bytes(text, 0..=2 << 30).map(|it| config.proxy.gzip_max_bytes = it as usize),
    },
    Key {
        name: "proxy.max_queries",
        default: "16",
        help: "Queries of /prometheus that Prometheus is asked at a time. Keep it below Prometheus' own --query.max-concurrency.",
        set: |config, text| value::count(text, 1..=10_000).map(|it| config.proxy.max_queries = it),
    },
    Key {
        name: "proxy.max_queries_per_caller",
        default: "8",
        help: "The same for one credential or address.",
        set: |config, text| value::count(text, 1..=10_000).map(|it| config.proxy.max_queries_per_caller = it),
    },
    Key {
        name: "proxy.max_waiting",
        default: "256",
        help: "Queries that may wait for their turn.",
        set: |config, text| value::count(text, 1..=100_000).map(|it| config.proxy.max_waiting = it),
    },
    Key {
        name: "proxy.max_wait",
        default: "10s",
        help: "How long a query may wait for its turn.",
        set: |config, text| value::duration(text, SECOND / 100..=5 * MINUTE).map(|it| config.proxy.max_wait = it),
    },
    Key {
        name: "proxy.open",
        default: "",
        help: "Endpoints that are refused otherwise, separated by commas: targets, scrape_pools, alertmanagers, status/config, status/flags, status/runtimeinfo, status/tsdb, status/walreplay, notifications.",
        set: |config, text| value::list(text, proxy::endpoint).map(|it| config.proxy.open = it),
    },
    Key {
        name: "cache.bytes",
        default: "256MiB",
        help: "Memory for the answers of /prometheus.",
        set: |config, text| value::bytes(text, 1 << 20..=1 << 40).map(|it| config.cache.bytes = it as usize),
    },
    Key {
        name: "cache.entry_bytes",
        default: "32MiB",
        help: "The largest answer, or chunk of an answer, that is kept.",
        set: |config, text| value::bytes(text, 1 << 16..=4 << 30).map(|it| config.cache.entry_bytes = it as usize),
    },
    Key {
        name: "cache.freshness",
        default: "1m",
        help: "Data younger than this may still change and is asked for again. 10m behind remote write.",
        set: |config, text| value::duration(text, Duration::ZERO..=DAY).map(|it| config.cache.freshness = it),
    },
    Key {
        name: "cache.settled",
        default: "6h",
        help: "How long data that no longer changes is kept; shorter where data is filled in late.",
        set: |config, text| value::duration(text, SECOND..=366 * DAY).map(|it| config.cache.settled = it),
    },
    Key {
        name: "cache.volatile",
        default: "1s",
        help: "How long data that may still change is good for.",
        set: |config, text| value::duration(text, Duration::ZERO..=HOUR).map(|it| config.cache.volatile = it),
    },
    Key {
        name: "cache.stale",
        default: "10m",
        help: "How old data may be that is shown, with a warning, while Prometheus does not answer.",
        set: |config, text| value::duration(text, Duration::ZERO..=DAY).map(|it| config.cache.stale = it),
    },
    Key {
        name: "live.max_connections",
        default: "10000",
        help: "WebSocket connections at a time.",
        set: |config, text| value::count(text, 1..=1_000_000).map(|it| config.live.max_connections = it),
    },
    Key {
        name: "live.max_connections_per_address",
        default: "1000",
        help: "WebSocket connections at a time from one address; browsers behind one proxy share it.",
        set: |config, text| value::count(text, 1..=1_000_000).map(|it| config.live.max_connections_per_address = it),
    },
    Key {
        name: "live.max_subscriptions",
        default: "32",
        help: "Subscriptions of one WebSocket connection.",
        set: |config, text| value::count(text, 1..=1_000).map(|it| config.live.max_subscriptions = it),
    },
    Key {
        name: "live.max_watched_servers",
        default: "100",
        help: "Servers whose details are asked for on every tick, whoever watches them.",
        set: |config, text| value::count(text, 1..=1_000).map(|it| config.live.max_watched_servers = it),
    },
    Key {
        name: "live.send_timeout",
        default: "5s",
        help: "How long a browser may take to accept a frame before its connection is closed.",
        set: |config, text| value::duration(text, SECOND / 10..=MINUTE).map(|it| config.live.send_timeout = it),
    },
    Key {
        name: "live.ping_interval",
        default: "20s",
        help: "How often a browser is asked whether it is still there; one that is silent for three times as long is gone.",
        set: |config, text| value::duration(text, SECOND..=10 * MINUTE).map(|it| config.live.ping_interval = it),
    },
    Key {
        name: "http.origins",
        default: "",
        help: "Origins besides our own whose pages may use the API and the WebSocket, separated by commas.",
        set: |config, text| value::list(text, value::origin).map(|it| config.http.origins = it),
    },
    Key {
        name: "http.max_body_bytes",
        default: "1MiB",
        help: "The longest body of a request.",
        set: |config, text| value::bytes(text, 1 << 10..=64 << 20).map(|it| config.http.max_body_bytes = it as usize),
    },
    Key {
        name: "http.max_connections",
        default: "20000",
        help: "Connections at a time, WebSockets included; more wait to be accepted.",
        set: |config, text| value::count(text, 1..=1_000_000).map(|it| config.http.max_connections = it),
    },
    Key {
        name: "http.header_timeout",
        default: "2m",
        help: "How long the headers of a request may take, on a kept connection from the answer before; Grafana keeps one for 90s.",
        set: |config, text| value::duration(text, SECOND..=5 * MINUTE).map(|it| config.http.header_timeout = it),
    },
    Key {
        name: "http.request_timeout",
        default: "30s",
        help: "How long a request may take to be answered.",
        set: |config, text| value::duration(text, SECOND..=10 * MINUTE).map(|it| config.http.request_timeout = it),
    },
    Key {
        name: "http.drain_timeout",
        default: "10s",
        help: "How long requests under way may take when the gateway is told to stop.",
        set: |config, text| value::duration(text, SECOND / 10..=10 * MINUTE).map(|it| config.http.drain_timeout = it),
    },
    Key {
        name: "grafana.url",
        default: "",
        help: "Where readers reach a Grafana on the same data; charts then lead there, too.",
        set: |config, text| value::base_url(text).map(|it| config.grafana.url = Some(it)),
    },
    Key {
        name: "log.format",
        default: "text",
        help: "How log lines look: text or json. RUST_LOG says which are written.",
        set: |config, text| {
            config.log.format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err("`text` or `json`".to_owned()),
            };
            Ok(())
        },
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_connection_ends_after_its_client_has_given_it_up() {
        // Of Grafana and of everything else that asks with Go's transport.
        let kept_by_clients = Duration::from_secs(90);
        assert!(Config::default().http.header_timeout > kept_by_clients);
    }

    #[test]
    fn the_defaults_that_help_shows_are_the_defaults() {
        let mut config = Config::default();
        for key in KEYS.iter().filter(|key| !key.default.is_empty()) {
            (key.set)(&mut config, key.default).unwrap_or_else(|allowed| panic!("{}: {allowed}", key.name));
        }
        assert_eq!(config, Config::default());
    }

    #[test]
    fn names_are_unique_in_the_environment_too() {
        let mut names: Vec<_> = KEYS.iter().map(Key::environment).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), KEYS.len());
    }
}
