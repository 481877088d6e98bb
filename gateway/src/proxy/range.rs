//! Range questions: what is in memory is copied, what is missing is fetched, and what is fetched is kept.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::ask::RangeAsk;
use super::envelope::Refusal;
use super::fetch::{Answer, Live, LiveBody, Question};
use super::reply::{From, Note, Reply, ReplyBody};
use super::{Inner, Outcome, stale};
use crate::cache::assemble::{Annotations, Assembly, Part};
use crate::cache::chunk::Chunk;
use crate::cache::flight::{Boarded, Landing, Ticket};
use crate::cache::grid::Steps;
use crate::cache::kept::{Kept, Notes};
use crate::cache::plan::{Cover, cover, requests};
use crate::cache::split::{Unfit, split};

/// The least a point takes in an answer: `[1763667597,"0"],`.
const POINT_BYTES: usize = 17;

/// What memory has for a question.
struct Known {
    settled: Vec<Arc<Kept>>,
    /// The newest steps, however old.
    tail: Option<Arc<Kept>>,
}

impl Inner {
    /// Answers a range question.
    pub(super) async fn range(self: &Arc<Self>, ask: RangeAsk) -> Reply {
        let ask = Arc::new(ask);
        let known = self.known(&ask);
        let now = Instant::now();
        let volatile = self.store.limits().volatile;
        let fresh_tail = known.tail.as_ref().filter(|tail| now.duration_since(tail.fetched) <= volatile);

        // The tail is used where it makes the answer whole. Where it does not, upstream is asked for the end anyway.
        let with_tail = known.cover(&ask, fresh_tail);
        if with_tail.missing.is_empty() {
            let used_tail =
                fresh_tail.filter(|tail| with_tail.parts.iter().any(|part| Arc::ptr_eq(&part.chunk, &tail.chunk)));
            let since = used_tail.map(|tail| tail.fetched);
            let good_for = if since.is_some() { Duration::ZERO } else { known.good_for() };
            let note = Note { since, good_for, fetched: Some(0), ..Note::new(From::Hit, "") };
            let infos = known.infos(&with_tail.parts);
            return self.assemble(&ask, with_tail.parts, Annotations { infos, warnings: vec![] }, note);
        }
        let without_tail = known.cover(&ask, None);
        self.fetch_missing(&ask, &known, without_tail).await
    }

    fn known(&self, ask: &RangeAsk) -> Known {
        if ask.ask.skips_memory {
            return Known { settled: vec![], tail: None };
        }
        let mut settled = self.store.settled(&ask.identity, ask.window);
        settled.retain(|kept| kept.is_for(&ask.query.text));
        let tail = self.store.tail(&ask.identity).filter(|kept| kept.is_for(&ask.query.text));
        Known { settled, tail }
    }

    async fn fetch_missing(self: &Arc<Self>, ask: &Arc<RangeAsk>, known: &Known, have: Cover) -> Reply {
        if !ask.ask.skips_memory
            && let Some(error) =
                self.store.whole(&ask.ask.query_error_identity()).or_else(|| self.store.whole(&ask.ask.identity()))
        {
            let note = Note { since: Some(error.fetched), ..Note::new(From::Hit, "") };
            let outcome = Outcome::Whole { whole: error, steps: ask.window, reason: "" };
            return self.combine(ask, known, vec![outcome], note).await;
        }
        if let Err(refusal) = self.refuse_estimate(ask, known) {
            return refused(refusal);
        }
        let wanted = requests(&have.missing);
        let fetched: i64 = wanted.iter().map(|steps| steps.len()).sum();
        let from = if have.parts.is_empty() { From::Miss } else { From::Partial };
        let mut note = Note { fetched: Some(fetched), ..Note::new(from, "") };
        let (mut boarded, live) = self.board(ask, &wanted);
        if boarded.iter().all(|boarded| !boarded.begun) {
            note.reason = "joined";
        }

        let arrived = self.arrive(ask, &mut boarded, live);
        let arrived = tokio::time::timeout(ask.ask.timeout, arrived).await;
        let outcomes = match arrived {
            Ok(Arrived::Live(body, ticket)) => return Reply { body: ReplyBody::Live(body, ticket), note },
            Ok(Arrived::Outcomes(outcomes)) => outcomes,
            Err(_) => {
                let refusal = Refusal::timeout(format!("the query took longer than {:?}", ask.ask.timeout));
                vec![Outcome::Refused(refusal)]
            }
        };
        self.combine(ask, known, outcomes, note).await
    }

