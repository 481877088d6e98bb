//! A client, the gateway, an upstream that can be told to misbehave, and Prometheus behind it.

use std::sync::Arc;

use sightline_gateway::config::Config;

use super::faulty::Faulty;
use super::gateway::{Gateway, Reply, http_client};
use super::prometheus::Prometheus;

pub(crate) struct Bench {
    pub(crate) prometheus: Arc<Prometheus>,
    pub(crate) faulty: Faulty,
    pub(crate) gateway: Gateway,
    pub(crate) client: reqwest::Client,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::before(Self::prometheus().await, change).await
    }

    pub(crate) async fn prometheus() -> Arc<Prometheus> {
        Arc::new(Prometheus::start().await)
    }

    /// Before a Prometheus that several share.
    pub(crate) async fn before(prometheus: Arc<Prometheus>, change: impl FnOnce(&mut Config)) -> Self {
        let faulty = Faulty::start(&prometheus.url).await;
        let gateway = Gateway::start_with(&faulty.url, change).await;
        Self { prometheus, faulty, gateway, client: http_client() }
    }

    /// Through the gateway; `path` is below `/api/v1/`.
    pub(crate) async fn ask(&self, path: &str) -> Reply {
        Reply::of(self.client.get(format!("{}/api/v1/{path}", self.gateway.url))).await
    }

    /// The same as a form.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Reply {
        let request = self.client.post(format!("{}/api/v1/{path}", self.gateway.url));
        Reply::of(request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())).await
    }

    /// Of Prometheus itself.
    pub(crate) async fn directly(&self, path: &str) -> Reply {
        Reply::of(self.client.get(format!("{}api/v1/{path}", self.prometheus.url))).await
    }
}
