//! One connection: what it subscribed to, and what it is sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tracing::debug;

use crate::app::App;
use crate::details::{TooManyWatched, Watch};
use crate::error::ApiError;
use crate::metrics::{KindLabels, ReasonLabels};
use crate::params::shorten;
use crate::prometheus::client::jittered;
use crate::publish::Published;
use crate::resource::Resource;
use crate::wire::live::LiveRequest;

use super::Admission;
use super::frames::{Content, Frame, failure};

/// Messages that a client may send in a second; then it waits.
const MAX_MESSAGES_PER_SECOND: u32 = 50;
/// A browser that comes back does so around this long after a stop, so that not all come at once.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How long a client may take to answer a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Silent for this many pings is gone.
const MISSED_PINGS: u32 = 3;
/// Frames of many connections are spread over this part of the tick.
const SPREAD: Duration = Duration::from_secs(1);
/// From this many connections on.
const SPREAD_FROM: usize = 100;

struct Session {
    socket: WebSocket,
    app: Arc<App>,
    subscriptions: Vec<Subscription>,
    /// When something last came from the client.
    heard: Instant,
}

struct Subscription {
    /// The client's own words, which its frames repeat.
    name: String,
    resource: Resource,
    /// Keeps a server's details coming, from when the server is known.
    watch: Option<Watch>,
    /// What was sent last.
    sent: Option<Content>,
    /// Of what a frame leaves out that the client has been sent before.
    generation: Option<u32>,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The client closed, or the connection broke.
    Gone,
    /// It did not take a frame in time.
    Slow,
    /// It has not answered pings.
    Silent,
    TooLong,
    Draining,
}

/// Serves a connection until it ends. Without an admission it is told to come back later.
pub async fn serve(mut socket: WebSocket, app: Arc<App>, address: SocketAddr, admission: Option<Admission>) {
    let Some(_admission) = admission else {
        let reason = retry_hint("as many connections are open as allowed");
        close(&mut socket, close_code::AGAIN, reason).await;
        return count_end(&app, "refused");
    };
    let mut session = Session { socket, app: Arc::clone(&app), subscriptions: Vec::new(), heard: Instant::now() };
    let end = session.run().await;
    debug!(%address, ?end, "live connection ended");
    session.finish(end).await;
}

impl Session {
    async fn run(&mut self) -> End {
        let mut published = self.app.published.clone();
        // A subscription is answered at once; the frames of this tick are not due again.
        published.mark_unchanged();
        let draining = self.app.connections.draining.clone();
        let ping_interval = self.app.config.live.ping_interval;
        let mut ping = interval_at(Instant::now() + ping_interval, ping_interval);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut budget = Budget::new();
        // When the frames of the newest tick are due.
        let mut due: Option<Instant> = None;
        loop {
            let result = tokio::select! {
                () = draining.cancelled() => Err(End::Draining),
                changed = published.changed(), if due.is_none() => match changed {
                    Ok(()) => {
                        due = Some(Instant::now() + spread(&self.app));
                        Ok(())
                    }
                    Err(_) => Err(End::Draining),
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    due = None;
                    let newest = published.borrow_and_update().clone();
                    self.send_all(&newest).await
                }
                _ = ping.tick() => self.ping(ping_interval).await,
                () = sleep_until(budget.until()), if budget.is_spent() => {
                    budget = Budget::new();
                    Ok(())
                }
                message = self.socket.recv(), if !budget.is_spent() => {
                    budget.spend();
                    self.receive(message).await
                }
            };
            if let Err(end) = result {
                return end;
            }
        }
    }

