//! What is not the API: the UI, our own metrics, the contract, and answers to wrong paths and methods.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, Uri, header};

use crate::app::App;
use crate::error::ApiError;
use crate::params::shorten;

pub(super) async fn openapi(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], app.openapi.clone())
        .into_response()
}

pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    if let Some(age) = app.newest().age_seconds() {
        app.metrics.snapshot.age.set(age);
    }
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    app.metrics.tasks.set(i64::try_from(tasks).unwrap_or(i64::MAX));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &app.registry).map_err(|_| ApiError::Internal)?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], text).into_response())
}

pub(super) async fn ui_or_not_found(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = uri.path();
    let not_found = || ApiError::NoSuchPath { path: shorten(path).into_owned() };
    let is_ours = ["/api/", "/prometheus/", "/-/"].iter().any(|prefix| path.starts_with(prefix));
    if is_ours && !path.starts_with("/api/docs") {
        return Err(not_found());
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(not_allowed(&method));
    }
    let response = app.ui.respond(path, &headers).ok_or_else(not_found)?;
    Ok(response.map(Body::from))
}

pub(super) async fn method_not_allowed(method: Method) -> ApiError {
    not_allowed(&method)
}

fn not_allowed(method: &Method) -> ApiError {
    ApiError::NotAllowed { method: shorten(method.as_str()).into_owned(), allowed: "GET, HEAD".to_owned() }
}
