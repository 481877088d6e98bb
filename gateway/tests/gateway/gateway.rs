//! A gateway on a port of its own, asked as a client would.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use sightline_gateway::config::Config;
use sightline_gateway::server;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fake::{Fake, Mode};

pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<anyhow::Result<()>>,
}

/// A gateway that has its first snapshot of a Prometheus that answers well.
pub(crate) async fn settled() -> (Fake, Gateway) {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    (fake, gateway)
}

/// Short enough for a test to see several.
pub(crate) const INTERVAL: Duration = Duration::from_millis(200);

impl Gateway {
    pub(crate) async fn start(fake: &Fake) -> Self {
        Self::start_with(fake, |_| {}).await
    }

    pub(crate) async fn start_with(fake: &Fake, change: impl FnOnce(&mut Config)) -> Self {
        // Also for our own client, which may be made before the gateway's.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = Config::default();
        config.prometheus.url = format!("http://{}/", fake.address).parse().unwrap();
        config.prometheus.timeout = Duration::from_millis(1_000);
        config.snapshot.interval = INTERVAL;
        config.http.drain_timeout = Duration::from_secs(3);
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(server::run(listener, config, shutdown.clone()));
        Self { address, shutdown, task }
    }

    pub(crate) async fn send(
        &self,
        request: impl FnOnce(reqwest::Client, String) -> reqwest::RequestBuilder,
    ) -> reqwest::Response {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap();
        request(client, format!("http://{}", self.address)).send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.send(|client, base| client.get(base + path)).await
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path).await.text().await.unwrap()).unwrap()
    }

    /// Status and body, the body with what changes from run to run made steady.
    pub(crate) async fn answer(&self, path: &str) -> String {
        let response = self.get(path).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        let body = match serde_json::from_str::<Value>(&text) {
            Ok(mut json) => {
                steady(&mut json);
                serde_json::to_string_pretty(&json).unwrap()
            }
            Err(_) => text,
        };
        format!("{status}\n{body}")
    }

    /// Waits until `path` answers what `is_so` wants.
    pub(crate) async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..200 {
            last = self.json(path).await;
            if is_so(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} stayed {last}");
    }

    /// Waits for the first snapshot in which everything is known: since when a server is down, and why.
    pub(crate) async fn settled(&self) {
        let is_settled = |list: &Value| {
            let down = list["servers"].as_array().is_some_and(|servers| {
                servers.iter().all(|server| {
                    let reason = server["status_reason"].as_str().unwrap_or_default();
                    server["status"] != "down" || (reason.starts_with("Get") && !server["status_since"].is_null())
                })
            });
            list["error"].is_null() && down
        };
        self.until("/api/v1/servers?filter=web", is_settled).await;
    }
}

fn steady(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "age_seconds" | "latency_seconds" | "started_at" if value.is_number() => *value = "<number>".into(),
                    "at" | "since" if value.as_f64().is_some_and(|at| at > 1_795_216_200.0) => *value = "<now>".into(),
                    _ => steady(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(steady),
        _ => {}
    }
}
