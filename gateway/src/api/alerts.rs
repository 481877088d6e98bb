//! `GET /api/v1/alerts`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};

use crate::answers::Answer;
use crate::app::App;
use crate::error::ApiError;
use crate::params::Params;
use crate::publish::Published;
use crate::resource::Resource;
use crate::wire::alert::AlertList;
use crate::wire::error::ErrorBody;

/// The alerts that fire or are about to.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    tag = "fleet",
    responses(
        (status = 200, description = "The alerts of the newest snapshot.", body = AlertList),
        (status = 503, description = "There is no snapshot yet.", body = ErrorBody),
    )
)]
pub async fn list_alerts(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<Answer, ApiError> {
    Params::parse(query.as_deref())?.finish()?;
    app.answer(&Resource::Alerts).await
}

pub fn alerts(published: &Published) -> Result<AlertList, ApiError> {
    let (snapshot, head) = published.snapshot_or_error()?;
    Ok(AlertList { at: head.at, age_seconds: head.age_seconds, stale: head.stale, alerts: snapshot.alerts.clone() })
}
