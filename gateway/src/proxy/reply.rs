//! An answer on its way out, with the word on where it came from.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::Outcome;
use super::envelope::Refusal;
use super::fetch::LiveBody;
use super::gzip::{self, Compressed, Packing};
use crate::cache::assemble::Assembly;
use crate::cache::flight::Ticket;
use crate::cache::kept::Whole;
use crate::cache::ready::{self, Ready};

pub(crate) const CACHE_HEADER: HeaderName = HeaderName::from_static("x-sightline-cache");

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
    /// When the oldest part that may have changed was fetched.
    pub(crate) since: Option<Instant>,
    /// For how long the very same request may be given the very same answer.
    pub(crate) good_for: Duration,
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
        Self { from, reason, fetched: None, since: None, good_for: Duration::ZERO, stale: false }
    }

    /// All but the age.
    fn text(&self) -> String {
        let mut text = self.from.as_str().to_owned();
        if !self.reason.is_empty() {
            write!(text, "; reason={}", self.reason).expect("writing to a string cannot fail");
        }
        if let Some(fetched) = self.fetched {
            write!(text, "; fetched={fetched}").expect("writing to a string cannot fail");
        }
        text
    }
}

impl Reply {
    /// Makes the text that is sent: at once where it is short, piece by piece where it is not.
    pub(crate) fn pack(self, packing: Packing) -> Packed {
        let note = self.note;
        let packed = |status, text: Bytes| {
            let gzip = packing.compresses(text.len());
            let text = if gzip { gzip::compress(&text) } else { text };
            Packed { status, body: PackedBody::Text(text), gzip, note }
        };
        let streamed = |body, gzip| Packed { status: StatusCode::OK, body: PackedBody::Stream(body), gzip, note };
        match self.body {
            ReplyBody::Refusal(refusal) => {
                Packed { status: refusal.status, body: PackedBody::Refusal(refusal), gzip: false, note }
            }
            ReplyBody::Whole(whole) => packed(whole.status, whole.body.clone()),
            ReplyBody::Assembly(assembly) if assembly.is_small() => packed(StatusCode::OK, assembly.into_bytes()),
            ReplyBody::Assembly(assembly) if packing.compresses(assembly.size_bound()) => {
                streamed(pieces(Compressed::new(assembly)), true)
            }
            ReplyBody::Assembly(assembly) => streamed(pieces(assembly), false),
            // Compressing it would hold up what is meant to be as fast as upstream.
            ReplyBody::Live(body, ticket) => {
                let pieces = stream::unfold((body, ticket), async |(mut body, ticket)| {
                    let piece = body.recv().await?;
                    Some((piece, (body, ticket)))
                });
                streamed(Body::from_stream(pieces), false)
            }
        }
    }
}

fn pieces(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Body {
    Body::from_stream(stream::iter(pieces.map(Ok::<Bytes, Infallible>)))
}

/// An answer as it is sent.
pub(crate) struct Packed {
    status: StatusCode,
    body: PackedBody,
    gzip: bool,
    note: Note,
}

enum PackedBody {
    Text(Bytes),
    Stream(Body),
    Refusal(Refusal),
}

impl Packed {
    /// The same to be kept for the next one who sends this request; nothing when that is not worth it, or may be wrong then.
    pub(crate) fn ready(&self, endpoint: &'static str, age: u64) -> Option<Ready> {
        let PackedBody::Text(body) = &self.body else { return None };
        let keep = self.note.good_for;
        let is_plain = self.status == StatusCode::OK && self.note.from == From::Hit && !self.note.stale;
        (is_plain && ready::is_worth_keeping(body.len(), keep)).then(|| Ready {
            body: body.clone(),
            gzip: self.gzip,
            note: header_value(&self.note.text()),
            since: self.note.since,
            endpoint,
            reason: self.note.reason,
            age,
            keep,
        })
    }
}

impl IntoResponse for Packed {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            PackedBody::Refusal(refusal) => refusal.into_response(),
            PackedBody::Text(text) => json(self.status, Body::from(text), self.gzip),
            PackedBody::Stream(body) => json(self.status, body, self.gzip),
        };
        let headers = response.headers_mut();
        add_note(headers, header_value(&self.note.text()), self.note.since);
        if self.note.stale {
            headers.insert(header::WARNING, HeaderValue::from_static("110 - \"Response is Stale\""));
        }
        response
    }
}

/// An answer that was sent before.
pub(crate) fn again(ready: &Ready) -> Response {
    let mut response = json(StatusCode::OK, Body::from(ready.body.clone()), ready.gzip);
    add_note(response.headers_mut(), ready.note.clone(), ready.since);
    response
}

fn add_note(headers: &mut HeaderMap, note: HeaderValue, since: Option<Instant>) {
    let Some(since) = since else {
        headers.insert(CACHE_HEADER, note);
        return;
    };
    let age = since.elapsed().as_secs();
    let note = format!("{}; age={age}", note.to_str().unwrap_or_default());
    headers.insert(CACHE_HEADER, header_value(&note));
    headers.insert(header::AGE, HeaderValue::from(age));
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("made of words and numbers")
}

fn json(status: StatusCode, body: Body, gzip: bool) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