    async fn receive(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.heard = Instant::now();
        match message {
            None | Some(Ok(Message::Close(_))) => Err(End::Gone),
            Some(Err(error)) if is_too_long(&error) => Err(End::TooLong),
            Some(Err(_)) => Err(End::Gone),
            // Pings are answered below us.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => self.refuse(None, "a binary message; allowed: JSON text").await,
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(LiveRequest::Subscribe(it)) => self.subscribe(it.subscribe).await,
                Ok(LiveRequest::Unsubscribe(it)) => self.unsubscribe(&it.unsubscribe).await,
                Err(_) => {
                    let text = shorten(&text);
                    let allowed = r#"{"subscribe":"<path>"} or {"unsubscribe":"<path>"}"#;
                    self.refuse(None, &format!("the message is `{text}`; allowed: {allowed}")).await
                }
            },
        }
    }

    async fn subscribe(&mut self, name: String) -> Result<(), End> {
        self.forget(&name);
        let limit = self.app.config.live.max_subscriptions;
        if self.subscriptions.len() >= limit {
            return self
                .refuse(Some(&name), &format!("there are {limit} subscriptions; allowed: at most {limit}"))
                .await;
        }
        let resource = match Resource::parse(&name) {
            Ok(resource) => resource,
            Err(error) => return self.fail(Some(&name), &error).await,
        };
        self.app.metrics.live.subscriptions.inc();
        let mut subscription = Subscription { name, resource, watch: None, sent: None, generation: None };
        let newest = self.app.newest();
        let result = self.send_one(&newest, &mut subscription).await;
        self.subscriptions.push(subscription);
        result
    }

    async fn unsubscribe(&mut self, name: &str) -> Result<(), End> {
        if !self.forget(name) {
            let error = ApiError::NotFound { kind: "subscription", id: shorten(name).into_owned() };
            return self.fail(Some(name), &error).await;
        }
        Ok(())
    }

    /// True when there was such a subscription.
    fn forget(&mut self, name: &str) -> bool {
        let before = self.subscriptions.len();
        self.subscriptions.retain(|subscription| subscription.name != name);
        let forgotten = before - self.subscriptions.len();
        self.app.metrics.live.subscriptions.dec_by(forgotten as i64);
        forgotten > 0
    }

    async fn send_all(&mut self, published: &Arc<Published>) -> Result<(), End> {
        let mut subscriptions = std::mem::take(&mut self.subscriptions);
        let mut result = Ok(());
        for subscription in &mut subscriptions {
            result = self.send_one(published, subscription).await;
            if result.is_err() {
                break;
            }
        }
        self.subscriptions = subscriptions;
        result
    }

    async fn send_one(&mut self, published: &Arc<Published>, subscription: &mut Subscription) -> Result<(), End> {
        let app = Arc::clone(&self.app);
        if let Err(error) = watch(&app, published, subscription) {
            return self.fail(Some(&subscription.name), &error).await;
        }
        let frame = app.frames.frame(&app, published, &subscription.name, &subscription.resource).await;
        let Frame { content, full, unchanged, continued } = frame;
        let generation = continued.as_ref().map(|it| it.generation);
        let (kind, text) = match (content, continued) {
            (Content::Failure, _) => ("error", full),
            _ if subscription.sent == Some(content) => ("unchanged", unchanged),
            (_, Some(continued)) if subscription.generation == generation => ("update", continued.json),
            (Content::Answer(_), _) => ("update", full),
        };
        subscription.generation = generation.or(subscription.generation);
        subscription.sent = Some(content);
        self.send(kind, text).await
    }

    async fn refuse(&mut self, resource: Option<&str>, message: &str) -> Result<(), End> {
        self.fail(resource, &ApiError::BadRequest { parameter: "", message: message.to_owned() }).await
    }

    async fn fail(&mut self, resource: Option<&str>, error: &ApiError) -> Result<(), End> {
        self.send("error", failure(resource, error)).await
    }

    async fn send(&mut self, kind: &'static str, text: Utf8Bytes) -> Result<(), End> {
        let metrics = &self.app.metrics.live;
        metrics.frames.get_or_create(&KindLabels { kind }).inc();
        metrics.sent_bytes.inc_by(text.len() as u64);
        self.send_message(Message::Text(text)).await
    }

    async fn ping(&mut self, interval: Duration) -> Result<(), End> {
        if self.heard.elapsed() > interval * MISSED_PINGS {
            return Err(End::Silent);
        }
        self.send_message(Message::Ping(bytes::Bytes::new())).await
    }

    /// The only place where a slow browser is waited for.
    async fn send_message(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.app.config.live.send_timeout, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Slow),
        }
    }

    async fn finish(&mut self, end: End) {
        let (label, frame) = match end {
            End::Gone => ("gone", None),
            End::Slow => ("slow", None),
            End::Silent => ("silent", None),
            End::TooLong => {
                let reason = format!("a message may have {MAX_MESSAGE_BYTES} bytes");
                ("too_long", Some((close_code::SIZE, reason)))
            }
            End::Draining => ("draining", Some((close_code::RESTART, retry_hint("the gateway stops")))),
        };
        if let Some((code, reason)) = frame {
            close(&mut self.socket, code, reason).await;
        }
        count_end(&self.app, label);
    }
}

