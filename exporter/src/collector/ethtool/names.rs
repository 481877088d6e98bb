//! What a driver's statistic is exposed as, decided once per name.

use std::collections::HashMap;

use regex::Regex;

/// Decisions about the names seen so far.
pub(super) struct Names {
    wanted: Option<Regex>,
    receive: Regex,
    transmit: Regex,
    known: HashMap<String, Option<Family>>,
}

pub(super) struct Family {
    /// What has to be unique among a device's statistics.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) help: String,
}

/// Statistics that most drivers have, and that are exposed as what they are: counters.
const COMMON: [(&str, &str); 7] = [
    ("rx_bytes", "node_ethtool_received_bytes_total"),
    ("rx_dropped", "node_ethtool_received_dropped_total"),
    ("rx_errors", "node_ethtool_received_errors_total"),
    ("rx_packets", "node_ethtool_received_packets_total"),
    ("tx_bytes", "node_ethtool_transmitted_bytes_total"),
    ("tx_errors", "node_ethtool_transmitted_errors_total"),
    ("tx_packets", "node_ethtool_transmitted_packets_total"),
];

/// More names than all drivers of a machine have together.
const MOST_DECISIONS: usize = 65_536;

impl Names {
    pub(super) fn new(wanted: Option<Regex>) -> Self {
        let word = |word: &str| Regex::new(&format!("(^|_){word}(_|$)")).expect("is a pattern");
        Names { wanted, receive: word("rx"), transmit: word("tx"), known: HashMap::new() }
    }

    /// Decides about names that are new.
    pub(super) fn learn<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        if self.known.len() >= MOST_DECISIONS {
            self.known.clear();
        }
        for name in names {
            if !self.known.contains_key(name) {
                self.known.insert(name.to_owned(), self.decide(name));
            }
        }
    }

    /// The family of a name that was learnt; `None` when it is not wanted.
    pub(super) fn of(&self, name: &str) -> Option<&Family> {
        self.known.get(name)?.as_ref()
    }

    fn decide(&self, name: &str) -> Option<Family> {
        let allowed = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
        let clean: String = name.chars().map(allowed).collect();
        if !self.wanted.as_ref().is_none_or(|wanted| wanted.is_match(&clean)) {
            return None;
        }
        let lower = clean.to_ascii_lowercase();
        let received = self.receive.replace_all(lower.trim_start_matches('_'), "${1}received${2}");
        let key = format!("node_ethtool_{}", self.transmit.replace_all(&received, "${1}transmitted${2}"));
        let common = COMMON.iter().find(|(known, _)| *known == clean);
        let name = common.map_or_else(|| key.clone(), |(_, name)| (*name).to_owned());
        Some(Family { key, name, help: format!("The driver's statistic {clean}.") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_directions_spelled_out() {
        let mut names = Names::new(None);
        for (driver, ours) in [
            ("rx_bytes", "node_ethtool_received_bytes_total"),
            ("tx_tx_timeouts", "node_ethtool_transmitted_tx_timeouts"),
            ("tx0_tx_timeouts", "node_ethtool_tx0_transmitted_timeouts"),
            ("rx_xdp_tx", "node_ethtool_received_xdp_transmitted"),
            ("  Port.RX ", "node_ethtool_port_received_"),
            ("align_errors", "node_ethtool_align_errors"),
            ("rxé", "node_ethtool_received_"),
        ] {
            names.learn([driver].into_iter());
            assert_eq!(names.of(driver).unwrap().name, ours);
        }
    }

    #[test]
    fn what_is_not_wanted_has_no_name() {
        let mut names = Names::new(Some(Regex::new("^rx").unwrap()));
        names.learn(["rx_a", "tx_a"].into_iter());
        assert!(names.of("rx_a").is_some() && names.of("tx_a").is_none() && names.of("new").is_none());
    }
}
