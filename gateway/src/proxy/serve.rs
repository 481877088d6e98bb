//! HTTP in front of the proxy: who asks, what for, and the answer with its headers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};

use super::ask::{Ask, Sorted};
use super::caller::Caller;
use super::envelope::Refusal;
use super::gzip::Packing;
use super::params::Params;
use super::path::{Endpoint, Kind, PathError, endpoint};
use super::reply::{self, CACHE_HEADER, From, Note, Reply, ReplyBody};
use super::time::seconds;
use super::{Inner, Proxy};
use crate::cache::key::Identity;
use crate::prometheus::{Error, client};

const PREFIX: &str = "/prometheus";
/// What metrics call it.
pub(crate) const ROUTE: &str = "/prometheus/{*path}";

/// Everything below `/prometheus`.
pub fn routes<S: Clone + Send + Sync + 'static>(proxy: Proxy) -> Router<S> {
    // The prefix alone is refused like any other path: a client of Prometheus must not be shown the UI.
    let paths = [PREFIX, "/prometheus/", ROUTE];
    paths.into_iter().fold(Router::new(), |router, path| router.route(path, any(serve))).with_state(proxy)
}

/// Whether a path is the proxy's.
pub(crate) fn serves(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn serve(State(proxy): State<Proxy>, request: Request<axum::body::Body>) -> Response {
    let inner = &proxy.0;
    if request.method() == Method::OPTIONS {
        let note = [(CACHE_HEADER, "bypass; reason=options")];
        return (StatusCode::NO_CONTENT, note).into_response();
    }
    match answer(inner, request).await {
        Ok(response) => response,
        Err(refusal) => {
            inner.metrics.refused(refusal.status.as_u16());
            let note = Note::new(From::Bypass, "refused");
            Reply { body: ReplyBody::Refusal(refusal), note }.pack(Packing::NONE).into_response()
        }
    }
}

/// An answer that is kept ready. Looked for before anything else, so all that could change it is looked at here: who asks, what he
/// wants done with the cache, how the answer is to be packed, and every byte of the URL.
pub(super) fn again(proxy: &Inner, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if !serves(uri.path()) || headers.contains_key(CACHE_HEADER) {
        return None;
    }
    let view = proxy.callers.view(headers).ok()?;
    let packing = Packing::of(headers, proxy.config.gzip_max_bytes);
    let ready = proxy.store.ready(&identity_of(&view, packing, uri))?;
    proxy.metrics.answered(ready.endpoint, From::Hit.as_str(), ready.reason);
    Some(reply::again(&ready))
}

async fn answer(proxy: &Arc<Inner>, request: Request<axum::body::Body>) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let address = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let caller = proxy.callers.recognise(&head.headers, address)?;
    let order = Order::of(&head.headers)?;
    let packing = Packing::of(&head.headers, proxy.config.gzip_max_bytes);
    let may_be_ready = head.method == Method::GET && order == Order::None;
    let request = may_be_ready.then(|| identity_of(&caller.view, packing, &head.uri));
    let age = proxy.store.age();
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let endpoint = endpoint(path, &head.method, &proxy.config.open).map_err(path_refusal)?;
    let form = if head.method == Method::POST { Some(form(proxy, &head.headers, body).await?) } else { None };
    let params = Params::parse(form.as_deref(), head.uri.query()).map_err(Refusal::bad_data)?;

    let kind = endpoint.kind;
    let mut ask = Ask::new(endpoint, params, caller, proxy.config.timeout)?;
    ask.refuses_stale = refuses_stale(&head.headers);
    let reply = answer_ask(proxy, ask, order).await?;
    proxy.count(kind, &reply);
    let packed = reply.pack(packing);
    if let Some((request, ready)) = request.zip(packed.ready(kind.as_str(), age)) {
        proxy.store.keep_ready(&request, ready);
    }
    Ok(packed.into_response())
}

/// What makes a request the very same one: who sends it, how it wants the answer packed, and every byte of its URL.
fn identity_of(view: &str, packing: Packing, uri: &Uri) -> Identity {
    let packed = if packing == Packing::NONE { "" } else { "gzip" };
    let url = uri.path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
    Identity::of(["request", view, packed, url])
}

async fn answer_ask(proxy: &Arc<Inner>, mut ask: Ask, order: Order) -> Result<Reply, Refusal> {
    if order != Order::None && !ask.caller.may_skip_cache {
        return Err(Refusal::forbidden("only a credential with may_skip_cache may skip or drop what is cached"));
    }
    ask.skips_memory = order != Order::None;
    if order == Order::DropAll {
        proxy.store.clear();
        proxy.unsplit.invalidate_all();
    }
    if order == Order::Drop {
        proxy.store.forget(&ask.identity(), None);
        proxy.store.forget(&ask.query_error_identity(), None);
    }
    match ask.sort(proxy)? {
        Sorted::Range(ask) => {
            if order == Order::Drop {
                proxy.store.forget(&ask.identity, Some(ask.window));
            }
            Ok(proxy.range(ask).await)
        }
        Sorted::Whole(ask, reason) => Ok(proxy.whole(ask, reason).await),
    }
}

