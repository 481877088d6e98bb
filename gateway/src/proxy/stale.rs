//! While upstream is away: what it last said, with a warning that says how old that is.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::Inner;
use super::ask::Ask;
use super::envelope::Refusal;
use super::fetch::now_ms;
use super::path::Kind;
use super::reply::{From, Note, Reply, ReplyBody};
use super::time::parse_time;
use crate::cache::json::{Cursor, Malformed};
use crate::cache::kept::Whole;
use crate::cache::key::Identity;

/// The words of a warning, to which can be added what is missing.
pub(super) fn warning(refusal: &Refusal, age: Duration) -> String {
    format!("sightline: upstream does not answer ({}), so this is what it said {} s ago", refusal.error, age.as_secs())
}

impl Ask {
    /// By what the last answer to this question is found, whatever the time it was asked for; nothing for what is not
    /// answered from the past: alerts and rules are acted upon, a window is another window.
    pub(super) fn last_identity(&self) -> Option<Identity> {
        match self.endpoint.kind {
            Kind::Query => Some(self.query_last_identity()),
            Kind::Series
            | Kind::Labels
            | Kind::LabelValues
            | Kind::Metadata
            | Kind::TargetsMetadata
            | Kind::QueryExemplars
            | Kind::About => Some(self.identity()),
            Kind::QueryRange | Kind::Rules | Kind::Alerts | Kind::Pure | Kind::Opened => None,
        }
    }

    /// The instant that is asked for. Nothing when it cannot be read.
    pub(super) fn instant_ms(&self) -> Option<i64> {
        self.params.first("time").map_or_else(|| Some(now_ms()), parse_time)
    }
}

impl Inner {
    /// The last answer, if there is one that is not later than what is asked for; otherwise the refusal.
    pub(super) fn stale_whole(&self, ask: &Ask, refusal: Refusal, note: Note) -> Reply {
        let last = || {
            let may = refusal.status.is_server_error() && !ask.refuses_stale && !ask.skips_memory;
            let last = self.store.last_whole(&ask.last_identity().filter(|_| may)?)?;
            let age = last.fetched.elapsed();
            let is_past = ask.endpoint.kind != Kind::Query || last.at_ms? <= ask.instant_ms()?;
            let within = age <= last.fresh + self.store.limits().stale;
            let body = with_warning(&last.body, &warning(&refusal, age)).ok()?;
            (is_past && within).then(|| Arc::new(Whole { body, ..(*last).clone() }))
        };
        let Some(whole) = last() else { return Reply { body: ReplyBody::Refusal(refusal), note } };
        let note = Note { since: Some(whole.fetched), stale: true, ..Note::new(From::Hit, "stale") };
        Reply { body: ReplyBody::Whole(whole), note }
    }
}

/// The answer with one warning more, before those that it has.
fn with_warning(body: &[u8], warning: &str) -> Result<Bytes, Malformed> {
    let mut warnings = None;
    let mut cursor = Cursor::new(body);
    cursor.object::<Malformed>(|cursor, key| {
        let range = cursor.skip()?;
        if key == b"warnings" {
            warnings = Some(range);
        }
        Ok(())
    })?;
    let text = serde_json::to_string(warning).expect("a string is always JSON");
    let list = warnings.as_ref().and_then(|range| body[range.clone()].strip_prefix(b"["));
    let (start, end, written) = match (warnings, list) {
        (Some(range), Some(b"]")) => (range.start, range.end, format!("[{text}]")),
        (Some(range), Some(_)) => (range.start, range.start + 1, format!("[{text},")),
        (Some(range), None) => (range.start, range.end, format!("[{text}]")),
        (None, _) => (cursor.at - 1, cursor.at - 1, format!(",\"warnings\":[{text}]")),
    };
    Ok([&body[..start], written.as_bytes(), &body[end..]].concat().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_stands_with_those_that_are_there() {
        for (body, expected) in [
            (r#"{"status":"success","data":[]}"#, r#"{"status":"success","data":[],"warnings":["old \"x\""]}"#),
            (r#"{"warnings":["PromQL"],"data":[]}"#, r#"{"warnings":["old \"x\"","PromQL"],"data":[]}"#),
            (r#"{"warnings":[],"data":[]}"#, r#"{"warnings":["old \"x\""],"data":[]}"#),
            (r#"{"data":[],"warnings":null}"#, r#"{"data":[],"warnings":["old \"x\""]}"#),
        ] {
            assert_eq!(with_warning(body.as_bytes(), "old \"x\""), Ok(Bytes::from(expected)), "{body}");
        }
    }
}
