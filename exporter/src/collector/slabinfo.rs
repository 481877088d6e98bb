//! Caches of kernel objects, from `/proc/slabinfo`, which only root may read.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "slabinfo",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[
        Flag::text("collector.slabinfo.slabs-include", "REGEX", ".*", "Slabs to expose."),
        Flag::text("collector.slabinfo.slabs-exclude", "REGEX", "", "Slabs not to expose."),
    ],
    new: |settings| {
        let include = settings.pattern("collector.slabinfo.slabs-include")?;
        let exclude = settings.pattern("collector.slabinfo.slabs-exclude")?;
        let file = KeptFile::report(settings.roots.proc("slabinfo"));
        Ok(Box::new(Slabinfo { file, slabs: Filter::new(include, exclude) }))
    },
};

struct Slabinfo {
    file: KeptFile,
    slabs: Filter,
}

/// The columns after the name; see `slabinfo(5)`.
const COLUMNS: [(&str, &str); 5] = [
    ("node_slabinfo_active_objects", "Objects in use."),
    ("node_slabinfo_objects", "Objects allocated, in use or not."),
    ("node_slabinfo_object_size_bytes", "Size of an object, in bytes."),
    ("node_slabinfo_objects_per_slab", "Objects that a slab holds."),
    ("node_slabinfo_pages_per_slab", "Pages that a slab takes."),
];

impl Collector for Slabinfo {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch)?;
        if !content.starts_with(b"slabinfo - version: 2.1") {
            return Err(CollectError::parse("slabinfo", "is not of version 2.1"));
        }
        let families = COLUMNS.map(|(name, help)| out.gauge(name, help));
        for line in text::lines(content).skip(1).filter(|line| !line.starts_with(b"#")) {
            let (name, values) = parse(line).ok_or_else(|| {
                CollectError::parse("slabinfo", format!("`{}` is not a name and numbers", text::shown(line)))
            })?;
            let name = text::shown(name);
            if self.slabs.accepts(&name) {
                for (family, value) in families.into_iter().zip(values) {
                    out.add(family, &[("slab", &*name)], value);
                }
            }
        }
        Ok(())
    }
}

/// Parses `kmalloc-8 704 864 256 32 2 : tunables 0 0 0 : slabdata 27 27 0`.
fn parse(line: &[u8]) -> Option<(&[u8], [i64; COLUMNS.len()])> {
    let mut fields = text::fields(line);
    let name = fields.next()?;
    let mut values = [0; COLUMNS.len()];
    for value in &mut values {
        *value = fields.next().and_then(text::number)?;
    }
    // What is cut off may have been cut in a number.
    (fields.count() == 10).then_some((name, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_sixteen_fields() {
        let line =
            b"kmalloc-8    704    864    256   32    2 : tunables    0    0    0 : slabdata     27     27      0";
        assert_eq!(parse(line), Some((&b"kmalloc-8"[..], [704, 864, 256, 32, 2])));
        assert_eq!(parse(&line[..line.len() - 3]), None);
        assert_eq!(parse(b"kmalloc-8 x 864 256 32 2 : tunables 0 0 0 : slabdata 27 27 0"), None);
        assert_eq!(parse(b""), None);
    }
}
