//! Every URL, in one list.

use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api;

/// The API's routes with the document that describes them.
fn api_routes() -> (axum::Router, OpenApi) {
    OpenApiRouter::with_openapi(api::openapi::base())
        .routes(routes!(api::health::show_health))
        .routes(routes!(api::overview::show_overview))
        .routes(routes!(api::servers::list_servers))
        .routes(routes!(api::servers::show_server))
        .routes(routes!(api::panels::list_panels))
        .routes(routes!(api::panels::show_panel))
        .routes(routes!(api::alerts::list_alerts))
        .routes(routes!(api::live::open_live))
        .split_for_parts()
}

/// The OpenAPI document, as committed in `openapi.json` and served under `/api/openapi.json`.
pub fn openapi_json() -> String {
    api::openapi::render(api_routes().1)
}
