//! Questions that are answered as a whole: exactly the same question has the same answer, for as long as it is good.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use tokio::task::AbortHandle;

use super::ask::{Ask, RangeAsk};
use super::envelope::Refusal;
use super::fetch::{Answer, Live, Question, now_ms, sound};
use super::path::Kind;
use super::reply::{From, Note, Reply, ReplyBody};
use super::{Inner, Outcome};
use crate::cache::flight::Landing;
use crate::cache::grid::Steps;
use crate::cache::kept::Whole;

/// The query's own errors: long enough to spare upstream a dashboard's refreshes, short enough to try a fix.
const QUESTION_ERROR: Duration = Duration::from_secs(10);
/// Upstream's errors: a moment.
const UPSTREAM_ERROR: Duration = Duration::from_secs(1);
/// A whole answer is one step of nothing in particular: it is fetched entirely or not at all.
const ALL: Steps = Steps { first: 0, end: 1 };

impl Inner {
    /// Answers from an entry of its own, for `reason` if the question could otherwise have been split.
    pub(super) async fn whole(self: &Arc<Self>, ask: Ask, reason: &'static str) -> Reply {
        let ask = Arc::new(ask);
        let identity = ask.identity();
        if !ask.skips_memory
            && let Some(whole) = self.store.whole(&identity).or_else(|| self.store.whole(&ask.query_error_identity()))
        {
            let note = Note { since: Some(whole.fetched), good_for: whole.good_for(), ..Note::new(From::Hit, reason) };
            return Reply { body: ReplyBody::Whole(whole), note };
        }
        let kept = ask.endpoint.kind != Kind::Opened && !ask.skips_memory;
        let mut note = Note::new(if kept { From::Miss } else { From::Bypass }, reason);
        let lane = u64::try_from(ask.timeout.as_millis()).unwrap_or(u64::MAX);
        let (sender, live) = Live::new();
        let mut sender = (ask.endpoint.kind == Kind::QueryRange).then_some(sender);
        let mut boarded = self
            .flights
            .board(&identity, lane, &[ALL], |_, landing| self.begin_whole(ask.clone(), reason, landing, sender.take()));
        drop(sender);
        let Some(boarded) = boarded.pop() else {
            return refused(Refusal::unavailable("the query was lost: a fault of the gateway", None), note);
        };
        if !boarded.begun && reason.is_empty() {
            note.reason = "joined";
        }
        let outcome = async {
            tokio::select! {
                Ok(body) = live => Err(body),
                outcome = boarded.ticket.outcome() => Ok(outcome),
            }
        };
        match tokio::time::timeout(ask.timeout, outcome).await {
            Err(_) => {
                let refusal = Refusal::timeout(format!("the query took longer than {:?}", ask.timeout));
                self.stale_whole(&ask, refusal, note)
            }
            Ok(Err(body)) => Reply { body: ReplyBody::Live(body, boarded.ticket), note },
            Ok(Ok(Some(Outcome::Whole { whole, .. }))) if whole.status.is_server_error() => {
                let refusal =
                    Refusal::unavailable(format!("upstream answered with status {}", whole.status.as_u16()), None);
                let stale = self.stale_whole(&ask, refusal, note);
                if stale.note.stale { stale } else { Reply { body: ReplyBody::Whole(whole), note } }
            }
            Ok(Ok(Some(Outcome::Whole { whole, .. }))) => Reply { body: ReplyBody::Whole(whole), note },
            Ok(Ok(Some(Outcome::Refused(refusal)))) => self.stale_whole(&ask, refusal, note),
            Ok(Ok(Some(Outcome::Range { .. }) | None)) => {
                refused(Refusal::unavailable("the query was lost: a fault of the gateway", None), note)
            }
        }
    }

    /// For a window of which a part turned out not to be splittable: asks for all of it at once.
    pub(super) async fn whole_instead(self: &Arc<Self>, ask: &Arc<RangeAsk>, reason: &'static str) -> Reply {
        let ask = &ask.ask;
        let again = Ask {
            endpoint: ask.endpoint.clone(),
            params: ask.params.clone(),
            caller: ask.caller.clone(),
            timeout: ask.timeout,
            refuses_stale: ask.refuses_stale,
            skips_memory: ask.skips_memory,
        };
        self.whole(again, reason).await
    }

