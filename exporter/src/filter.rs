//! Which devices a user wants: a pair of include and exclude patterns, each decided once per name.

use std::collections::HashMap;

use regex::Regex;

/// Names that pass `include`, if there is one, and are not hit by `exclude`, if there is one.
///
/// A pattern is matched anywhere in the name, as node_exporter does; who means all of it writes `^(…)$`.
#[derive(Default)]
pub(crate) struct Filter {
    include: Option<Regex>,
    exclude: Option<Regex>,
    /// Devices are asked for at every scrape, and a pattern costs more than a look into a table.
    decided: HashMap<Box<str>, bool>,
}

/// Names come and go (containers bring interfaces); the table of decisions starts anew at this size.
const MOST_DECISIONS: usize = 16_384;

impl Filter {
    pub(crate) fn new(include: Option<Regex>, exclude: Option<Regex>) -> Self {
        Filter { include, exclude, decided: HashMap::new() }
    }

    pub(crate) fn accepts(&mut self, name: &str) -> bool {
        if self.include.is_none() && self.exclude.is_none() {
            return true;
        }
        if let Some(&decided) = self.decided.get(name) {
            return decided;
        }
        let accepted = self.include.as_ref().is_none_or(|pattern| pattern.is_match(name))
            && !self.exclude.as_ref().is_some_and(|pattern| pattern.is_match(name));
        if self.decided.len() >= MOST_DECISIONS {
            self.decided.clear();
        }
        self.decided.insert(name.into(), accepted);
        accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn include_and_exclude_both_count_and_decisions_are_kept() {
        let pattern = |text| Some(Regex::new(text).unwrap());
        let mut filter = Filter::new(pattern("^eth"), pattern("1$"));
        for _ in 0..2 {
            assert!(filter.accepts("eth0"));
            assert!(!filter.accepts("eth1"));
            assert!(!filter.accepts("lo"));
        }
        assert_eq!(filter.decided.len(), 3);
        assert!(Filter::default().accepts("anything"));
    }
}
