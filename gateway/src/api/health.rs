//! `GET /api/health`, and what an orchestrator asks: `/-/healthy` and `/-/ready`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use http::StatusCode;

use crate::answers::Answer;
use crate::app::App;
use crate::error::ApiError;
use crate::params::Params;
use crate::publish::Published;
use crate::time;
use crate::wire::health::{Dependency, Health, HealthStatus, SnapshotHealth};

/// Each dependency, its latency, and the snapshot's age.
#[utoipa::path(
    get,
    path = "/api/health",
    tag = "health",
    responses(
        (status = 200, description = "The gateway can serve, perhaps old values.", body = Health),
        (status = 503, description = "There is no snapshot to serve.", body = Health),
    )
)]
pub async fn show_health(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Answer, ApiError> {
    Params::parse(query.as_deref())?.finish()?;
    // Not shared within a tick: whoever asks wants to know how it is now.
    let (status, health) = health(&app, &app.newest());
    Ok(Answer::new(&health)?.with_status(status))
}

pub fn health(app: &App, published: &Published) -> (StatusCode, Health) {
    let (code, status) = match (&published.snapshot, &published.error) {
        (None, _) => (StatusCode::SERVICE_UNAVAILABLE, HealthStatus::Unavailable),
        (Some(_), Some(_)) => (StatusCode::OK, HealthStatus::Degraded),
        (Some(_), None) => (StatusCode::OK, HealthStatus::Ok),
    };
    let snapshot = published.snapshot.as_ref();
    let prometheus = &published.prometheus;
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: time::to_milliseconds(time::now()),
        started_at: app.started_at,
        snapshot: SnapshotHealth {
            at: snapshot.map(|snapshot| snapshot.at),
            age_seconds: published.age_seconds(),
            stale: status != HealthStatus::Ok,
            servers: snapshot.map_or(0, |snapshot| snapshot.servers.len()),
        },
        dependencies: vec![Dependency {
            name: "prometheus".to_owned(),
            status: prometheus.status,
            since: prometheus.since.map(time::to_milliseconds),
            latency_seconds: prometheus.latency.map(|latency| latency.as_secs_f64()),
            error: published.error.as_deref().map(str::to_owned),
        }],
    };
    (code, health)
}

/// The process runs.
pub async fn healthy() -> &'static str {
    "the gateway is healthy\n"
}

/// There is something to serve.
pub async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    match app.newest().snapshot {
        Some(_) => (StatusCode::OK, "the gateway is ready\n"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "there is no snapshot yet\n"),
    }
}