    fn begin_whole(
        self: &Arc<Self>,
        ask: Arc<Ask>,
        reason: &'static str,
        landing: Landing<Outcome>,
        live: Option<Live>,
    ) -> AbortHandle {
        let proxy = self.clone();
        let task = tokio::spawn(async move {
            let mut params: Vec<_> =
                ask.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            if ask.endpoint.kind == Kind::QueryRange {
                proxy.config.flavour.adapt_whole(&mut params);
            }
            let question = Question {
                path: ask.endpoint.path.clone(),
                post: ask.endpoint.kind.takes_post(),
                params,
                deadline: tokio::time::Instant::now() + ask.timeout,
                bytes_max: proxy.config.max_response_bytes,
            };
            match proxy.ask_upstream(&ask, question, live).await {
                Err(refusal) => landing.land(Outcome::Refused(refusal)),
                Ok(read) => {
                    let filing = proxy.clone();
                    proxy.finish(read, landing, move |answer| filing.file_whole(&ask, ALL, true, reason, answer));
                }
            }
        });
        task.abort_handle()
    }

    /// Keeps an answer as it is, for as long as it is good, and hands it to those who wait. `complete`: it answers all that
    /// was asked, not only some steps.
    pub(super) fn file_whole(
        &self,
        ask: &Ask,
        steps: Steps,
        complete: bool,
        reason: &'static str,
        answer: &Answer,
    ) -> Outcome {
        let facts = match sound(answer) {
            Ok(facts) => facts,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let good = !answer.no_store && !facts.partial && !facts.warned;
        let fresh = if facts.success { self.fresh_for(ask, answer) } else { keep_error(answer.status) };
        let at_ms = ask.instant_ms().filter(|_| ask.endpoint.kind == Kind::Query);
        let whole = Whole {
            status: answer.status,
            body: answer.body.clone(),
            at_ms,
            fetched: Instant::now(),
            fresh,
            keep: fresh,
        };
        if good && facts.success && complete {
            self.keep_success(ask, &whole);
        } else if good && facts.query_error {
            self.store.keep_whole(&ask.query_error_identity(), Arc::new(whole.clone()));
        } else if good && complete {
            self.store.keep_whole(&ask.identity(), Arc::new(whole.clone()));
        }
        Outcome::Whole { whole: Arc::new(whole), steps, reason }
    }

    /// Under its question for as long as it is fresh, and longer where it is the last word while upstream is away.
    fn keep_success(&self, ask: &Ask, whole: &Whole) {
        let limits = self.store.limits();
        let identity = ask.identity();
        if let Some(last) = ask.last_identity().filter(|_| whole.fresh < limits.settled) {
            let lasting = Whole { keep: whole.fresh + limits.stale, ..whole.clone() };
            self.store.keep_whole(&last, Arc::new(lasting));
            if last == identity {
                return;
            }
        }
        self.store.keep_whole(&identity, Arc::new(whole.clone()));
    }

    fn fresh_for(&self, ask: &Ask, answer: &Answer) -> Duration {
        let seconds = Duration::from_secs;
        let limits = self.store.limits();
        match ask.endpoint.kind {
            Kind::Query | Kind::QueryRange => {
                let settled_ms = answer.as_of_ms.min(now_ms()) - self.freshness_ms(0);
                // What upstream computed about itself is never the same twice.
                let settled =
                    !ask.params.has("stats") && ask.latest_ms(self).is_some_and(|latest_ms| latest_ms <= settled_ms);
                if settled { limits.settled } else { limits.volatile }
            }
            Kind::Series | Kind::Labels | Kind::LabelValues => seconds(30),
            Kind::Metadata => seconds(120),
            Kind::TargetsMetadata => seconds(60),
            Kind::QueryExemplars => seconds(15),
            Kind::Rules | Kind::Alerts => seconds(5),
            Kind::Pure | Kind::About => seconds(300),
            Kind::Opened => Duration::ZERO,
        }
    }
}

fn keep_error(status: StatusCode) -> Duration {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => QUESTION_ERROR,
        status if status.is_server_error() => UPSTREAM_ERROR,
        _ => Duration::ZERO,
    }
}

fn refused(refusal: Refusal, note: Note) -> Reply {
    Reply { body: ReplyBody::Refusal(refusal), note }
}
