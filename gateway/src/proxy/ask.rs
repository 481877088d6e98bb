//! From parameters to a question: what is asked, by what it is remembered, and whether it can be split by time.

use std::time::Duration;

use super::caller::Caller;
use super::envelope::Refusal;
use super::params::Params;
use super::path::{Endpoint, Kind};
use super::query::{Query, Reach};
use super::time::{parse_duration_ns, parse_time, seconds};
use super::{Inner, query};
use crate::cache::grid::{Grid, Steps};
use crate::cache::key::Identity;
use std::sync::Arc;

/// What does not change an answer: a cache-buster of browsers. `timeout` is handled apart.
const IRRELEVANT: [&str; 1] = ["_"];
/// Secrets and administrative keys of upstream, never to be taken from a caller.
const NEVER_FORWARDED: [&str; 1] = ["authKey"];
/// VictoriaMetrics' filters. A caller who is confined could widen his view with them.
const FILTERS: [&str; 4] = ["extra_label", "extra_filters", "extra_filters[]", "tenant"];
/// Parameters of Thanos and VictoriaMetrics that apply to every step alike, so that time can be split in spite of them.
const SPLITTABLE: [&str; 10] = [
    "dedup",
    "partial_response",
    "max_source_resolution",
    "engine",
    "replicaLabels[]",
    "storeMatch[]",
    "nocache",
    "extra_label",
    "extra_filters[]",
    "round_digits",
];

/// A question and the one who asks it.
pub(crate) struct Ask {
    pub(crate) endpoint: Endpoint,
    pub(crate) params: Params,
    pub(crate) caller: Arc<Caller>,
    /// As the caller wants it, and not longer than ours.
    pub(crate) timeout: Duration,
    /// The caller would rather have no answer than an old one.
    pub(crate) refuses_stale: bool,
    /// The caller may, and wants to, have nothing from memory.
    pub(crate) skips_memory: bool,
}

/// A range question whose answers can be kept in chunks.
pub(crate) struct RangeAsk {
    pub(crate) ask: Ask,
    pub(crate) query: Arc<Query>,
    pub(crate) grid: Grid,
    pub(crate) window: Steps,
    pub(crate) identity: Identity,
}

/// What became of a question when it was looked at.
pub(crate) enum Sorted {
    Range(RangeAsk),
    /// Not to be split, and why.
    Whole(Ask, &'static str),
}

impl Ask {
    /// Cleans the parameters: what the caller may not say, what does not matter, and how long it may take.
    pub(crate) fn new(
        endpoint: Endpoint,
        mut params: Params,
        caller: Arc<Caller>,
        timeout_max: Duration,
    ) -> Result<Self, Refusal> {
        for name in IRRELEVANT.iter().chain(&NEVER_FORWARDED) {
            params.remove(name);
        }
        if !caller.labels.is_empty() {
            for name in FILTERS {
                params.remove(name);
            }
            confine(&endpoint, &mut params, &caller)?;
        }
        let mut timeout = timeout_max;
        if matches!(endpoint.kind, Kind::Query | Kind::QueryRange) {
            // One that cannot be read stays and is upstream's to refuse.
            if let Some(wanted) = params.first("timeout").and_then(parse_duration_ns).filter(|wanted| *wanted > 0) {
                timeout = timeout.min(Duration::from_nanos(wanted.unsigned_abs()));
                params.remove("timeout");
            } else if params.first("timeout").is_none() {
                params.remove("timeout");
            }
        }
        Ok(Self { endpoint, params, caller, timeout, refuses_stale: false, skips_memory: false })
    }

    /// Everything that can change the answer, in full.
    pub(crate) fn identity(&self) -> Identity {
        self.identity_without("", &[])
    }

    /// By what an error in the query itself is remembered: it is the same at any time.
    pub(crate) fn query_error_identity(&self) -> Identity {
        self.identity_without("error", &["start", "end", "time"])
    }

    /// By what the last answer of an instant query is remembered.
    pub(super) fn query_last_identity(&self) -> Identity {
        self.identity_without("last", &["time"])
    }

    fn identity_without(&self, what: &str, names: &[&str]) -> Identity {
        let params = self.params.sorted();
        let params = params.iter().filter(|(name, _)| !names.contains(name));
        let head = ["whole", self.caller.view.as_str(), self.endpoint.path.as_str(), what];
        Identity::of(head.into_iter().chain(params.flat_map(|(name, value)| [*name, *value])))
    }

    /// Sorts range questions into those that can be split and those that cannot, and refuses what exceeds a limit.
    pub(crate) fn sort(self, proxy: &Inner) -> Result<Sorted, Refusal> {
        if let Some(text) = self.params.first("query") {
            query::check(text).map_err(Refusal::limit)?;
        }
        if self.endpoint.kind != Kind::QueryRange {
            return Ok(Sorted::Whole(self, ""));
        }
        let Some((query, window)) = self.params.first("query").map(|text| proxy.read(text)).zip(self.window()) else {
            return Ok(Sorted::Whole(self, "parameters"));
        };
        let (start_ms, end_ms, step_ms) = window;
        self.refuse_size(&query, window, proxy)?;
        if let Some(reason) = query.not_split {
            return Ok(Sorted::Whole(self, reason.as_str()));
        }
        if let Some(reason) = self.parameter_that_forbids_splitting() {
            return Ok(Sorted::Whole(self, reason));
        }
        let grid = Grid::through(start_ms, step_ms);
        let identity = self.range_identity(&query, grid);
        if let Some(reason) = proxy.known_unsplit(&identity) {
            return Ok(Sorted::Whole(self, reason));
        }
        Ok(Sorted::Range(RangeAsk { query, grid, window: grid.window(start_ms, end_ms), identity, ask: self }))
    }

