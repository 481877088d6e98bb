//! The answers of one tick: each is built and serialised once, however many ask for it by GET or by subscription.

use std::any::Any;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use tokio::sync::OnceCell;

use crate::delta::{List, delta};
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
    /// Of a list: the same for who has had the body of the tick before.
    pub delta: Option<Delta>,
    /// Of a list: what the next tick's delta starts from.
    basis: Option<Basis>,
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

/// What makes a list of the one before.
#[derive(Clone, Debug)]
pub struct Delta {
    /// The fingerprint of the list before.
    pub since: u64,
    pub body: Body,
}

/// A list that was sent, for comparison.
#[derive(Clone, Debug)]
pub struct Basis {
    fingerprint: u64,
    /// A vector of the list's rows.
    rows: Arc<dyn Any + Send + Sync>,
}

impl Answer {
    /// Serialises a body whose first fields are `at` and `age_seconds`: what comes after decides whether it changed.
    pub fn new(body: &impl Serialize) -> Result<Self, ApiError> {
        let json = serialised(serde_json::to_string(body))?;
        let fingerprint = fingerprint(after_head(&json));
        Ok(Self {
            status: StatusCode::OK,
            body: Body::new(json),
            fingerprint,
            continued: None,
            delta: None,
            basis: None,
        })
    }

    /// The same of a list, and what makes it of the list before where that is shorter.
    pub(crate) fn of_list<L: List>(mut list: L, before: Option<Basis>) -> Result<Self, ApiError> {
        let mut answer = Self::new(&list)?;
        let rows = std::mem::take(list.rows());
        if let Some(Basis { fingerprint: since, rows: before }) = before
            && since != answer.fingerprint
            && let Some(before) = before.downcast_ref::<Vec<L::Row>>()
        {
            let delta = serialised(delta(&list, before, &rows).and_then(|delta| serde_json::to_string(&delta)))?;
            let is_shorter = delta.len() < answer.body.json().len();
            answer.delta = is_shorter.then(|| Delta { since, body: Body::new(delta) });
        }
        answer.basis = Some(Basis { fingerprint: answer.fingerprint, rows: Arc::new(rows) });
        Ok(answer)
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

fn serialised<T>(result: serde_json::Result<T>) -> Result<T, ApiError> {
    result.map_err(|error| {
        tracing::error!(error = %error, "a body cannot be serialised");
        ApiError::Internal
    })
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
    /// Never held across an await.
    newest: Mutex<Newest>,
}

#[derive(Default)]
struct Newest {
    /// The tick's number.
    tick: u64,
    views: HashMap<Resource, Cell>,
    /// The lists of the tick before.
    before: HashMap<Resource, Basis>,
}

impl Answers {
    /// The place for the answer to `resource` in this tick; a late asker of an older tick gets a place of his own.
    pub fn cell(&self, tick: u64, resource: &Resource) -> Cell {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if tick > newest.tick {
            newest.turn(tick);
        }
        if tick < newest.tick {
            return Cell::default();
        }
        if let Some(cell) = newest.views.get(resource) {
            return Arc::clone(cell);
        }
        let cell = Cell::default();
        if newest.views.len() < MAX_VIEWS {
            newest.views.insert(resource.clone(), Arc::clone(&cell));
        }
        cell
    }

    /// The list that was answered in the tick before this one, if somebody asked for it.
    pub fn before(&self, tick: u64, resource: &Resource) -> Option<Basis> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.before.get(resource).filter(|_| newest.tick == tick).cloned()
    }
}

impl Newest {
    /// Begins a tick. With new maps, not cleared ones: a tick with many views must not keep its memory for ever.
    fn turn(&mut self, tick: u64) {
        let views = std::mem::take(&mut self.views).into_iter();
        let basis = |(resource, cell): (Resource, Cell)| Some((resource, cell.get()?.as_ref().ok()?.basis.clone()?));
        *self = Self { tick, views: HashMap::new(), before: views.filter_map(basis).collect() };
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
