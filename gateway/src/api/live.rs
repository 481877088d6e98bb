//! `GET /api/v1/live`: the upgrade to a WebSocket.

use crate::wire::error::ErrorBody;

/// Subscriptions over a WebSocket.
///
/// A client sends `LiveRequest` messages and gets `LiveFrame` messages: one at once for each subscription, and one on
/// every tick. Subscribable are `/api/health`, `/api/v1/overview`, `/api/v1/servers?…`, `/api/v1/servers/{id}` and
/// `/api/v1/alerts`.
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "live",
    responses(
        (status = 101, description = "The connection is a WebSocket now."),
        (status = 400, description = "This is not a WebSocket handshake.", body = ErrorBody),
        (status = 403, description = "The `Origin` is not allowed.", body = ErrorBody),
        (status = 503, description = "There are as many connections as the gateway allows.", body = ErrorBody),
    )
)]
pub async fn open_live() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}
