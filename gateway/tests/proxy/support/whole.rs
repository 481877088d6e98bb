//! The whole gateway, with its snapshots, limits and layers, before an upstream that can be told to misbehave.

use std::sync::Arc;

use sightline_gateway::config::Config;
use sightline_gateway::server;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::bench::Bench;
use super::faulty::Faulty;
use super::gateway::{Reply, http_client};
use super::prometheus::Prometheus;

/// The gateway's URL, and what ends it when it is dropped.
pub(crate) async fn start(upstream: &str, change: impl FnOnce(&mut Config)) -> (String, DropGuard) {
    http_client();
    let mut config = Config::default();
    config.prometheus.url = upstream.parse().unwrap();
    change(&mut config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = CancellationToken::new();
    tokio::spawn(server::run(listener, config, shutdown.clone()));
    (url, shutdown.drop_guard())
}

/// Ends with this value.
pub(crate) struct Whole {
    pub(crate) prometheus: Arc<Prometheus>,
    pub(crate) faulty: Faulty,
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    _shutdown: DropGuard,
}

impl Whole {
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let prometheus = Bench::prometheus().await;
        let faulty = Faulty::start(&prometheus.url).await;
        let client = http_client();
        let (url, shutdown) = start(&faulty.url, change).await;
        Self { prometheus, faulty, url, client, _shutdown: shutdown }
    }

    /// Through the proxy; `path` is below `/api/v1/`.
    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}/prometheus/api/v1/{path}", self.url))
    }

    pub(crate) async fn ask(&self, path: &str) -> Reply {
        Reply::of(self.get(path)).await
    }

    /// Of Prometheus itself.
    pub(crate) async fn directly(&self, path: &str) -> Reply {
        Reply::of(self.client.get(format!("{}api/v1/{path}", self.prometheus.url))).await
    }

    /// How many questions about `metric` have reached upstream since this was last called. Snapshots ask, too.
    pub(crate) fn asked_about(&self, metric: &str) -> usize {
        self.faulty.take_asked().iter().filter(|asked| asked.contains(metric)).count()
    }

    /// The value of one series of the gateway's own metrics; nothing when it is not there.
    pub(crate) async fn sample(&self, series: &str) -> Option<f64> {
        let metrics = Reply::of(self.client.get(format!("{}/metrics", self.url))).await.body;
        metrics
            .lines()
            .find_map(|line| line.strip_prefix("sightline_gateway_")?.strip_prefix(series)?.trim().parse().ok())
    }
}