    /// Start, end and step in milliseconds, when they are what Prometheus would take.
    fn window(&self) -> Option<(i64, i64, i64)> {
        let start_ms = self.params.first("start").and_then(parse_time)?;
        let end_ms = self.params.first("end").and_then(parse_time)?;
        let step_ns = self.params.first("step").and_then(parse_duration_ns)?;
        let whole = step_ns > 0 && step_ns % 1_000_000 == 0;
        (whole && start_ms <= end_ms).then_some((start_ms, end_ms, step_ns / 1_000_000))
    }

    fn refuse_size(
        &self,
        query: &Query,
        (start_ms, end_ms, step_ms): (i64, i64, i64),
        proxy: &Inner,
    ) -> Result<(), Refusal> {
        let limits = &proxy.config;
        let steps = (end_ms - start_ms) / step_ms;
        if steps > limits.max_points {
            return Err(too_many_points(limits.max_points));
        }
        let range = Duration::from_millis((end_ms - start_ms).unsigned_abs());
        if range > limits.max_range {
            return Err(Refusal::limit(format!("the range is {range:?} long, the limit is {:?}", limits.max_range)));
        }
        if query.reach.back > limits.max_lookback {
            return Err(Refusal::limit(format!(
                "the query looks back {:?}, the limit is {:?}",
                query.reach.back, limits.max_lookback
            )));
        }
        Ok(())
    }

    fn parameter_that_forbids_splitting(&self) -> Option<&'static str> {
        self.params.iter().find_map(|(name, _)| match name {
            "query" | "start" | "end" | "step" => None,
            "limit" => Some("limit"),
            "stats" => Some("stats"),
            "lookback_delta" => Some("lookback-delta"),
            "timeout" => Some("parameters"),
            name if SPLITTABLE.contains(&name) => None,
            _ => Some("unknown-parameter"),
        })
    }

    fn range_identity(&self, query: &Query, grid: Grid) -> Identity {
        let (step, phase) = (grid.step_ms.to_string(), grid.phase_ms.to_string());
        let params = self.params.sorted();
        let params = params.iter().filter(|(name, _)| !["query", "start", "end", "step"].contains(name));
        let head = ["range", self.caller.view.as_str(), &self.endpoint.path, &query.canonical, &step, &phase];
        Identity::of(head.into_iter().chain(params.flat_map(|(name, value)| [*name, *value])))
    }

    /// Where an instant question, or a whole range, ends; nothing when it is now or cannot be known.
    pub(crate) fn latest_ms(&self, proxy: &Inner) -> Option<i64> {
        let end = match self.endpoint.kind {
            Kind::Query => self.params.first("time").and_then(parse_time)?,
            Kind::QueryRange => self.params.first("end").and_then(parse_time)?,
            _ => return None,
        };
        let query = proxy.read(self.params.first("query")?);
        // The window's own ends are fixed with the parameters; only what looks past them is not.
        let Reach { latest_at_ms, forward, .. } = query.reach;
        let looks_ahead = forward
            && query.not_split != Some(query::NotSplit::AtWindow)
            && query.not_split != Some(query::NotSplit::SeesRange);
        (!looks_ahead).then_some(end.max(latest_at_ms.unwrap_or(end)))
    }
}

fn too_many_points(max: i64) -> Refusal {
    if max == PROMETHEUS_POINTS {
        // The limit and the words are Prometheus' own, so that a client that knows them knows ours.
        return Refusal::bad_data(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        );
    }
    Refusal::limit(format!("the range has more than {max} points, which is the limit: ask for a larger step"))
}

const PROMETHEUS_POINTS: i64 = 11_000;

impl RangeAsk {
    /// The parameters that ask for some steps of the window.
    pub(crate) fn params_for(&self, steps: Steps) -> Vec<(String, String)> {
        let fixed = [
            ("query", self.query.text.to_string()),
            ("start", seconds(self.grid.time_ms(steps.first))),
            ("end", seconds(self.grid.time_ms(steps.end - 1))),
            ("step", seconds(self.grid.step_ms)),
        ];
        let others = self.ask.params.iter().filter(|(name, _)| !["query", "start", "end", "step"].contains(name));
        let fixed = fixed.into_iter().map(|(name, value)| (name.to_owned(), value));
        fixed.chain(others.map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
    }
}

/// Rewrites the selectors of a confined caller, and refuses what has none to rewrite but shows series.
fn confine(endpoint: &Endpoint, params: &mut Params, caller: &Caller) -> Result<(), Refusal> {
    use super::enforce::{confine_query, confine_selector, whole_selector};
    match endpoint.kind {
        Kind::Query | Kind::QueryRange | Kind::QueryExemplars => {
            let Some(text) = params.first("query") else { return Ok(()) };
            query::check(text).map_err(Refusal::limit)?;
            let confined = confine_query(text, &caller.labels).map_err(Refusal::bad_data)?;
            params.set("query", confined);
        }
        Kind::Series | Kind::Labels | Kind::LabelValues => {
            let mut selectors = Vec::new();
            for text in params.all("match[]") {
                query::check(text).map_err(Refusal::limit)?;
                selectors.push(confine_selector(text, &caller.labels).map_err(Refusal::bad_data)?);
            }
            if selectors.is_empty() {
                selectors.push(whole_selector(&caller.labels));
            }
            params.remove("match[]");
            for selector in selectors {
                params.push("match[]", selector);
            }
        }
        Kind::Pure | Kind::About => {}
        Kind::Metadata | Kind::TargetsMetadata | Kind::Rules | Kind::Alerts | Kind::Opened => {
            return Err(Refusal::forbidden(format!(
                "{} shows everyone's series, and this credential is confined to some labels",
                endpoint.path
            )));
        }
    }
    Ok(())
}
