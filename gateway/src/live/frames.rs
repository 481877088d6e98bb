//! Frames of one tick: each is serialised once, however many connections send it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use crate::answers::Continued;
use crate::app::App;
use crate::error::ApiError;
use crate::publish::Published;
use crate::resource::Resource;
use crate::time;
use crate::wire::error::ErrorBody;
use crate::wire::live::{LiveFailure, LiveFrame, LiveUnchanged, LiveUpdate};

/// What a tick has for one subscription.
#[derive(Clone, Debug)]
pub struct Frame {
    pub content: Content,
    /// The whole answer, or the error.
    pub full: Utf8Bytes,
    /// For who has been sent the same content before.
    pub unchanged: Utf8Bytes,
    /// For who has been sent the same generation before.
    pub continued: Option<Continued>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Equal for answers that differ in their time only.
    Answer(u64),
    Failure,
}

/// More distinct subscriptions than this are built for each connection anew.
const MAX_FRAMES: usize = 10_000;

type Cell = Arc<OnceCell<Frame>>;

/// The frames of the newest tick, by the words of the subscription.
#[derive(Default)]
pub struct Frames {
    /// The tick's number and its frames; never held across an await.
    newest: Mutex<(u64, HashMap<String, Cell>)>,
}

impl Frames {
    pub async fn frame(&self, app: &Arc<App>, published: &Arc<Published>, name: &str, resource: &Resource) -> Frame {
        let cell = self.cell(published.number, name);
        cell.get_or_init(|| build(app, published, name, resource)).await.clone()
    }

    fn cell(&self, tick: u64, name: &str) -> Cell {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if tick > newest.0 {
            *newest = (tick, HashMap::new());
        }
        if tick < newest.0 || (newest.1.len() >= MAX_FRAMES && !newest.1.contains_key(name)) {
            return Cell::default();
        }
        Arc::clone(newest.1.entry(name.to_owned()).or_default())
    }
}

async fn build(app: &Arc<App>, published: &Arc<Published>, name: &str, resource: &Resource) -> Frame {
    let at = time::to_milliseconds(published.at);
    let unchanged = to_text(&LiveFrame::Unchanged(LiveUnchanged { resource: name, at }));
    let answer = app.answer_from(published, resource).await;
    let update = |json: &str| -> Result<Utf8Bytes, ApiError> {
        let body: &RawValue = serde_json::from_str(json).map_err(|_| ApiError::Internal)?;
        Ok(to_text(&LiveFrame::Update(LiveUpdate { resource: name, at, body })))
    };
    let frame = answer.and_then(|answer| {
        let continued = match answer.continued {
            Some(it) => Some(Continued { json: update(&it.json)?, ..it }),
            None => None,
        };
        let content = Content::Answer(answer.fingerprint);
        Ok(Frame { content, full: update(&answer.json)?, unchanged: unchanged.clone(), continued })
    });
    frame.unwrap_or_else(|error| {
        let full = failure(Some(name), &error);
        Frame { content: Content::Failure, full, unchanged, continued: None }
    })
}

/// The frame that says what went wrong.
pub(super) fn failure(resource: Option<&str>, error: &ApiError) -> Utf8Bytes {
    let error: ErrorBody = error.body();
    to_text(&LiveFrame::Failure(LiveFailure { resource, error }))
}

fn to_text(frame: &impl Serialize) -> Utf8Bytes {
    serde_json::to_string(frame).expect("strings and numbers serialise").into()
}
