//! `GET /api/v1/live`: the upgrade to a WebSocket.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::response::Response;
use http::{HeaderMap, header};

use crate::app::App;
use crate::error::ApiError;
use crate::live;
use crate::params::shorten;
use crate::wire::error::ErrorBody;

/// tungstenite's default of 128 KiB would be held by every connection; clients send a line now and then.
const READ_BUFFER_BYTES: usize = 1 << 10;
/// A frame that does not fit is longer than anything we send.
const MAX_WRITE_BUFFER_BYTES: usize = 64 << 20;

/// Subscriptions over a WebSocket.
///
/// A client sends `LiveRequest` messages and gets `LiveFrame` messages: one at once for each subscription, and one on
/// every tick. Subscribable are `/api/health`, `/api/v1/overview`, `/api/v1/servers?…`, `/api/v1/servers/{id}` and
/// `/api/v1/alerts`. A message longer than 4 KiB closes the connection with 1009. A gateway that stops (1012) or has too
/// many connections (1013) closes with a reason such as `{"retry_after_ms":1800,"reason":"the gateway stops"}`.
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "live",
    responses(
        (status = 101, description = "The connection is a WebSocket now."),
        (status = 400, description = "This is not a WebSocket handshake.", body = ErrorBody),
        (status = 403, description = "The `Origin` is not allowed.", body = ErrorBody),
    )
)]
pub async fn open_live(
    State(app): State<Arc<App>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    check_origin(&app, &headers)?;
    let upgrade = upgrade.map_err(|rejection| ApiError::BadRequest {
        parameter: "",
        message: format!("this is not a WebSocket handshake: {}", rejection.body_text()),
    })?;
    let admission = app.connections.admit(address.ip());
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES)
        .max_message_size(live::MAX_MESSAGE_BYTES)
        .max_frame_size(live::MAX_MESSAGE_BYTES);
    Ok(upgrade.on_upgrade(move |socket| live::serve(socket, app, address, admission)))
}

/// Browsers send `Origin`, and do not ask before they connect: another site's page must not read our fleet.
fn check_origin(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or("?");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_own = origin.split_once("://").is_some_and(|(_, rest)| Some(rest) == host);
    if is_own || app.config.http.origins.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    Err(ApiError::Forbidden { origin: shorten(origin).into_owned() })
}
