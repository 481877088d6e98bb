//! Which fields are exposed under which name, decided once per field and not at each scrape.

use std::collections::HashMap;

use regex::Regex;

use crate::source::text;

/// Decisions about the fields seen so far.
pub(super) struct Names {
    fields: Option<Regex>,
    /// By the line of names, byte for byte: it changes when a protocol begins to count something new.
    heads: Decisions<Chosen>,
    snmp6: Decisions<Option<Pick>>,
}

/// What is exposed of a protocol's line of values.
pub(super) struct Chosen {
    /// How many values the line has to have.
    pub(super) width: usize,
    pub(super) picks: Vec<Pick>,
}

pub(super) struct Pick {
    pub(super) place: usize,
    pub(super) family: String,
    pub(super) help: String,
}

/// Few protocols and few hundred fields exist; a kernel that goes on inventing them is no reason to grow.
const MOST_DECISIONS: usize = 4096;

impl Names {
    pub(super) fn new(fields: Option<Regex>) -> Self {
        Names { fields, heads: Decisions::default(), snmp6: Decisions::default() }
    }

    /// The exposed fields of a line `Protocol: Field Field …`.
    pub(super) fn chosen(&mut self, head: &[u8]) -> Result<&Chosen, String> {
        let place = match self.heads.find(head) {
            Some(place) => place,
            None => self.heads.add(head, self.choose(head)?),
        };
        Ok(self.heads.at(place))
    }

    fn choose(&self, head: &[u8]) -> Result<Chosen, String> {
        let mut names = text::fields(head);
        let protocol = names
            .next()
            .and_then(|name| name.strip_suffix(b":"))
            .ok_or_else(|| format!("`{}` does not begin with a protocol and a colon", text::shown(head)))?;
        let mut chosen = Chosen { width: 0, picks: Vec::new() };
        for name in names {
            if let Some(wrong) = [protocol, name].into_iter().find(|name| !text::is_name(name)) {
                return Err(format!("`{}` is no name", text::shown(wrong)));
            }
            chosen.picks.extend(self.pick(chosen.width, &text::shown(protocol), &text::shown(name)));
            chosen.width += 1;
        }
        Ok(chosen)
    }

    /// What a field of snmp6 is exposed as; its name holds the protocol, up to the first 6.
    pub(super) fn chosen_of_snmp6(&mut self, field: &[u8]) -> Option<&Pick> {
        let place = self.snmp6.find(field).unwrap_or_else(|| {
            let name = Some(text::shown(field)).filter(|_| text::is_name(field));
            let pick = name.as_ref().and_then(|name| {
                let (protocol, name) = name.split_at_checked(name.find('6')? + 1)?;
                self.pick(0, protocol, name)
            });
            self.snmp6.add(field, pick)
        });
        self.snmp6.at(place).as_ref()
    }

    fn pick(&self, place: usize, protocol: &str, name: &str) -> Option<Pick> {
        let key = format!("{protocol}_{name}");
        self.fields.as_ref().is_none_or(|fields| fields.is_match(&key)).then(|| Pick {
            place,
            family: format!("node_netstat_{key}"),
            help: format!("{name} of the protocol {protocol}, as the kernel counts it."),
        })
    }
}

/// What was decided about lines that come in the same order each time, as a rule.
struct Decisions<T> {
    known: Vec<(Box<[u8]>, T)>,
    /// Where in `known` a line is, for those that come in another order.
    places: HashMap<Box<[u8]>, usize>,
    /// Where the line stands that came next when this was decided.
    next: usize,
}

impl<T> Default for Decisions<T> {
    fn default() -> Self {
        Decisions { known: Vec::new(), places: HashMap::new(), next: 0 }
    }
}

impl<T> Decisions<T> {
    fn find(&mut self, line: &[u8]) -> Option<usize> {
        let place = match self.known.get(self.next) {
            Some((known, _)) if **known == *line => self.next,
            _ => *self.places.get(line)?,
        };
        self.next = if place + 1 < self.known.len() { place + 1 } else { 0 };
        Some(place)
    }

    fn add(&mut self, line: &[u8], decision: T) -> usize {
        if self.known.len() >= MOST_DECISIONS {
            *self = Decisions::default();
        }
        let place = self.known.len();
        self.known.push((line.into(), decision));
        self.places.insert(line.into(), place);
        place
    }

    fn at(&self, place: usize) -> &T {
        &self.known[place].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_found_in_whatever_order() {
        let mut decisions = Decisions::default();
        for line in ["a", "b", "c"] {
            assert_eq!(decisions.find(line.as_bytes()), None);
            decisions.add(line.as_bytes(), line);
        }
        for line in "abcabccbaacbb".split("").filter(|line| !line.is_empty()) {
            let place = decisions.find(line.as_bytes()).unwrap();
            assert_eq!(*decisions.at(place), line);
        }
        for number in 0..2 * MOST_DECISIONS {
            decisions.add(number.to_string().as_bytes(), "");
        }
        assert!(decisions.known.len() <= MOST_DECISIONS && decisions.places.len() <= MOST_DECISIONS);
    }
}
