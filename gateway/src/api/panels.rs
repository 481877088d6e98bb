//! `GET /api/v1/panels` and `GET /api/v1/servers/{id}/panels/{panel}`.

use crate::wire::error::ErrorBody;
use crate::wire::panel::{PanelData, PanelList};

/// The catalogue of panels.
#[utoipa::path(
    get,
    path = "/api/v1/panels",
    tag = "history",
    responses((status = 200, description = "Every panel, in reading order.", body = PanelList))
)]
pub async fn list_panels() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}

/// The history of one panel of one server.
#[utoipa::path(
    get,
    path = "/api/v1/servers/{id}/panels/{panel}",
    tag = "history",
    params(
        ("id" = String, Path, description = "The server's id, percent-encoded.", example = "web-1:9100"),
        ("panel" = String, Path, description = "The panel's id.", example = "cpu"),
        ("start" = String, Query, description = "Unix seconds or RFC 3339."),
        ("end" = String, Query, description = "Unix seconds or RFC 3339, after `start`."),
        ("step" = String, Query, description = "Seconds, or a duration such as `15s`; more than 0, and at most 11,000 \
            steps from `start` to `end`."),
    ),
    responses(
        (status = 200, description = "Values on the grid of `start` and `step`.", body = PanelData),
        (status = 400, description = "A parameter is wrong.", body = ErrorBody),
        (status = 404, description = "There is no such server or panel.", body = ErrorBody),
        (status = 503, description = "Prometheus does not answer.", body = ErrorBody),
    )
)]
pub async fn show_panel() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}
