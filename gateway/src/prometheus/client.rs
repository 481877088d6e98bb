//! HTTP to Prometheus: pooled, bounded in time and size, retried with jitter.
//!
//! Every question here only reads, so it can be asked twice. Answers are asked for without compression: on a local
//! network gzip costs Prometheus seven times the CPU of the query itself.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use tokio::time::Instant;
use url::Url;

use super::error::Error;
use super::response::ErrorEnvelope;
use crate::config::PrometheusConfig;
use crate::metrics::UpstreamMetrics;

/// Attempts after the first; more would multiply the load on a Prometheus that already has too much.
const RETRIES: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Connections kept open between ticks; a tick asks about a dozen questions at once.
const MAX_IDLE_CONNECTIONS: usize = 16;
const MAX_ERROR_BYTES: usize = 64 << 10;

/// Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    max_response_bytes: usize,
    metrics: UpstreamMetrics,
}

/// One question.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What metrics and logs call it.
    pub name: &'static str,
    /// Below `/api/v1/`, for example `query_range`.
    pub path: &'a str,
    pub method: Method,
    pub parameters: Vec<(&'a str, String)>,
    /// When the answer must be complete, retries included.
    pub deadline: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Parameters in the URL; for endpoints that know nothing else.
    Get,
    /// Parameters in a form, so that their length does not matter.
    Post,
}

impl Client {
    pub fn new(config: &PrometheusConfig, metrics: UpstreamMetrics) -> anyhow::Result<Self> {
        // Fails when a provider was chosen before; then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(config.connect_timeout)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .default_headers(config.headers.iter().cloned().collect())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("sightline-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("the HTTP client for Prometheus cannot be made")?;
        Ok(Self { http, base: config.url.clone(), max_response_bytes: config.max_response_bytes, metrics })
    }

    /// The whole body of a successful answer. Counts the question and how it went.
    pub async fn fetch(&self, request: &Request<'_>) -> Result<Bytes, Error> {
        let started = Instant::now();
        let result = self.fetch_with_retries(request).await;
        let outcome = result.as_ref().map_or_else(Error::outcome, |_| "ok");
        self.metrics.observe(request.name, outcome, started.elapsed());
        result
    }

    /// Sends once and hands over whatever comes: for the proxy, which passes answers on as they are.
    pub async fn send(&self, request: &Request<'_>) -> Result<reqwest::Response, Error> {
        let started = Instant::now();
        let url = self.base.join(&format!("api/v1/{}", request.path));
        let mut url =
            url.map_err(|error| Error::Unreachable(format!("the path {} is wrong: {error}", request.path)))?;
        let builder = match request.method {
            Method::Get => {
                if !request.parameters.is_empty() {
                    url.query_pairs_mut().extend_pairs(&request.parameters);
                }
                self.http.get(url)
            }
            Method::Post => {
                let form =
                    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.parameters).finish();
                self.http.post(url).header("content-type", "application/x-www-form-urlencoded").body(form)
            }
        };
        let answer =
            tokio::time::timeout_at(request.deadline, builder.header("accept", "application/json").send()).await;
        Ok(answer.map_err(|_| Error::Timeout(started.elapsed()))??)
    }

    async fn fetch_with_retries(&self, request: &Request<'_>) -> Result<Bytes, Error> {
        let mut pause = FIRST_PAUSE;
        for _ in 0..RETRIES {
            match self.fetch_once(request).await {
                Err(error) if error.is_passing() && Instant::now() + 2 * pause < request.deadline => {
                    tokio::time::sleep(jittered(pause)).await;
                    pause *= 4;
                }
                result => return result,
            }
        }
        self.fetch_once(request).await
    }

    async fn fetch_once(&self, request: &Request<'_>) -> Result<Bytes, Error> {
        let started = Instant::now();
        let response = self.send(request).await?;
        let status = response.status().as_u16();
        let max = if status == 200 { self.max_response_bytes } else { MAX_ERROR_BYTES };
        let body = tokio::time::timeout_at(request.deadline, read_capped(response, max))
            .await
            .map_err(|_| Error::Timeout(started.elapsed()))??;
        if status != 200 {
            return Err(refusal(status, &body));
        }
        Ok(body)
    }
}

/// Reads a body that may not be longer than `max` bytes, and stops reading when it is.
pub async fn read_capped(mut response: reqwest::Response, max: usize) -> Result<Bytes, Error> {
    let expected = response.content_length().map_or(0, |length| length as usize);
    if expected > max {
        return Err(Error::TooLarge(max));
    }
    let mut body = BytesMut::with_capacity(expected);
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > max {
            return Err(Error::TooLarge(max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

pub(crate) fn refusal(status: u16, body: &[u8]) -> Error {
    match serde_json::from_slice::<ErrorEnvelope<'_>>(body) {
        Ok(envelope) => {
            Error::Refused { status, kind: envelope.error_type.into_owned(), message: envelope.error.into_owned() }
        }
        Err(_) => Error::Status { status, excerpt: excerpt(body) },
    }
}

/// The first words of what should have been JSON.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.is_empty() => "an empty body".to_owned(),
        None => line,
    }
}

/// Between half of `pause` and one and a half of it, so that gateways do not ask in step.
pub(crate) fn jittered(pause: Duration) -> Duration {
    // A new `RandomState` has new keys: enough chance for this, without a crate.
    let random = RandomState::new().build_hasher().finish() as u32;
    pause.mul_f64(0.5 + f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_within_half_and_one_and_a_half() {
        for _ in 0..1_000 {
            let pause = jittered(Duration::from_secs(2));
            assert!((Duration::from_secs(1)..=Duration::from_secs(3)).contains(&pause), "{pause:?}");
        }
    }

    #[test]
    fn an_error_page_becomes_one_short_line() {
        let page = format!("<html>\n  <title>Bad\tGateway</title>{}</html>", "x".repeat(1_000));
        let Error::Status { status: 502, excerpt } = refusal(502, page.as_bytes()) else { panic!() };
        assert!(excerpt.starts_with("<html> <title>Bad Gateway</title>xxx"), "{excerpt}");
        assert!(excerpt.chars().count() <= 161);
    }

    #[test]
    fn prometheus_own_error_is_kept() {
        let body = br#"{"status":"error","errorType":"execution","error":"many-to-many \"x\""}"#;
        insta::assert_snapshot!(refusal(422, body), @r#"Prometheus refused: many-to-many "x" (execution, status 422)"#);
    }
}
