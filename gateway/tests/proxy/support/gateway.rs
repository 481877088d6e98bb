//! The proxy in this process on a port of its own, and answers to compare.

use std::net::SocketAddr;
use std::sync::Once;
use std::time::Duration;

use prometheus_client::registry::Registry;
use serde_json::value::RawValue;
use sightline_gateway::config::Config;
use sightline_gateway::metrics::Metrics;
use sightline_gateway::prometheus::Client;
use sightline_gateway::proxy::{Proxy, routes};

/// Ends with this value.
pub(crate) struct Gateway {
    pub(crate) url: String,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) fn http_client() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

impl Gateway {
    pub(crate) async fn start_with(upstream: &str, change: impl FnOnce(&mut Config)) -> Self {
        http_client();
        let mut config = Config::default();
        config.prometheus.url = upstream.parse().unwrap();
        change(&mut config);
        let metrics = Metrics::new(&mut Registry::default());
        let client = Client::new(&config.prometheus, metrics.upstream.clone()).unwrap();
        let proxy = Proxy::new(&config, client, metrics.proxy.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/prometheus", listener.local_addr().unwrap());
        let service = routes::<()>(proxy).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { url, server }
    }
}

/// An answer, with what there is to say about it.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) cache: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let headers = response.headers().clone();
        let cache = headers.get("x-sightline-cache").map_or(String::new(), |value| value.to_str().unwrap().to_owned());
        Self { status: response.status().as_u16(), cache, headers, body: response.text().await.unwrap() }
    }

    /// Whether it was `hit`, `partial`, `miss` or `bypass`.
    pub(crate) fn from(&self) -> &str {
        self.cache.split(';').next().unwrap_or_default()
    }

    /// How many steps were asked of upstream.
    pub(crate) fn fetched(&self) -> i64 {
        let fetched = self.cache.split("fetched=").nth(1).unwrap_or_else(|| panic!("no fetched= in {:?}", self.cache));
        fetched.split(';').next().unwrap().parse().unwrap()
    }
}

#[derive(serde::Deserialize)]
struct Envelope<'a> {
    status: &'a str,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Data<'a> {
    #[serde(rename = "resultType")]
    result_type: &'a str,
    #[serde(borrow)]
    result: &'a RawValue,
}

/// What has to be equal in two answers: everything, with the series sorted.
#[derive(Debug, PartialEq)]
pub(crate) struct Content {
    pub(crate) status: String,
    pub(crate) result_type: String,
    pub(crate) series: Vec<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) infos: Vec<String>,
}

pub(crate) fn content(body: &str) -> Content {
    let envelope: Envelope<'_> = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body:.300}"));
    let whole = |result_type: &str, data: &str| Content {
        status: envelope.status.to_owned(),
        result_type: result_type.to_owned(),
        series: vec![data.to_owned()],
        warnings: envelope.warnings.clone(),
        infos: envelope.infos.clone(),
    };
    let Some(data) = envelope.data else { return whole("", body) };
    let Ok(data) = serde_json::from_str::<Data<'_>>(data.get()) else { return whole("", data.get()) };
    let mut series: Vec<String> = match serde_json::from_str::<Vec<&RawValue>>(data.result.get()) {
        Ok(series) => series.iter().map(|series| series.get().to_owned()).collect(),
        Err(_) => vec![data.result.get().to_owned()],
    };
    series.sort();
    Content {
        status: envelope.status.to_owned(),
        result_type: data.result_type.to_owned(),
        series,
        warnings: envelope.warnings,
        infos: envelope.infos,
    }
}
