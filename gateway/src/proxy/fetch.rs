//! One question to upstream, read to its end, within a deadline and a number of bytes; passed on live where someone listens.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::envelope::Refusal;
use super::inspect::{Facts, inspect};
use super::time::parse_http_date;
use crate::prometheus::client::{Client, Method, Request};
use crate::prometheus::error::Error;

/// An answer is passed on live once this much of it is there: before that it can still become a proper refusal.
const LIVE_FROM_BYTES: usize = 256 * 1024;
/// A `Date` header is cut to whole seconds.
const DATE_RESOLUTION_MS: i64 = 1_000;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) path: String,
    pub(crate) post: bool,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) deadline: Instant,
    pub(crate) bytes_max: usize,
}

/// What upstream answered: a success, or an error of its own that is worth passing on as it is.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    /// Upstream's clock when it began to work on this, as far as can be known; not later than that.
    pub(crate) as_of_ms: i64,
    /// `Cache-Control` forbids to keep it.
    pub(crate) no_store: bool,
}

/// Where an answer goes while it is still arriving.
pub(crate) struct Live {
    /// Told once, when passing on begins.
    begun: Option<oneshot::Sender<LiveBody>>,
    /// Not bounded by itself: it holds references to what the fetch keeps anyway, which is bounded.
    pieces: mpsc::UnboundedSender<Result<Bytes, BrokenOff>>,
    body: Option<LiveBody>,
}

pub(crate) type LiveBody = mpsc::UnboundedReceiver<Result<Bytes, BrokenOff>>;

/// The answer ended early. The caller's connection is closed without an end, so that half an answer is not taken for whole.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("upstream's answer broke off")]
pub(crate) struct BrokenOff;

impl Live {
    pub(crate) fn new() -> (Self, oneshot::Receiver<LiveBody>) {
        let (begun, receiver) = oneshot::channel();
        let (pieces, body) = mpsc::unbounded_channel();
        (Self { begun: Some(begun), pieces, body: Some(body) }, receiver)
    }

    fn begin(&mut self) {
        if let (Some(begun), Some(body)) = (self.begun.take(), self.body.take()) {
            // An asker who has left is not an error: others may wait for the outcome.
            drop(begun.send(body));
        }
    }

    fn has_begun(&self) -> bool {
        self.begun.is_none()
    }

    fn pass(&self, piece: Bytes) {
        drop(self.pieces.send(Ok(piece)));
    }

    /// Passes the last piece on, or says that there is none.
    pub(crate) fn end(self, last: Result<Bytes, BrokenOff>) {
        if self.has_begun() {
            drop(self.pieces.send(last));
        }
    }
}

/// An answer that has been read, with its last piece held back.
pub(crate) struct Read {
    pub(crate) answer: Answer,
    live: Option<(Live, Bytes)>,
}

impl Read {
    /// Lets a live listener have the end. To be called when the answer has been found to be complete.
    pub(crate) fn release(&mut self, complete: bool) {
        if let Some((live, last)) = self.live.take() {
            live.end(if complete { Ok(last) } else { Err(BrokenOff) });
        }
    }
}

/// Asks, and reads the answer. A refusal means that there is none that could be passed on.
pub(crate) async fn fetch(client: &Client, question: &Question, mut live: Option<Live>) -> Result<Read, Refusal> {
    let result = tokio::time::timeout_at(question.deadline, read(client, question, &mut live)).await;
    let result =
        result.unwrap_or_else(|_| Err(Refusal::timeout("upstream did not answer in the time there was for it")));
    match result {
        Ok((answer, last)) => Ok(Read { answer, live: live.filter(Live::has_begun).map(|live| (live, last)) }),
        Err(refusal) => {
            if let Some(live) = live {
                live.end(Err(BrokenOff));
            }
            Err(refusal)
        }
    }
}

async fn read(client: &Client, question: &Question, live: &mut Option<Live>) -> Result<(Answer, Bytes), Refusal> {
    let begun = Instant::now();
    let request = Request {
        name: "proxy",
        path: &question.path,
        method: if question.post { Method::Post } else { Method::Get },
        parameters: question.params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect(),
        deadline: question.deadline,
    };
    let mut response = client.send(&request).await.map_err(refusal)?;
    let status = response.status();
    let as_of_ms = date_ms(response.headers()) - milliseconds(begun.elapsed()) - DATE_RESOLUTION_MS;
    let no_store = forbids_keeping(response.headers());
    refuse_encoding(response.headers())?;
    let expected = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    refuse_size(expected, question.bytes_max)?;

    let mut body = BytesMut::with_capacity(expected);
    let mut last = Bytes::new();
    while let Some(piece) = response.chunk().await.map_err(|error| refusal(error.into()))? {
        refuse_size(body.len() + piece.len(), question.bytes_max)?;
        body.extend_from_slice(&piece);
        if let Some(live) = live.as_mut().filter(|_| status == StatusCode::OK) {
            if live.has_begun() {
                live.pass(std::mem::replace(&mut last, piece));
            } else if body.len() >= LIVE_FROM_BYTES && body.starts_with(br#"{"status":"success","#) {
                live.begin();
                last = Bytes::copy_from_slice(&body);
            }
        }
    }
    let answer = Answer { status, body: body.freeze(), as_of_ms, no_store };
    Ok((answer, last))
}

/// Looks at a whole answer: passes on what is Prometheus' own, and turns everything else into a refusal in its form.
pub(crate) fn sound(answer: &Answer) -> Result<Facts, Refusal> {
    let facts = inspect(&answer.body).map_err(|_| unreadable(answer))?;
    match (answer.status, facts.success) {
        (status, true) if status.is_success() => Ok(facts),
        // On the way from Prometheus these two say that there is no Prometheus.
        (StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT, _) => Err(unreadable(answer)),
        (status, false) if status.is_client_error() || status.is_server_error() => Ok(facts),
        _ => Err(unreadable(answer)),
    }
}

fn unreadable(answer: &Answer) -> Refusal {
    let excerpt = crate::prometheus::client::excerpt(&answer.body);
    let what = if answer.status.is_success() { "something that is not an answer" } else { "an error of its own" };
    Refusal::unavailable(format!("upstream sent {what} (status {}): {excerpt}", answer.status.as_u16()), None)
}

fn refusal(error: Error) -> Refusal {
    match error {
        Error::Timeout(_) => Refusal::timeout(error),
        Error::TooLarge(_) => Refusal::limit(error),
        _ => Refusal::unavailable(error, None),
    }
}

fn refuse_size(bytes: usize, bytes_max: usize) -> Result<(), Refusal> {
    if bytes <= bytes_max {
        return Ok(());
    }
    Err(Refusal::limit(format!(
        "the answer is longer than {bytes_max} bytes, which is the limit: ask for fewer series, a shorter range or a larger step"
    )))
}

/// None was asked for, so none is understood: not even looking inside is safer than guessing.
fn refuse_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(Refusal::unavailable(format!("upstream encoded its answer unasked ({encoding:?})"), None))
        }
        _ => Ok(()),
    }
}

fn forbids_keeping(headers: &HeaderMap) -> bool {
    headers.get_all(header::CACHE_CONTROL).iter().any(|value| {
        value.to_str().is_ok_and(|text| text.to_ascii_lowercase().split(',').any(|word| word.trim() == "no-store"))
    })
}

/// Upstream's clock; ours where it shows none.
fn date_ms(headers: &HeaderMap) -> i64 {
    let date = headers.get(header::DATE).and_then(|date| date.to_str().ok()).and_then(parse_http_date);
    date.unwrap_or_else(now_ms)
}

pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
