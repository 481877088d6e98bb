//! The answers of one tick: each is built and serialised once, however many ask for it by GET or by subscription.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use tokio::sync::OnceCell;

use crate::error::ApiError;
use crate::resource::Resource;
use crate::websocket;

/// A body, ready to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Body,
    /// Equal for bodies that differ in `at` and `age_seconds` only.
    pub fingerprint: u64,
    /// The same for who has had a body of the same generation.
    pub continued: Option<Continued>,
}

/// The JSON text of an answer. All that have it share it.
#[derive(Clone, Debug)]
pub struct Body(Arc<Serialised>);

#[derive(Debug)]
struct Serialised {
    json: Bytes,
    /// Made when first wanted.
    deflated: OnceLock<Bytes>,
}

/// What follows the body in a frame.
pub const END_OF_FRAME: &[u8] = b"}";

impl Body {
    fn new(json: String) -> Self {
        Self(Arc::new(Serialised { json: json.into(), deflated: OnceLock::new() }))
    }

    pub fn json(&self) -> &Bytes {
        &self.0.json
    }

    /// The body and what follows it in a frame, deflated once for all.
    pub fn deflated(&self) -> &Bytes {
        self.0.deflated.get_or_init(|| websocket::deflate(&[self.json(), END_OF_FRAME]).into())
    }
}

/// A body without what does not change from tick to tick.
#[derive(Clone, Debug)]
pub struct Continued {
    /// Of what is left out.
    pub generation: u32,
    pub body: Body,
}

impl Answer {
    /// Serialises a body whose first fields are `at` and `age_seconds`: what comes after decides whether it changed.
    pub fn new(body: &impl Serialize) -> Result<Self, ApiError> {
        let json = serde_json::to_string(body).map_err(|error| {
            tracing::error!(error = %error, "a body cannot be serialised");
            ApiError::Internal
        })?;
        let fingerprint = fingerprint(after_head(&json));
        Ok(Self { status: StatusCode::OK, body: Body::new(json), fingerprint, continued: None })
    }

    pub fn continued(self, continued: Continued) -> Self {
        Self { continued: Some(continued), ..self }
    }

    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (self.status, headers, self.body.json().clone()).into_response()
    }
}

/// The text after `{"at":…,"age_seconds":…,`, or all of it when it does not start so.
fn after_head(json: &str) -> &str {
    let skip = |text, field| {
        let rest: &str = str::strip_prefix(text, field)?;
        rest.split_once(',').map(|(_, rest)| rest)
    };
    skip(json, "{\"at\":").and_then(|rest| skip(rest, "\"age_seconds\":")).unwrap_or(json)
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Views that are kept during a tick; one more is built for whoever asks, and not kept.
const MAX_VIEWS: usize = 10_000;

type Cell = Arc<OnceCell<Result<Answer, ApiError>>>;

/// The answers of the newest tick that somebody asked for.
#[derive(Default)]
pub struct Answers {
    /// The tick's number and its answers; never held across an await.
    newest: Mutex<(u64, HashMap<Resource, Cell>)>,
}

impl Answers {
    /// The place for the answer to `resource` in this tick; a late asker of an older tick gets a place of his own.
    pub fn cell(&self, tick: u64, resource: &Resource) -> Cell {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if tick > newest.0 {
            // A new map, not a cleared one: a tick with many views must not keep its memory for ever.
            *newest = (tick, HashMap::new());
        }
        if tick < newest.0 {
            return Cell::default();
        }
        if let Some(cell) = newest.1.get(resource) {
            return Arc::clone(cell);
        }
        let cell = Cell::default();
        if newest.1.len() < MAX_VIEWS {
            newest.1.insert(resource.clone(), Arc::clone(&cell));
        }
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_at_and_age_do_not_count() {
        #[derive(Serialize)]
        struct Body {
            at: f64,
            age_seconds: f64,
            value: u8,
        }
        let fingerprint = |at, age_seconds, value| Answer::new(&Body { at, age_seconds, value }).unwrap().fingerprint;
        assert_eq!(fingerprint(1.0, 2.0, 3), fingerprint(4.5, 5.5, 3));
        assert_ne!(fingerprint(1.0, 2.0, 3), fingerprint(1.0, 2.0, 4));
    }
}
