//! One connection: what it asks for, what it is sent, and why it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tracing::debug;

use crate::app::App;
use crate::error::ApiError;
use crate::metrics::{KindLabels, ReasonLabels};
use crate::params::shorten;
use crate::prometheus::client::jittered;
use crate::publish::Published;
use crate::websocket::{self, Event, Opcode, Violation, WebSocket, close_code};
use crate::wire::live::{LiveRequest, Subscribe};

use super::Admission;
use super::frame::Frame;
use super::subscription::Subscription;

/// The longest message that a client may send.
pub const MAX_MESSAGE_BYTES: usize = 4 << 10;
/// Messages that a client may send in a second; then it waits.
const MAX_MESSAGES_PER_SECOND: u32 = 50;
/// A browser that comes back does so around this long after a stop, so that not all come at once.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// Silent for this many pings is gone.
const MISSED_PINGS: u32 = 3;

struct Session {
    socket: WebSocket,
    app: Arc<App>,
    subscriptions: Vec<Subscription>,
    /// When something last came from the client.
    heard: Instant,
}

/// Why a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    /// The client closed; with its code, if it gave one.
    Closed(Option<u16>),
    Draining,
    /// It has not answered pings.
    Silent,
    Socket(websocket::End),
}

impl From<websocket::End> for End {
    fn from(end: websocket::End) -> Self {
        End::Socket(end)
    }
}

/// Serves a connection until it ends. Without an admission it is told to come back later.
pub async fn serve(socket: WebSocket, app: Arc<App>, address: SocketAddr, admission: Option<Admission>) {
    let Some(_admission) = admission else {
        let reason = retry_hint("as many connections are open as allowed");
        Box::pin(socket.close(Some(close_code::AGAIN), &reason)).await;
        return count_end(&app, "refused");
    };
    let mut session = Session { socket, app: Arc::clone(&app), subscriptions: Vec::new(), heard: Instant::now() };
    let end = session.run().await;
    debug!(%address, ?end, "live connection ended");
    app.metrics.live.subscriptions.dec_by(session.subscriptions.len() as i64);
    // What it watched is not watched while it says goodbye.
    session.subscriptions = Vec::new();
    Box::pin(finish(session.socket, &app, end)).await;
}

