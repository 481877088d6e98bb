//! Which fields are exposed under which name, decided once per field and not at each scrape.

use std::collections::HashMap;

use regex::Regex;

use crate::source::text;

/// Decisions about the fields seen so far.
pub(super) struct Names {
    fields: Option<Regex>,
    /// By the line of names, byte for byte: it changes when a protocol begins to count something new.
    heads: HashMap<Box<[u8]>, Chosen>,
    snmp6: HashMap<Box<[u8]>, Option<Pick>>,
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
        Names { fields, heads: HashMap::new(), snmp6: HashMap::new() }
    }

    /// The exposed fields of a line `Protocol: Field Field …`.
    pub(super) fn chosen(&mut self, head: &[u8]) -> Result<&Chosen, String> {
        if !self.heads.contains_key(head) {
            let chosen = self.choose(head)?;
            if self.heads.len() >= MOST_DECISIONS {
                self.heads.clear();
            }
            self.heads.insert(head.into(), chosen);
        }
        Ok(&self.heads[head])
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
        if !self.snmp6.contains_key(field) {
            let name = Some(text::shown(field)).filter(|_| text::is_name(field));
            let split = name.as_ref().and_then(|name| name.split_at_checked(name.find('6')? + 1));
            let pick = split.and_then(|(protocol, name)| self.pick(0, protocol, name));
            if self.snmp6.len() >= MOST_DECISIONS {
                self.snmp6.clear();
            }
            self.snmp6.insert(field.into(), pick);
        }
        self.snmp6[field].as_ref()
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
