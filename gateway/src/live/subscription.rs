//! One subscription: what it names, and what it has been sent.

use std::sync::Arc;

use crate::answers::{Answer, Body};
use crate::app::App;
use crate::details::{TooManyWatched, Watch};
use crate::error::ApiError;
use crate::publish::Published;
use crate::resource::Resource;
use crate::time;

use super::frame::Frame;

pub(super) struct Subscription {
    /// The client's own words, which its frames repeat.
    pub name: String,
    resource: Resource,
    /// Whether the client reads deltas.
    deltas: bool,
    /// Keeps a server's details coming, from when the server is known.
    watch: Option<Watch>,
    sent: Sent,
}

/// What was sent last.
#[derive(Default)]
struct Sent {
    /// The tick it was of.
    tick: Option<u64>,
    /// Of the answer; None after an error.
    fingerprint: Option<u64>,
    /// Of what a frame leaves out that the client has been sent before.
    generation: Option<u32>,
}

impl Subscription {
    pub(super) fn new(name: String, deltas: bool) -> Result<Self, (String, ApiError)> {
        match Resource::parse(&name) {
            Ok(resource) => Ok(Self { name, resource, deltas, watch: None, sent: Sent::default() }),
            Err(error) => Err((name, error)),
        }
    }

    /// True when this tick has been sent: a subscription is answered at once, and its group may hear of the same tick
    /// later.
    pub(super) fn has(&self, published: &Published) -> bool {
        self.sent.tick.is_some_and(|tick| tick >= published.number)
    }

    /// The answer of this tick.
    pub(super) async fn answer(&mut self, app: &Arc<App>, published: &Arc<Published>) -> Result<Answer, ApiError> {
        self.watch(app, published)?;
        // Boxed when it has to be built: only who waits has the room for waiting.
        match app.ready_answer(published, &self.resource) {
            Some(answer) => answer,
            None => Box::pin(app.answer_from(published, &self.resource)).await,
        }
    }

    /// The frame for an answer, and the memory that it will have been sent.
    pub(super) fn frame<'a>(&mut self, published: &Published, answer: &'a Result<Answer, ApiError>) -> Frame<'a> {
        self.sent.tick = Some(published.number);
        let at = time::to_milliseconds(published.at);
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.sent.fingerprint = None;
                return Frame::failure(Some(&self.name), error);
            }
        };
        let generation = answer.continued.as_ref().map(|it| it.generation);
        let before = self.sent.fingerprint.replace(answer.fingerprint);
        if before == self.sent.fingerprint {
            return Frame::unchanged(&self.name, at);
        }
        if let Some(delta) = answer.delta.as_ref().filter(|delta| self.deltas && before == Some(delta.since)) {
            return Frame::delta(&self.name, at, &delta.body);
        }
        let body: &Body = match &answer.continued {
            Some(continued) if self.sent.generation == generation => &continued.body,
            _ => &answer.body,
        };
        self.sent.generation = generation.or(self.sent.generation);
        Frame::update(&self.name, at, body)
    }

    /// A server that somebody subscribed to is watched as soon as there is such a server: what a client made up must
    /// not take the place of one.
    fn watch(&mut self, app: &App, published: &Published) -> Result<(), ApiError> {
        let Resource::Server(id) = &self.resource else { return Ok(()) };
        let is_known = published.snapshot.as_ref().is_some_and(|snapshot| snapshot.server(id).is_some());
        if self.watch.is_none() && is_known {
            let watch = app.watched.watch(id).map_err(|TooManyWatched { limit }| {
                ApiError::Unavailable(format!("{limit} servers are watched; allowed: at most {limit}"))
            });
            self.watch = Some(watch?);
        }
        Ok(())
    }
}
