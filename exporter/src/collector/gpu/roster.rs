//! Which GPUs there are and were, and how each fared in the last scrape: a GPU that is gone is told of, not left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::call::Broken;
use super::expected::Expected;
use super::values::{Gpu, Identity, State};
use super::worker::Answer;
use super::xids::XidLog;

/// More GPUs than a machine has: one beyond this is not remembered when it is gone.
const MOST_REMEMBERED: usize = 128;

pub(super) struct Roster {
    xids: Arc<XidLog>,
    /// Every GPU that has answered, by UUID.
    known: BTreeMap<String, Arc<Identity>>,
    /// What was last said in the log of each index, so that it is said once.
    said: BTreeMap<u32, String>,
    lost: bool,
    driver_gone: bool,
}

impl Roster {
    pub(super) fn new(xids: Arc<XidLog>) -> Self {
        Self { xids, known: BTreeMap::new(), said: BTreeMap::new(), lost: false, driver_gone: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether a GPU was missing in the last scrape.
    pub(super) fn any_lost(&self) -> bool {
        self.lost
    }

    /// Whether the last scrape found the connection to the driver over.
    pub(super) fn driver_gone(&self) -> bool {
        self.driver_gone
    }

    /// What the scrape's answers say of each GPU, and of those that did not come up in them.
    pub(super) fn take(&mut self, answers: Vec<(Option<Arc<Identity>>, Answer)>) -> Vec<Gpu> {
        (self.lost, self.driver_gone) = (false, false);
        let mut gpus: Vec<Gpu> = Vec::with_capacity(answers.len());
        for (index, (identity, answer)) in (0..).zip(answers) {
            let state = self.state(index, answer);
            let Some(identity) = identity else { continue };
            if gpus.iter().any(|gpu| gpu.identity.uuid == identity.uuid) {
                continue;
            }
            if matches!(state, State::Up(_)) && self.known.len() < MOST_REMEMBERED {
                self.known.insert(identity.uuid.clone(), Arc::clone(&identity));
            }
            let xids = self.xids.of(&identity.uuid);
            gpus.push(Gpu { identity, state, xids });
        }
        self.add_missing(&mut gpus);
        gpus
    }

    /// All GPUs that were ever there, without the driver.
    pub(super) fn all_down(&mut self, reason: &str) -> Vec<Gpu> {
        let indices: Vec<u32> = self.known.values().map(|identity| identity.index).collect();
        for index in indices {
            self.say(index, Some(reason.to_owned()));
        }
        let mut gpus = Vec::new();
        self.add_missing(&mut gpus);
        gpus
    }

    /// The expected GPUs that have never answered.
    pub(super) fn never_seen(&self, expected: &Expected) -> Vec<String> {
        let seen: BTreeSet<&String> = self.known.values().map(|identity| &identity.pci_bus_id).collect();
        expected.bus_ids.iter().filter(|bus_id| !seen.contains(bus_id)).cloned().collect()
    }

    fn add_missing(&mut self, gpus: &mut Vec<Gpu>) {
        for (uuid, identity) in &self.known {
            if !gpus.iter().any(|gpu| gpu.identity.uuid == *uuid) {
                self.lost = true;
                let (identity, xids) = (Arc::clone(identity), self.xids.of(uuid));
                gpus.push(Gpu { identity, state: State::Down, xids });
            }
        }
    }

    fn state(&mut self, index: u32, answer: Answer) -> State {
        let (state, reason) = match answer {
            Answer::Values(values) => (State::Up(values), None),
            Answer::Broken(Broken::Gpu(reason)) => {
                self.lost = true;
                (State::Down, Some(reason))
            }
            Answer::Broken(Broken::Driver(reason)) => {
                self.driver_gone = true;
                (State::Down, Some(reason))
            }
            Answer::Silent => (State::Silent, Some("its driver call does not return".to_owned())),
        };
        self.say(index, reason);
        state
    }

    /// Logs what is wrong with a GPU when it begins, and when it ends.
    fn say(&mut self, index: u32, reason: Option<String>) {
        match reason {
            Some(reason) if self.said.get(&index) != Some(&reason) => {
                tracing::warn!(gpu = index, "GPU {index} gives no values: {reason}");
                self.said.insert(index, reason);
            }
            None if self.said.remove(&index).is_some() => tracing::info!(gpu = index, "GPU {index} answers again"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(index: u32, uuid: &str) -> Option<Arc<Identity>> {
        let pci_bus_id = format!("00000000:{index:02X}:00.0");
        Some(Arc::new(Identity { index, uuid: uuid.to_owned(), pci_bus_id, ..Identity::default() }))
    }

    fn up() -> Answer {
        Answer::Values(Box::default())
    }

    fn seen(gpus: &[Gpu]) -> Vec<(&str, &str)> {
        let state = |gpu: &Gpu| match gpu.state {
            State::Up(_) => "up",
            State::Down => "down",
            State::Silent => "silent",
        };
        gpus.iter().map(|gpu| (gpu.identity.uuid.as_str(), state(gpu))).collect()
    }

    #[test]
    fn a_gpu_that_left_is_down_even_when_another_has_its_index() {
        let mut roster = Roster::new(Arc::default());
        roster.take(vec![(identity(0, "a"), up()), (identity(1, "b"), up())]);
        let gpus = roster.take(vec![(identity(0, "b"), up())]);
        assert_eq!(seen(&gpus), [("b", "up"), ("a", "down")]);
        assert!(roster.any_lost() && !roster.driver_gone());
    }

    #[test]
    fn each_answer_is_a_state_of_its_own() {
        let mut roster = Roster::new(Arc::default());
        let gpus = roster.take(vec![
            (identity(0, "a"), Answer::Broken(Broken::Gpu("lost".to_owned()))),
            (identity(1, "b"), Answer::Silent),
            (None, Answer::Broken(Broken::Driver("gone".to_owned()))),
        ]);
        assert_eq!(seen(&gpus), [("a", "down"), ("b", "silent")]);
        assert!(roster.driver_gone());
    }

    #[test]
    fn without_a_driver_all_known_gpus_are_down_and_the_unknown_are_named() {
        let mut roster = Roster::new(Arc::default());
        roster.take(vec![(identity(1, "a"), up())]);
        assert_eq!(seen(&roster.all_down("no driver")), [("a", "down")]);
        let bus_ids = ["00000000:01:00.0", "00000000:02:00.0"].map(str::to_owned).into();
        assert_eq!(roster.never_seen(&Expected { bus_ids }), ["00000000:02:00.0"]);
    }
}
