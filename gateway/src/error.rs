//! Errors that a client reads: one shape, one status per code.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::prometheus;
use crate::wire::error::{ErrorBody, ErrorCode};

/// Why a request is not answered with what it asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The message says what is wrong and what is allowed.
    #[error("{message}")]
    BadRequest { parameter: &'static str, message: String },
    #[error("there is no {kind} `{id}`")]
    NotFound { kind: &'static str, id: String },
    #[error("there is nothing at `{path}`")]
    NoSuchPath { path: String },
    #[error("`{method}` is not allowed here; allowed: {allowed}")]
    NotAllowed { method: String, allowed: String },
    #[error("the origin `{origin}` is not allowed; `http.origins` lists the origins that are")]
    Forbidden { origin: String },
    #[error("{0}")]
    Upstream(String),
    #[error("{0}")]
    Unavailable(String),
    #[error("the request took longer than {0} s")]
    Timeout(u64),
    #[error("the request's body is longer than {0} bytes")]
    TooLarge(usize),
    #[error("the gateway failed; its log says why")]
    Internal,
}

impl ApiError {
    pub fn code(&self) -> ErrorCode {
        match self {
            ApiError::BadRequest { .. } => ErrorCode::BadRequest,
            ApiError::NotFound { .. } | ApiError::NoSuchPath { .. } => ErrorCode::NotFound,
            ApiError::NotAllowed { .. } => ErrorCode::NotAllowed,
            ApiError::Forbidden { .. } => ErrorCode::Forbidden,
            ApiError::Upstream(_) => ErrorCode::Upstream,
            ApiError::Unavailable(_) => ErrorCode::Unavailable,
            ApiError::Timeout(_) => ErrorCode::Timeout,
            ApiError::TooLarge(_) => ErrorCode::TooLarge,
            ApiError::Internal => ErrorCode::Internal,
        }
    }

    pub fn body(&self) -> ErrorBody {
        let parameter = match self {
            ApiError::BadRequest { parameter, .. } if !parameter.is_empty() => Some(*parameter),
            ApiError::NotFound { kind: "panel", .. } => Some("panel"),
            ApiError::NotFound { .. } => Some("id"),
            _ => None,
        };
        ErrorBody { error: self.to_string(), code: self.code(), parameter: parameter.map(str::to_owned) }
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::Timeout => StatusCode::REQUEST_TIMEOUT,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Upstream | ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = status(self.code());
        let mut response = (status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if let ApiError::NotAllowed { allowed, .. } = &self
            && let Ok(allowed) = HeaderValue::from_str(allowed)
        {
            headers.insert(header::ALLOW, allowed);
        }
        response
    }
}

impl From<prometheus::Error> for ApiError {
    fn from(error: prometheus::Error) -> Self {
        ApiError::Upstream(error.to_string())
    }
}