    /// Joins or begins the fetches that bring `wanted`. Where one that begins here is the whole window, its answer is the
    /// caller's answer and can be passed on as it comes.
    fn board(
        self: &Arc<Self>,
        ask: &Arc<RangeAsk>,
        wanted: &[Steps],
    ) -> (Vec<Boarded<Outcome>>, Option<oneshot::Receiver<LiveBody>>) {
        let live = Mutex::new(None);
        let lane = u64::try_from(ask.ask.timeout.as_millis()).unwrap_or(u64::MAX);
        let boarded = self.flights.board(&ask.identity, lane, wanted, |steps, landing| {
            let sender = (steps == ask.window).then(|| {
                let (sender, receiver) = Live::new();
                *live.lock().expect("used by this task only") = Some(receiver);
                sender
            });
            self.begin_range(ask.clone(), steps, landing, sender)
        });
        (boarded, live.into_inner().expect("used by this task only"))
    }

    fn begin_range(
        self: &Arc<Self>,
        ask: Arc<RangeAsk>,
        steps: Steps,
        landing: Landing<Outcome>,
        live: Option<Live>,
    ) -> AbortHandle {
        let proxy = self.clone();
        let task = tokio::spawn(async move {
            let mut params = ask.params_for(steps);
            proxy.config.flavour.adapt_range(&mut params, ask.grid, steps);
            let question = Question {
                path: ask.ask.endpoint.path.clone(),
                post: true,
                params,
                deadline: tokio::time::Instant::now() + ask.ask.timeout,
                bytes_max: proxy.config.max_response_bytes,
            };
            match proxy.ask_upstream(&ask.ask, question, live).await {
                Err(refusal) => landing.land(Outcome::Refused(refusal)),
                Ok(read) => {
                    let filing = proxy.clone();
                    proxy.finish(read, landing, move |answer| filing.file_range(&ask, steps, answer));
                }
            }
        });
        task.abort_handle()
    }

    async fn arrive(
        &self,
        ask: &RangeAsk,
        boarded: &mut Vec<Boarded<Outcome>>,
        live: Option<oneshot::Receiver<LiveBody>>,
    ) -> Arrived {
        if let (Some(live), [only]) = (live, boarded.as_slice())
            && only.steps == ask.window
        {
            tokio::select! {
                // The sender is dropped without a word when the answer is short: then the outcome is what counts.
                Ok(body) = live => {
                    let ticket = boarded.remove(0).ticket;
                    return Arrived::Live(body, ticket);
                }
                outcome = landed(&only.ticket) => return Arrived::Outcomes(vec![outcome]),
            }
        }
        let mut outcomes = Vec::with_capacity(boarded.len());
        for boarded in boarded.iter() {
            outcomes.push(landed(&boarded.ticket).await);
        }
        Arrived::Outcomes(outcomes)
    }

    /// Makes one answer of what was known and what has arrived. A part that failed fails the whole: there are no holes.
    async fn combine(
        self: &Arc<Self>,
        ask: &Arc<RangeAsk>,
        known: &Known,
        outcomes: Vec<Outcome>,
        mut note: Note,
    ) -> Reply {
        let mut chunks: Vec<Arc<Chunk>> = known.settled.iter().map(|kept| kept.chunk.clone()).collect();
        let mut infos = known.infos_of_settled();
        for outcome in outcomes {
            match outcome {
                Outcome::Range { chunk, infos: new } => {
                    chunks.push(chunk);
                    add_infos(&mut infos, &new);
                }
                Outcome::Refused(refusal) => return self.stale(ask, known, refusal),
                Outcome::Whole { whole, .. } if whole.status.is_server_error() => {
                    let refusal =
                        Refusal::unavailable(format!("upstream answered with status {}", whole.status.as_u16()), None);
                    let stale = self.stale(ask, known, refusal);
                    return if stale.note.stale { stale } else { Reply { body: ReplyBody::Whole(whole), note } };
                }
                // The query's own error is the answer. So is a success that cannot be split, if it is all there is.
                Outcome::Whole { whole, steps, reason } if !whole.status.is_success() || steps == ask.window => {
                    note.reason = reason;
                    return Reply { body: ReplyBody::Whole(whole), note };
                }
                Outcome::Whole { reason, .. } => return self.whole_instead(ask, reason).await,
            }
        }
        let cover = cover(ask.window, chunks);
        if !cover.missing.is_empty() {
            return refused(Refusal::unavailable("a part of the answer was lost on the way", None));
        }
        self.assemble(ask, cover.parts, Annotations { infos, warnings: vec![] }, note)
    }

    /// What upstream last said, where all that is missing is newer than that.
    fn stale(&self, ask: &RangeAsk, known: &Known, refusal: Refusal) -> Reply {
        let Some(tail) = known.tail.as_ref().filter(|_| !ask.ask.refuses_stale && refusal.status.is_server_error())
        else {
            return refused(refusal);
        };
        let cover = known.cover(ask, Some(tail));
        let only_newer =
            cover.missing.iter().all(|missing| missing.first >= tail.chunk.steps.end && missing.end == ask.window.end);
        if !only_newer || cover.parts.is_empty() {
            return refused(refusal);
        }
        let age = tail.fetched.elapsed();
        let warning = format!("{}; newer points are missing", stale::warning(&refusal, age));
        let note =
            Note { since: Some(tail.fetched), stale: true, fetched: Some(0), ..Note::new(From::Partial, "stale") };
        let infos = known.infos(&cover.parts);
        self.assemble(ask, cover.parts, Annotations { warnings: vec![warning], infos }, note)
    }

