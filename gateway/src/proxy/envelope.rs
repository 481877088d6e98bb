//! Refusals in Prometheus' own form. Grafana shows the text of 400, 422 and 503 only, so these are the ones we use.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error_type: &'static str,
    pub(crate) error: String,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) allow: Option<&'static str>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    status: &'static str,
    #[serde(rename = "errorType")]
    error_type: &'a str,
    error: &'a str,
}

impl Refusal {
    fn new(status: StatusCode, error_type: &'static str, error: impl ToString) -> Self {
        Self { status, error_type, error: error.to_string(), retry_after: None, allow: None }
    }

    /// A parameter that is wrong.
    pub(crate) fn bad_data(error: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_data", error)
    }

    /// One of our limits; says which.
    pub(crate) fn limit(error: impl ToString) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "execution", error)
    }

    pub(crate) fn timeout(error: impl ToString) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", error)
    }

    /// Upstream cannot be asked at the moment, or we have too much to do.
    pub(crate) fn unavailable(error: impl ToString, retry_after: Option<Duration>) -> Self {
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error) }
    }

    pub(crate) fn forbidden(error: impl ToString) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", error)
    }

    pub(crate) fn unauthorized(error: impl ToString) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", error)
    }

    pub(crate) fn method(error: impl ToString, allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "bad_data", error) }
    }

    pub(crate) fn body(&self) -> Bytes {
        let envelope = Envelope { status: "error", error_type: self.error_type, error: &self.error };
        Bytes::from(serde_json::to_vec(&envelope).expect("strings are always JSON"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], self.body()).into_response();
        let headers = response.headers_mut();
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"sightline\", charset=\"UTF-8\""),
            );
        }
        response
    }
}
