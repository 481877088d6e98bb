//! `GET /api/health`.

use crate::wire::health::Health;

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
pub async fn show_health() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}
