//! `GET /api/v1/alerts`.

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
pub async fn list_alerts() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}
