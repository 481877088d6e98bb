//! An answer on its way out, with the word on where it came from.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};

use super::Outcome;
use super::envelope::Refusal;
use super::fetch::LiveBody;
use crate::cache::assemble::Assembly;
use crate::cache::flight::Ticket;
use crate::cache::store::Whole;

pub(crate) const CACHE_HEADER: &str = "x-sightline-cache";

/// An answer.
pub(crate) struct Reply {
    pub(crate) body: ReplyBody,
    pub(crate) note: Note,
}

pub(crate) enum ReplyBody {
    Assembly(Assembly),
    Whole(Arc<Whole>),
    /// Upstream's own bytes as they come. The ticket is what keeps them coming.
    Live(LiveBody, Ticket<Outcome>),
    Refusal(Refusal),
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Hit,
    Partial,
    Miss,
    Bypass,
}

/// What `X-Sightline-Cache` says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note {
    pub(crate) from: From,
    /// Why it was not split or not kept; empty when there is nothing to say.
    pub(crate) reason: &'static str,
    /// Steps asked of upstream, for range data.
    pub(crate) fetched: Option<i64>,
    /// Since the oldest part that may have changed was fetched.
    pub(crate) age: Option<Duration>,
    /// Upstream does not answer, and this is what it said before.
    pub(crate) stale: bool,
}

impl From {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Partial => "partial",
            Self::Miss => "miss",
            Self::Bypass => "bypass",
        }
    }
}

impl Note {
    pub(crate) fn new(from: From, reason: &'static str) -> Self {
        Self { from, reason, fetched: None, age: None, stale: false }
    }

    fn header(&self) -> HeaderValue {
        let mut text = self.from.as_str().to_owned();
        if !self.reason.is_empty() {
            write!(text, "; reason={}", self.reason).expect("writing to a string cannot fail");
        }
        if let Some(fetched) = self.fetched {
            write!(text, "; fetched={fetched}").expect("writing to a string cannot fail");
        }
        if let Some(age) = self.age {
            write!(text, "; age={}", age.as_secs()).expect("writing to a string cannot fail");
        }
        HeaderValue::from_str(&text).expect("made of words and numbers")
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            ReplyBody::Refusal(refusal) => refusal.into_response(),
            ReplyBody::Whole(whole) => json(whole.status, Body::from(whole.body.clone())),
            ReplyBody::Assembly(assembly) if assembly.is_small() => {
                json(StatusCode::OK, Body::from(assembly.into_bytes()))
            }
            ReplyBody::Assembly(assembly) => {
                json(StatusCode::OK, Body::from_stream(stream::iter(assembly.map(Ok::<Bytes, Infallible>))))
            }
            ReplyBody::Live(body, ticket) => {
                let pieces = stream::unfold((body, ticket), async |(mut body, ticket)| {
                    let piece = body.recv().await?;
                    Some((piece, (body, ticket)))
                });
                json(StatusCode::OK, Body::from_stream(pieces))
            }
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_HEADER, self.note.header());
        if let Some(age) = self.note.age {
            headers.insert(header::AGE, HeaderValue::from(age.as_secs()));
        }
        if self.note.stale {
            headers.insert(header::WARNING, HeaderValue::from_static("110 - \"Response is Stale\""));
        }
        response
    }
}

fn json(status: StatusCode, body: Body) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json"), (header::VARY, "Accept-Encoding")], body).into_response()
}
