//! The body of every answer that is not a success.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong, for a person (`error`) and for a program (`code`, `parameter`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorBody {
    /// One sentence that names the thing, the value and what is allowed.
    #[schema(example = "there is no panel `x`")]
    pub error: String,
    pub code: ErrorCode,
    /// The parameter that was refused, if one was.
    #[schema(example = "panel")]
    pub parameter: Option<String>,
}

/// What kind of failure it is; each goes with one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: a parameter is wrong.
    BadRequest,
    /// 403: the `Origin` is not allowed.
    Forbidden,
    /// 404: there is no such resource.
    NotFound,
    /// 405: the resource does not know this method.
    NotAllowed,
    /// 408: the request took too long to arrive or to answer.
    Timeout,
    /// 413: the request is larger than the limit.
    TooLarge,
    /// 503: Prometheus did not answer, or answered with an error.
    Upstream,
    /// 503: the gateway cannot answer this yet, or has as much to do as it allows itself.
    Unavailable,
    /// 500: a fault of the gateway.
    Internal,
}
