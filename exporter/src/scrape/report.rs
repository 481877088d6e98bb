//! How collectors fared: as metrics at each scrape, and in the log when it changes.

use std::fmt;

use super::{Failure, Outcome, Slot};
use crate::collector::CollectError;
use crate::sample::Families;

/// What was last said of each collector, so that a failure is logged once and not at each scrape.
pub(super) struct Report {
    said: Vec<Option<String>>,
}

impl Report {
    pub(super) fn new(collectors: usize) -> Self {
        Report { said: vec![None; collectors] }
    }

    pub(super) fn write(&mut self, slots: &[Slot], outcomes: &[Outcome], out: &mut Families) {
        let duration = out.gauge(
            "node_scrape_collector_duration_seconds",
            "Time that the collector took in this scrape, in seconds.",
        );
        let success =
            out.gauge("node_scrape_collector_success", "Whether the collector gave its samples in this scrape.");
        for outcome in outcomes {
            let name = slots[outcome.slot].name;
            if let Err(Failure::Error(CollectError::NothingHere(_))) = &outcome.result {
                continue;
            }
            out.add(duration, &[("collector", name)], outcome.duration.as_secs_f64());
            out.add(success, &[("collector", name)], outcome.result.is_ok());
            self.log(outcome, name);
        }
    }

    fn log(&mut self, outcome: &Outcome, name: &'static str) {
        let said = &mut self.said[outcome.slot];
        match &outcome.result {
            Ok(()) => {
                if said.take().is_some() {
                    tracing::info!(collector = name, "collector `{name}` works again");
                }
            }
            Err(failure) => {
                let text = failure.to_string();
                if said.as_ref() == Some(&text) {
                    return;
                }
                match failure {
                    Failure::Error(CollectError::NoData(_)) => {
                        tracing::debug!(collector = name, "collector `{name}`: {text}");
                    }
                    _ => tracing::warn!(collector = name, "collector `{name}` failed: {text}"),
                }
                *said = Some(text);
            }
        }
    }
}

/// Without figures that differ from scrape to scrape, so that a lasting failure reads the same each time.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Error(error) => error.fmt(formatter),
            Failure::Panicked => formatter.write_str("it panicked; this is a bug, and the log above says where"),
            Failure::Late(_) | Failure::Busy => formatter.write_str("it does not come back in the scrape's time"),
            Failure::NoTime => formatter.write_str("the scrape's time was over before its turn"),
        }
    }
}
