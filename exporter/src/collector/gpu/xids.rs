//! XIDs seen since the exporter began, by GPU and number: what the driver only tells once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::values::Xid;

/// Written by the thread that waits for events, read by scrapes. It outlives connections to the driver, so that a
/// counter does not start anew with a new one.
#[derive(Default)]
pub(super) struct XidLog(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    watched: BTreeSet<String>,
    errors: BTreeMap<String, BTreeMap<u64, Xid>>,
}

impl XidLog {
    /// Events of these GPUs, and of no others, will be told from now on.
    pub(super) fn watch(&self, uuids: impl IntoIterator<Item = String>) {
        self.locked(|seen| seen.watched = uuids.into_iter().collect());
    }

    pub(super) fn record(&self, uuid: &str, number: u64, at: SystemTime) {
        let last = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        self.locked(|seen| {
            let errors = seen.errors.entry(uuid.to_owned()).or_default();
            let xid = errors.entry(number).or_insert(Xid { number, count: 0, last });
            xid.count += 1;
            xid.last = xid.last.max(last);
        });
    }

    /// A GPU's errors by number; `None` when nobody listens to it and nothing was heard before.
    pub(super) fn of(&self, uuid: &str) -> Option<Vec<Xid>> {
        self.locked(|seen| match seen.errors.get(uuid) {
            Some(errors) => Some(errors.values().cloned().collect()),
            None => seen.watched.contains(uuid).then(Vec::new),
        })
    }

    fn locked<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        // Each change is complete in itself, so a panic elsewhere leaves nothing half done.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn errors_are_counted_by_number_with_the_time_of_the_last() {
        let log = XidLog::default();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        log.record("GPU-1", 31, at(100));
        log.record("GPU-1", 79, at(150));
        log.record("GPU-1", 31, at(200));
        let expected = [Xid { number: 31, count: 2, last: 200.0 }, Xid { number: 79, count: 1, last: 150.0 }];
        assert_eq!(log.of("GPU-1").unwrap(), expected);
    }

    #[test]
    fn no_error_is_told_from_nobody_listening() {
        let log = XidLog::default();
        assert_eq!(log.of("GPU-1"), None);
        log.watch(["GPU-1".to_owned()]);
        assert_eq!(log.of("GPU-1"), Some(Vec::new()));
        log.record("GPU-1", 79, SystemTime::now());
        log.watch([]);
        assert_eq!(log.of("GPU-1").unwrap().len(), 1, "what was heard is not forgotten");
    }
}
