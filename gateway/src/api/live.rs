//! `GET /api/v1/live`: the upgrade to a WebSocket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::debug;

use crate::app::App;
use crate::error::ApiError;
use crate::live;
use crate::params::{refused, shorten};
use crate::websocket::{self, Refusal, WebSocket};
use crate::wire::error::ErrorBody;

/// From the answer's head to the stream being ours; it takes no time unless the client is gone.
const UPGRADE: Duration = Duration::from_secs(10);
/// The kernel takes no more while so much waits there for a slow browser. It would take megabytes: frames of many ticks,
/// all older than the newest.
const MAX_UNSENT_BYTES: u32 = 16 << 10;

/// Subscriptions over a WebSocket.
///
/// A client sends `LiveRequest` messages and gets `LiveFrame` messages: one at once for each subscription, and one on
/// every tick. Subscribable are `/api/health`, `/api/v1/overview`, `/api/v1/map?…`, `/api/v1/servers?…`,
/// `/api/v1/servers/{id}`, `/api/v1/gpus?…` and `/api/v1/alerts`. Who subscribes with `"deltas":true` may be sent what
/// differs between a list and the one before. Messages are deflated for a client that offers `permessage-deflate`. A
/// message longer than 4 KiB closes the connection with 1009. A gateway that stops (1012) or has too many connections
/// (1013) closes with a reason such as `{"retry_after_ms":1800,"reason":"the gateway stops"}`.
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "live",
    responses(
        (status = 101, description = "The connection is a WebSocket now."),
        (status = 400, description = "This is not a WebSocket handshake.", body = ErrorBody),
        (status = 403, description = "The `Origin` is not allowed.", body = ErrorBody),
        (status = 426, description = "The WebSocket's version is not 13.", body = ErrorBody),
    )
)]
pub async fn open_live(
    State(app): State<Arc<App>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Result<Response, ApiError> {
    check_origin(&app, request.headers())?;
    let accepted = match websocket::accept(request.headers()) {
        Ok(accepted) => accepted,
        Err(Refusal::Malformed(why)) => return Err(not_a_handshake(&why)),
        Err(Refusal::Version(why)) => return Ok(other_version(&why)),
    };
    let upgrade = hyper::upgrade::on(&mut request);
    // Admitted before the answer, so that connections being opened count.
    let admission = app.connections.admit(address.ip());
    let may_deflate = accepted.may_deflate;
    tokio::spawn(async move {
        if let Some(socket) = Box::pin(take_over(upgrade, may_deflate)).await {
            live::serve(socket, app, address, admission).await;
        }
    });
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    response.headers_mut().extend(accepted.headers);
    Ok(response)
}

/// The bare TCP stream, so that hyper's buffers go; None when the client left meanwhile.
async fn take_over(upgrade: OnUpgrade, may_deflate: bool) -> Option<WebSocket> {
    let upgraded = match timeout(UPGRADE, upgrade).await {
        Ok(Ok(upgraded)) => upgraded,
        Ok(Err(error)) => {
            debug!(%error, "a connection ended in its handshake");
            return None;
        }
        Err(_) => return None,
    };
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => {
            let stream = parts.io.into_inner();
            if let Err(error) = SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT_BYTES) {
                debug!(%error, "TCP_NOTSENT_LOWAT");
            }
            Some(WebSocket::new(stream, &parts.read_buf, live::MAX_MESSAGE_BYTES, may_deflate))
        }
        Err(_) => {
            tracing::error!("a connection is not on TCP, so it cannot become a WebSocket");
            None
        }
    }
}

fn not_a_handshake(why: &str) -> ApiError {
    refused("", format!("this is not a WebSocket handshake: {why}"))
}

/// RFC 6455 has a status and a header of its own for it.
fn other_version(why: &str) -> Response {
    let headers = [(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))];
    (StatusCode::UPGRADE_REQUIRED, headers, axum::Json(not_a_handshake(why).body())).into_response()
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