impl Session {
    async fn run(&mut self) -> End {
        match self.serve().await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible, End> {
        let app = Arc::clone(&self.app);
        let mut ticks = app.pace.join();
        let ping_interval = app.config.live.ping_interval;
        let mut next_ping = Instant::now() + ping_interval;
        let mut budget = Budget::new();
        // What is done is boxed: the room for it is taken while it is done, not while ten thousand wait.
        loop {
            let wake = if budget.is_spent() { budget.until().min(next_ping) } else { next_ping };
            tokio::select! {
                () = app.connections.draining.cancelled() => return Err(End::Draining),
                changed = ticks.changed() => {
                    changed.map_err(|_| End::Draining)?;
                    let newest = Arc::clone(&ticks.borrow_and_update());
                    Box::pin(self.send_all(&newest)).await?;
                }
                () = sleep_until(wake) => {
                    if wake == next_ping {
                        next_ping = Instant::now() + ping_interval;
                        Box::pin(self.ping(ping_interval)).await?;
                    }
                    budget.refill();
                }
                event = self.socket.receive(), if !budget.is_spent() => {
                    budget.spend();
                    self.heard = Instant::now();
                    Box::pin(self.receive(event?)).await?;
                }
            }
        }
    }

    async fn receive(&mut self, event: Event) -> Result<(), End> {
        match event {
            Event::Close(frame) => Err(End::Closed(frame.map(|(code, _)| code))),
            Event::Pong | Event::Fragment => Ok(()),
            Event::Ping(payload) => Ok(self.socket.pong(&payload, self.app.config.live.send_timeout).await?),
            Event::Binary(_) => self.refuse(None, "a binary message; allowed: JSON text").await,
            Event::Text(text) => match serde_json::from_str(&text) {
                Ok(LiveRequest::Subscribe(it)) => self.subscribe(it).await,
                Ok(LiveRequest::Unsubscribe(it)) => self.unsubscribe(&it.unsubscribe).await,
                Err(_) => {
                    let text = shorten(&text);
                    let allowed =
                        r#"{"subscribe":"<path>"}, with "deltas":true or without, or {"unsubscribe":"<path>"}"#;
                    self.refuse(None, &format!("the message is `{text}`; allowed: {allowed}")).await
                }
            },
        }
    }

    async fn subscribe(&mut self, Subscribe { subscribe: name, deltas }: Subscribe) -> Result<(), End> {
        self.forget(&name);
        let limit = self.app.config.live.max_subscriptions;
        if self.subscriptions.len() >= limit {
            let message = format!("there are {limit} subscriptions; allowed: at most {limit}");
            return self.refuse(Some(&name), &message).await;
        }
        let mut subscription = match Subscription::new(name, deltas) {
            Ok(subscription) => subscription,
            Err((name, error)) => return self.send(Frame::failure(Some(&name), &error)).await,
        };
        let newest = self.app.newest();
        let result = self.send_one(&newest, &mut subscription).await;
        // One is the rule, and a vector's own first step is four.
        self.subscriptions.reserve_exact(1);
        self.subscriptions.push(subscription);
        self.app.metrics.live.subscriptions.inc();
        result
    }

    async fn unsubscribe(&mut self, name: &str) -> Result<(), End> {
        if !self.forget(name) {
            let error = ApiError::NotFound { kind: "subscription", id: shorten(name).into_owned() };
            return self.send(Frame::failure(Some(name), &error)).await;
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
        for subscription in subscriptions.iter_mut().filter(|it| !it.has(published)) {
            result = self.send_one(published, subscription).await;
            if result.is_err() {
                break;
            }
        }
        self.subscriptions = subscriptions;
        result
    }

    async fn send_one(&mut self, published: &Arc<Published>, subscription: &mut Subscription) -> Result<(), End> {
        let answer = subscription.answer(&self.app, published).await;
        self.send(subscription.frame(published, &answer)).await
    }

    async fn refuse(&mut self, resource: Option<&str>, message: &str) -> Result<(), End> {
        let error = ApiError::BadRequest { parameter: "", message: message.to_owned() };
        self.send(Frame::failure(resource, &error)).await
    }

    /// The only place where a slow browser is waited for.
    async fn send(&mut self, frame: Frame<'_>) -> Result<(), End> {
        let sent = frame.send(&mut self.socket, self.app.config.live.send_timeout).await?;
        let metrics = &self.app.metrics.live;
        metrics.frames.get_or_create(&KindLabels { kind: frame.kind }).inc();
        metrics.sent_bytes.inc_by(sent as u64);
        Ok(())
    }

    async fn ping(&mut self, interval: Duration) -> Result<(), End> {
        if self.heard.elapsed() > interval * MISSED_PINGS {
            return Err(End::Silent);
        }
        Ok(self.socket.send(Opcode::Ping, false, b"", [b"", b""], self.app.config.live.send_timeout).await?)
    }
}

/// Says goodbye where somebody may listen, and counts.
async fn finish(socket: WebSocket, app: &App, end: End) {
    let label = match end {
        End::Closed(code) => {
            socket.close(code, "").await;
            "gone"
        }
        End::Draining => {
            socket.close(Some(close_code::RESTART), &retry_hint("the gateway stops")).await;
            "draining"
        }
        End::Socket(websocket::End::Violated(violation)) => {
            let is_long = violation.code == close_code::TOO_LONG;
            socket.close(Some(violation.code), &in_words(violation)).await;
            if is_long { "too_long" } else { "violated" }
        }
        End::Socket(websocket::End::Gone) => "gone",
        End::Socket(websocket::End::Slow) => "slow",
        End::Silent => "silent",
    };
    count_end(app, label);
}

fn in_words(Violation { code, reason }: Violation) -> String {
    match code {
        close_code::TOO_LONG => format!("a message may have {MAX_MESSAGE_BYTES} bytes"),
        _ => reason.to_owned(),
    }
}

fn retry_hint(why: &str) -> String {
    format!(r#"{{"retry_after_ms":{},"reason":"{why}"}}"#, jittered(RETRY_AFTER).as_millis())
}

fn count_end(app: &App, reason: &'static str) {
    app.metrics.live.closed.get_or_create(&ReasonLabels { reason }).inc();
}

/// What a client may still send in this second; a frame counts, whatever is in it.
struct Budget {
    since: Instant,
    left: u32,
}

impl Budget {
    fn new() -> Self {
        Self { since: Instant::now(), left: MAX_MESSAGES_PER_SECOND }
    }

    fn refill(&mut self) {
        if self.since.elapsed() >= Duration::from_secs(1) {
            *self = Self::new();
        }
    }

    fn spend(&mut self) {
        self.refill();
        self.left -= 1;
    }

    fn is_spent(&self) -> bool {
        self.left == 0
    }

    fn until(&self) -> Instant {
        self.since + Duration::from_secs(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the future that a function returns, without calling it.
    fn size_of_future<A, B, C, D, F>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_is_small() {
        let size = size_of_future(serve);
        assert!(size <= 1_280, "the task of a connection has {size} bytes");
        let size = size_of::<Subscription>();
        assert!(size <= 256, "a subscription has {size} bytes");
    }
}
