//! The least that a cache in front of Prometheus can do: the request's line, a look into moka, the bytes. What it costs is the
//! floor under what the gateway may cost; `scripts/bench-proxy.sh` runs it beside nginx. Not for use: it never forgets.
//!
//! `bare_cache LISTEN UPSTREAM`

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use moka::sync::Cache;

#[derive(Clone)]
struct Bare {
    upstream: String,
    client: reqwest::Client,
    answers: Cache<String, Bytes>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(listen), Some(upstream)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: bare_cache LISTEN UPSTREAM");
    };
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
    let bare = Bare { upstream, client, answers: Cache::new(1_000) };
    let listener = tokio::net::TcpListener::bind(listen).await?;
    axum::serve(listener, Router::new().fallback(answer).with_state(bare)).await?;
    Ok(())
}

async fn answer(State(bare): State<Bare>, request: Request) -> Response {
    let line = request.uri().to_string();
    let bytes = match bare.answers.get(&line) {
        Some(bytes) => bytes,
        None => {
            let Ok(answer) = bare.client.get(format!("{}{line}", bare.upstream)).send().await else {
                return Response::new(Body::from("upstream does not answer"));
            };
            let bytes = answer.bytes().await.unwrap_or_default();
            bare.answers.insert(line, bytes.clone());
            bytes
        }
    };
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
