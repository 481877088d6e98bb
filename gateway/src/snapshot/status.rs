//! Whether a server is up, stale or down, since when, and why.

use crate::wire::server::ServerStatus;

use super::draft::Draft;
use super::memory::Remembered;

/// Until Prometheus has said more.
pub(super) const SCRAPE_FAILS: &str = "the scrape fails";
const TARGET_GONE: &str = "Prometheus no longer has this target";
/// Scrapes that may be missing before a value is old.
const SCRAPES_UNTIL_STALE: f64 = 3.0;

#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    pub status: ServerStatus,
    pub since: Option<f64>,
    pub reason: Option<String>,
}

/// What is known when a server is judged.
pub(super) struct Evidence<'a> {
    pub at: f64,
    /// Seconds between scrapes.
    pub interval: f64,
    pub scrape_error: Option<&'a str>,
    /// When it was last up, by Prometheus.
    pub last_up: Option<f64>,
}

pub(super) fn judge(draft: &Draft, before: Option<&Remembered>, evidence: &Evidence<'_>) -> Verdict {
    let (status, reason) = status_and_reason(draft, before, evidence);
    Verdict { status, since: since(status, draft, before, evidence), reason }
}

fn status_and_reason(
    draft: &Draft,
    before: Option<&Remembered>,
    evidence: &Evidence<'_>,
) -> (ServerStatus, Option<String>) {
    let age = draft.sampled_at.map_or(f64::INFINITY, |sampled_at| evidence.at - sampled_at);
    match draft.up {
        None => (ServerStatus::Down, Some(TARGET_GONE.to_owned())),
        Some(false) => (ServerStatus::Down, Some(scrape_failure(before, evidence))),
        Some(true) if age > SCRAPES_UNTIL_STALE * evidence.interval => {
            let reason = format!("no sample for {age:.0} s; it is scraped every {:.0} s", evidence.interval);
            (ServerStatus::Stale, Some(reason))
        }
        Some(true) => (ServerStatus::Up, None),
    }
}

/// What Prometheus says now, or said before about the same failure.
fn scrape_failure(before: Option<&Remembered>, evidence: &Evidence<'_>) -> String {
    let earlier =
        before.filter(|it| it.status == Some(ServerStatus::Down) && it.is_target).and_then(|it| it.reason.as_deref());
    evidence.scrape_error.or(earlier).unwrap_or(SCRAPE_FAILS).to_owned()
}

fn since(status: ServerStatus, draft: &Draft, before: Option<&Remembered>, evidence: &Evidence<'_>) -> Option<f64> {
    let Some((before, earlier)) = before.and_then(|before| Some((before, before.status?))) else {
        // The first snapshot that holds this server: only a stale one says itself since when.
        return if status == ServerStatus::Stale { draft.sampled_at } else { evidence.last_up };
    };
    if earlier == status {
        return before.since.or(evidence.last_up);
    }
    match (status, draft.up) {
        // A target that vanished has no sample of its own: the last one it had is the last that is known.
        (ServerStatus::Down, None) => before.sampled_at,
        _ => draft.sampled_at,
    }
}