    fn assemble(&self, ask: &RangeAsk, parts: Vec<Part>, annotations: Annotations, note: Note) -> Reply {
        let assembly = Assembly::new(ask.grid, parts, annotations);
        let limit = self.config.max_response_bytes;
        if assembly.size_bound() > limit {
            return refused(Refusal::limit(format!(
                "the answer is longer than {limit} bytes, which is the limit: ask for fewer series, a shorter range or a larger step"
            )));
        }
        Reply { body: ReplyBody::Assembly(assembly), note }
    }

    /// Refuses before asking what is known to become too long: the series are those of the part that is at hand.
    fn refuse_estimate(&self, ask: &RangeAsk, known: &Known) -> Result<(), Refusal> {
        let series = known.settled.iter().map(|kept| kept.chunk.series.len()).max().unwrap_or(0);
        let points = usize::try_from(ask.window.len()).unwrap_or(usize::MAX);
        let bytes = series.saturating_mul(points).saturating_mul(POINT_BYTES);
        if bytes / 2 <= self.config.max_response_bytes {
            return Ok(());
        }
        Err(Refusal::limit(format!(
            "{series} series of {points} points would be far more than {} bytes, which is the limit for an answer",
            self.config.max_response_bytes
        )))
    }

    /// Takes an answer apart, keeps it, and hands it to those who wait.
    fn file_range(&self, ask: &RangeAsk, steps: Steps, answer: &Answer) -> Outcome {
        let reason = match split(&answer.body, ask.grid, steps) {
            Ok(split) if answer.status == http::StatusCode::OK => {
                if !answer.no_store {
                    let notes = Arc::new(Notes { query: (&*ask.query.text).into(), infos: split.infos.clone() });
                    let settled_end = self.settled_end(ask, answer);
                    self.store.keep_range(&ask.identity, ask.grid, &split.chunk, notes, settled_end);
                }
                return Outcome::Range { chunk: Arc::new(split.chunk), infos: split.infos.into() };
            }
            Ok(_) | Err(Unfit::NotSuccess | Unfit::Malformed(_)) => "",
            Err(Unfit::NotMatrix | Unfit::UnknownField) => "not-matrix",
            Err(Unfit::Partial) => "partial",
            Err(Unfit::Warnings) => "warnings",
            Err(Unfit::OffGrid) => "off-grid",
        };
        if !reason.is_empty() {
            self.remember_unsplit(&ask.identity, reason);
        }
        self.file_whole(&ask.ask, steps, steps == ask.window, reason, answer)
    }

    /// The first step that may still change.
    fn settled_end(&self, ask: &RangeAsk, answer: &Answer) -> i64 {
        let settled_ms = answer.as_of_ms - self.freshness_ms(ask.grid.step_ms);
        if ask.query.reach.latest_at_ms.is_some_and(|at_ms| at_ms > settled_ms) {
            return i64::MIN;
        }
        ask.grid.index_at_or_before(settled_ms) + 1
    }
}

enum Arrived {
    Live(LiveBody, Ticket<Outcome>),
    Outcomes(Vec<Outcome>),
}

async fn landed(ticket: &Ticket<Outcome>) -> Outcome {
    let lost = || Outcome::Refused(Refusal::unavailable("the query was lost: a fault of the gateway", None));
    ticket.outcome().await.unwrap_or_else(lost)
}

fn refused(refusal: Refusal) -> Reply {
    Reply { body: ReplyBody::Refusal(refusal), note: Note::new(From::Miss, "") }
}

impl Known {
    fn cover(&self, ask: &RangeAsk, tail: Option<&Arc<Kept>>) -> Cover {
        cover(ask.window, self.settled.iter().chain(tail).map(|kept| kept.chunk.clone()).collect())
    }

    /// For how long the settled part stays as it is.
    fn good_for(&self) -> Duration {
        self.settled.iter().map(|kept| kept.good_for()).min().unwrap_or_default()
    }

    fn infos_of_settled(&self) -> Vec<String> {
        let mut infos = Vec::new();
        for kept in &self.settled {
            add_infos(&mut infos, &kept.notes.infos);
        }
        infos
    }

    /// What upstream noted about the parts that are used.
    fn infos(&self, parts: &[Part]) -> Vec<String> {
        let mut infos = Vec::new();
        let used = |kept: &&Arc<Kept>| parts.iter().any(|part| Arc::ptr_eq(&part.chunk, &kept.chunk));
        for kept in self.settled.iter().chain(&self.tail).filter(used) {
            add_infos(&mut infos, &kept.notes.infos);
        }
        infos
    }
}

fn add_infos(infos: &mut Vec<String>, new: &[String]) {
    for info in new {
        if !infos.contains(info) {
            infos.push(info.clone());
        }
    }
}
