//! Every URL, in one list.

mod layers;
mod pages;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::{Method, header};
use hyper::body::{Body as _, Incoming};
use tokio::time::Instant;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api;
use crate::app::App;
use crate::proxy;

/// The API's routes with the document that describes them.
fn api_routes() -> (Router<Arc<App>>, OpenApi) {
    OpenApiRouter::with_openapi(api::openapi::base())
        .routes(routes!(api::health::show_health)) // /api/health
        .routes(routes!(api::overview::show_overview)) // /api/v1/overview
        .routes(routes!(api::map::show_map)) // /api/v1/map
        .routes(routes!(api::servers::list_servers)) // /api/v1/servers
        .routes(routes!(api::servers::show_server)) // /api/v1/servers/{id}
        .routes(routes!(api::gpus::list_gpus)) // /api/v1/gpus
        .routes(routes!(api::panels::list_panels)) // /api/v1/panels
        .routes(routes!(api::panels::show_panel)) // /api/v1/servers/{id}/panels/{panel}
        .routes(routes!(api::alerts::list_alerts)) // /api/v1/alerts
        .routes(routes!(api::live::open_live)) // /api/v1/live
        .split_for_parts()
}

/// Everything the gateway serves.
pub fn router(app: Arc<App>) -> Router {
    let (api, _) = api_routes();
    let router = api
        .route("/api/openapi.json", get(pages::openapi))
        .route("/metrics", get(pages::metrics))
        .route("/-/healthy", get(api::health::healthy))
        .route("/-/ready", get(api::health::ready))
        .merge(proxy::routes(app.proxy.clone())) // /prometheus/*
        // The UI, /api/docs, and 404 for what is neither.
        .fallback(pages::ui_or_not_found)
        .method_not_allowed_fallback(pages::method_not_allowed);
    layers::wrap(router, &app).with_state(app)
}

/// The answer to a request that is asked again and again, without looking for its route: looking, and passing through each
/// layer, would cost more than the answer. Nothing when it is not there, or not for certain the same for this caller.
pub(crate) fn ready_answer(app: &App, request: &hyper::Request<Incoming>) -> Option<Response> {
    let started = Instant::now();
    let is_plain = request.method() == Method::GET
        && request.body().is_end_stream()
        // A page of another origin is told more, or less.
        && !request.headers().contains_key(header::ORIGIN);
    let response = is_plain.then(|| app.proxy.again(request.uri(), request.headers()))??;
    Some(layers::around_ready(app, response, started))
}

/// The OpenAPI document, as committed in `openapi.json` and served under `/api/openapi.json`.
pub fn openapi_json() -> String {
    api::openapi::render(api_routes().1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_document_is_fresh() {
        let committed = include_str!("../openapi.json");
        let hint = "gateway/openapi.json is stale: `cargo run -p sightline-gateway -- openapi > gateway/openapi.json`, \
            then `make api`";
        assert!(committed == super::openapi_json(), "{hint}");
    }
}