/// A range for ourselves.
pub(super) async fn range(
    proxy: &Arc<Inner>,
    query: &str,
    (start_ms, end_ms, step_ms): (i64, i64, i64),
    timeout: Duration,
) -> Result<Bytes, Error> {
    let mut params = Params::default();
    params.push("query", query.to_owned());
    params.push("start", seconds(start_ms));
    params.push("end", seconds(end_ms));
    params.push("step", seconds(step_ms));
    let endpoint = Endpoint { kind: Kind::QueryRange, path: "query_range".to_owned() };
    let ask = Ask::new(endpoint, params, Arc::new(Caller::ourselves()), timeout).map_err(refused)?;
    let reply = answer_ask(proxy, ask, Order::None).await.map_err(refused)?;
    proxy.count(Kind::QueryRange, &reply);
    match reply.body {
        ReplyBody::Assembly(assembly) => Ok(assembly.into_bytes()),
        ReplyBody::Whole(whole) if whole.status.is_success() => Ok(whole.body.clone()),
        ReplyBody::Whole(whole) => Err(client::refusal(whole.status.as_u16(), &whole.body)),
        ReplyBody::Refusal(refusal) => Err(refused(refusal)),
        ReplyBody::Live(mut body, _ticket) => {
            let mut text = Vec::new();
            while let Some(piece) = body.recv().await {
                text.extend_from_slice(&piece.map_err(|error| Error::Unreadable(error.to_string()))?);
            }
            Ok(text.into())
        }
    }
}

fn refused(refusal: Refusal) -> Error {
    match refusal.error_type {
        "unavailable" | "timeout" => {
            let prefix = "Prometheus cannot be reached: ";
            Error::Unreachable(refusal.error.trim_start_matches(prefix).to_owned())
        }
        kind => Error::Refused { status: refusal.status.as_u16(), kind: kind.to_owned(), message: refusal.error },
    }
}

impl Inner {
    fn count(&self, kind: Kind, reply: &Reply) {
        self.metrics.answered(kind.as_str(), reply.note.from.as_str(), reply.note.reason);
        if reply.note.from != From::Hit {
            self.metrics.cache_bytes.set(i64::try_from(self.store.bytes()).unwrap_or(i64::MAX));
            self.metrics.cache_entries.set(i64::try_from(self.store.len()).unwrap_or(i64::MAX));
        }
    }
}

/// The body of a POST, if it is a form: Go ignores any other kind, so do we.
async fn form(proxy: &Inner, headers: &HeaderMap, body: axum::body::Body) -> Result<String, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !is_form {
        return Ok(String::new());
    }
    let limit = proxy.max_body_bytes;
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| {
        Refusal::limit(format!("the body is longer than {limit} bytes, which is the limit, or broke off"))
    })?;
    String::from_utf8(bytes.into()).map_err(|_| Refusal::bad_data("the body is not UTF-8"))
}

/// Whoever acts on an answer by himself, as a rule does, can say that he wants none rather than an old one.
fn refuses_stale(headers: &HeaderMap) -> bool {
    headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok()).any(|text| {
        text.split(',').map(str::trim).any(|word| {
            ["no-cache", "no-store", "must-revalidate", "stale-if-error=0"]
                .iter()
                .any(|other| word.eq_ignore_ascii_case(other))
        })
    })
}

/// What an authorised caller wants done with what is cached. `Cache-Control` is not listened to for this: browsers send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    None,
    Skip,
    Drop,
    DropAll,
}

impl Order {
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        match headers.get(CACHE_HEADER).map(|value| value.as_bytes()) {
            None => Ok(Self::None),
            Some(b"skip") => Ok(Self::Skip),
            Some(b"drop") => Ok(Self::Drop),
            Some(b"drop-all") => Ok(Self::DropAll),
            Some(other) => Err(Refusal::bad_data(format!(
                "X-Sightline-Cache is {:?}; allowed: skip, drop, drop-all",
                String::from_utf8_lossy(other)
            ))),
        }
    }
}

fn path_refusal(error: PathError) -> Refusal {
    match error {
        PathError::NotAllowed(_) => Refusal::forbidden(error),
        PathError::Method { allowed, .. } => Refusal::method(error, allowed),
    }
}
