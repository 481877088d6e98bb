//! `GET /api/v1/panels` and `GET /api/v1/servers/{id}/panels/{panel}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};

use crate::answers::Answer;
use crate::app::App;
use crate::details::Subject;
use crate::error::ApiError;
use crate::history::{Question, Range};
use crate::params::{Params, PathParams};
use crate::prometheus::promql::panels::{self, Definition};
use crate::wire::error::ErrorBody;
use crate::wire::panel::{PanelData, PanelList};

/// The catalogue of panels.
#[utoipa::path(
    get,
    path = "/api/v1/panels",
    tag = "history",
    responses((status = 200, description = "Every panel, in reading order.", body = PanelList))
)]
pub async fn list_panels(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Json<PanelList>, ApiError> {
    Params::parse(query.as_deref())?.finish()?;
    let grafana_url = app.config.grafana.url.as_ref().map(ToString::to_string);
    Ok(Json(PanelList { panels: panels::all().map(Definition::to_wire).collect(), grafana_url }))
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
pub async fn show_panel(
    State(app): State<Arc<App>>,
    PathParams((id, panel)): PathParams<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Answer, ApiError> {
    let panel = panels::find(&panel).ok_or(ApiError::NotFound { kind: "panel", id: panel })?;
    let mut params = Params::parse(query.as_deref())?;
    let range = Range::parse(&mut params)?;
    params.finish()?;

    let published = app.newest();
    let (snapshot, _) = published.snapshot_or_error()?;
    let server = snapshot.server(&id).ok_or(ApiError::NotFound { kind: "server", id })?;
    let question = Question { panel, server: Subject::of(server), range, rate_window: published.rate_window };
    app.history.answer(question).await
}
