//! `GET /api/v1/overview`.

use crate::wire::error::ErrorBody;
use crate::wire::overview::Overview;

/// The fleet in totals.
#[utoipa::path(
    get,
    path = "/api/v1/overview",
    tag = "fleet",
    responses(
        (status = 200, description = "The newest snapshot in totals.", body = Overview),
        (status = 503, description = "There is no snapshot yet.", body = ErrorBody),
    )
)]
pub async fn show_overview() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}
