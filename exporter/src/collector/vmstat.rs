//! Events of the virtual memory, from `/proc/vmstat`.

use regex::Regex;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::sample::{Families, Kind};
use crate::source::{KeptFile, text};

const FIELDS: &str = "collector.vmstat.fields";

pub(super) const REGISTRATION: Registration = Registration {
    name: "vmstat",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[Flag::text(FIELDS, "REGEXP", "^(oom_kill|pgpg|pswp|pg.*fault).*", "Fields of /proc/vmstat to export.")],
    new: |settings| Ok(Box::new(Vmstat::new(settings)?)),
};

/// The name of a field, and a number of 20 digits.
const LONGEST_LINE: usize = 128;

struct Vmstat {
    file: KeptFile,
    pattern: Option<Regex>,
    /// The file's fields by line. The kernel has them in a fixed order, so each is decided on once.
    fields: Vec<Field>,
}

struct Field {
    key: Box<[u8]>,
    /// How it is exposed, if it is.
    family: Option<Box<Exposed>>,
}

struct Exposed {
    name: String,
    help: String,
}

impl Vmstat {
    fn new(settings: &Settings) -> Result<Self, UsageError> {
        let file = KeptFile::report(settings.roots.proc("vmstat"));
        Ok(Vmstat { file, pattern: settings.pattern(FIELDS)?, fields: Vec::new() })
    }
}

impl Collector for Vmstat {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read_records(&mut scrape.scratch, LONGEST_LINE)?;
        if content.is_empty() {
            return Err(CollectError::parse("vmstat", "the file is empty"));
        }
        for (position, line) in text::lines(content).enumerate() {
            let broken =
                || CollectError::parse("vmstat", format!("`{}` is not a field and its value", text::shown(line)));
            let (key, value) = text::split_once(line, b' ').ok_or_else(broken)?;
            if self.fields.get(position).is_none_or(|field| *field.key != *key) {
                self.fields.truncate(position);
                self.fields.push(Field::decide(key, self.pattern.as_ref()));
            }
            let Some(Exposed { name, help }) = self.fields[position].family.as_deref() else { continue };
            let value: u64 = text::number(value.trim_ascii()).ok_or_else(broken)?;
            let family = out.declare(Kind::Untyped, name, help);
            out.add(family, &[], value);
        }
        Ok(())
    }
}

impl Field {
    fn decide(key: &[u8], pattern: Option<&Regex>) -> Self {
        // Only what can stand in a metric's name can be exposed.
        let name = std::str::from_utf8(key).ok();
        let name = name.filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        let name = name.filter(|name| pattern.is_none_or(|pattern| pattern.is_match(name)));
        let family = name.map(|name| {
            let (name, help) = (format!("node_vmstat_{name}"), format!("The field {name} of /proc/vmstat."));
            Box::new(Exposed { name, help })
        });
        Field { key: key.into(), family }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &[u8]) -> Option<String> {
        let pattern = Regex::new("^(oom_kill|pgpg|pswp|pg.*fault).*").unwrap();
        Field::decide(key, Some(&pattern)).family.map(|exposed| exposed.name)
    }

    #[test]
    fn fields_that_fit_the_pattern_are_exposed() {
        assert_eq!(name(b"pgmajfault").as_deref(), Some("node_vmstat_pgmajfault"));
        assert_eq!(name(b"oom_kill").as_deref(), Some("node_vmstat_oom_kill"));
        assert_eq!(name(b"nr_free_pages"), None);
    }

    #[test]
    fn what_cannot_name_a_metric_is_left_out() {
        assert_eq!(name(b"pgfault{x=\"1\"}"), None);
        assert_eq!(name(b"pgfault\xff"), None);
    }
}
