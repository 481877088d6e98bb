//! What goes around every route: metrics, security headers, limits, CORS.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, header};
use tokio::time::Instant;
use tower_http::cors::CorsLayer;
use tracing::debug;

use crate::app::App;
use crate::error::ApiError;
use crate::proxy;

/// Pages may load and call nothing but ourselves, and nobody may frame them. Styles may be inline, because charts and
/// menus place themselves by style attributes; scripts may not.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

const SECURITY_HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// The last one is the outermost.
pub(super) fn wrap(router: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    let http = &app.config.http;
    let router =
        router.layer(DefaultBodyLimit::max(http.max_body_bytes)).layer(from_fn_with_state(Arc::clone(app), limit));
    let router = if http.origins.is_empty() { router } else { router.layer(cors(&http.origins)) };
    router.layer(from_fn(add_security_headers)).layer(from_fn_with_state(Arc::clone(app), measure))
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .max_age(Duration::from_secs(600))
}

/// Refuses what is too long, and ends what takes too long.
async fn limit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // It has limits of its own, and refuses in Prometheus' words.
    if proxy::serves(request.uri().path()) {
        return next.run(request).await;
    }
    let http = &app.config.http;
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > http.max_body_bytes) {
        return ApiError::TooLarge(http.max_body_bytes).into_response();
    }
    match tokio::time::timeout(http.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout(http.request_timeout.as_secs()).into_response(),
    }
}

/// What is around every route, around an answer that is ready before any route is looked for.
pub(super) fn around_ready(app: &App, mut response: Response, started: Instant) -> Response {
    secure(&mut response);
    let (status, duration) = (response.status().as_u16(), started.elapsed());
    app.metrics.http.observe(Cow::Borrowed(proxy::ROUTE), "GET", status, duration);
    debug!(route = proxy::ROUTE, method = "GET", status, duration_ms = duration.as_millis() as u64, "request");
    response
}

async fn add_security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    secure(&mut response);
    response
}

fn secure(response: &mut Response) {
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
}

async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "ui".to_owned());
    // A method that a client made up must not become a series.
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    let response = next.run(request).await;
    let (status, duration) = (response.status().as_u16(), started.elapsed());
    debug!(route, method, status, duration_ms = duration.as_millis() as u64, "request");
    app.metrics.http.observe(Cow::Owned(route), method, status, duration);
    response
}