/// A server that somebody subscribed to is watched as soon as there is such a server: what a client made up must not
/// take the place of one.
fn watch(app: &App, published: &Published, subscription: &mut Subscription) -> Result<(), ApiError> {
    let Resource::Server(id) = &subscription.resource else { return Ok(()) };
    let is_known = published.snapshot.as_ref().is_some_and(|snapshot| snapshot.server(id).is_some());
    if subscription.watch.is_none() && is_known {
        let watch = app.watched.watch(id).map_err(|TooManyWatched { limit }| {
            ApiError::Unavailable(format!("{limit} servers are watched; allowed: at most {limit}"))
        });
        subscription.watch = Some(watch?);
    }
    Ok(())
}

impl Drop for Session {
    fn drop(&mut self) {
        self.app.metrics.live.subscriptions.dec_by(self.subscriptions.len() as i64);
    }
}

/// The longest message that a client may send.
pub const MAX_MESSAGE_BYTES: usize = 4 << 10;

fn is_too_long(error: &axum::Error) -> bool {
    // axum does not export tungstenite's error type; its words are stable and tested.
    let mut text = error.to_string().to_lowercase();
    text.truncate(200);
    text.contains("too long") || text.contains("too big")
}

/// Says goodbye, and waits a moment for the client to hear it: a connection that is cut with bytes unread loses the
/// close frame on its way.
async fn close(socket: &mut WebSocket, code: u16, reason: String) {
    let frame = CloseFrame { code, reason: reason.into() };
    let farewell = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // A client that does not take it in time is cut off.
    let _ = timeout(CLOSE_TIMEOUT, farewell).await;
}

fn retry_hint(why: &str) -> String {
    format!(r#"{{"retry_after_ms":{},"reason":"{why}"}}"#, jittered(RETRY_AFTER).as_millis())
}

fn count_end(app: &App, reason: &'static str) {
    app.metrics.live.closed.get_or_create(&ReasonLabels { reason }).inc();
}

/// With few connections at once; with many, some time within the first second, so that neither the CPU nor the network
/// has it all in one burst.
fn spread(app: &App) -> Duration {
    match app.connections.count() {
        few if few < SPREAD_FROM => Duration::ZERO,
        _ => jittered(SPREAD.min(app.config.snapshot.interval / 5) / 2).saturating_sub(SPREAD / 20),
    }
}

/// What a client may still send in this second.
struct Budget {
    since: Instant,
    left: u32,
}

impl Budget {
    fn new() -> Self {
        Self { since: Instant::now(), left: MAX_MESSAGES_PER_SECOND }
    }

    fn spend(&mut self) {
        if self.since.elapsed() >= Duration::from_secs(1) {
            *self = Self::new();
        }
        self.left -= 1;
    }

    fn is_spent(&self) -> bool {
        self.left == 0
    }

    fn until(&self) -> Instant {
        self.since + Duration::from_secs(1)
    }
}
