//! Finds a server by the labels of a sample.

use std::collections::HashMap;

use crate::prometheus::response::Labels;

use super::draft::Draft;

pub(super) struct Index<'a> {
    pub(super) by_key: HashMap<(&'a str, &'a str), usize>,
    /// The first server with this instance, and how many have it.
    by_instance: HashMap<&'a str, (usize, usize)>,
}

impl<'a> Index<'a> {
    pub(super) fn new(drafts: &'a [Draft]) -> Self {
        let mut by_key = HashMap::with_capacity(drafts.len());
        let mut by_instance = HashMap::with_capacity(drafts.len());
        for (at, draft) in drafts.iter().enumerate() {
            by_key.insert((draft.job(), draft.instance()), at);
            by_instance.entry(draft.instance()).or_insert((at, 0)).1 += 1;
        }
        Self { by_key, by_instance }
    }

    pub(super) fn find(&self, labels: &Labels<'_>) -> Option<usize> {
        self.by_key.get(&(labels.value("job"), labels.value("instance"))).copied()
    }

    /// Also finds a server whose job the sample does not name.
    pub(super) fn find_loosely(&self, labels: &Labels<'_>) -> Option<usize> {
        match labels.get("job") {
            Some(_) => self.find(labels),
            None => self.by_instance.get(labels.value("instance")).map(|&(first, _)| first),
        }
    }

    pub(super) fn id(&self, draft: &Draft) -> String {
        match self.by_instance.get(draft.instance()) {
            Some((_, 1)) => draft.instance().to_owned(),
            _ => format!("{}/{}", draft.job(), draft.instance()),
        }
    }
}
