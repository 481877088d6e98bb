//! Free blocks of memory by size, from `/proc/buddyinfo`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Value};
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "buddyinfo",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Buddyinfo { file: KeptFile::report(settings.roots.proc("buddyinfo")) })),
};

struct Buddyinfo {
    file: KeptFile,
}

impl Collector for Buddyinfo {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch)?;
        if content.is_empty() {
            return Err(CollectError::parse("buddyinfo", "is empty"));
        }
        let blocks = out.gauge("node_buddyinfo_blocks", "Free blocks of 2^size pages.");
        for line in text::lines(content) {
            let zone = Zone::parse(line).ok_or_else(|| {
                CollectError::parse("buddyinfo", format!("no node, zone and counts in `{}`", text::shown(line)))
            })?;
            for (size, count) in zone.blocks.iter().enumerate() {
                let mut buffer = itoa::Buffer::new();
                let labels = [("node", &*zone.node), ("size", buffer.format(size)), ("zone", &*zone.name)];
                out.add(blocks, &labels, *count);
            }
        }
        Ok(())
    }
}

struct Zone {
    node: String,
    name: String,
    /// By size, as a power of two.
    blocks: Vec<Value>,
}

impl Zone {
    /// Parses `Node 0, zone   Normal   4381   1093 …`; see `proc_buddyinfo(5)`.
    fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = text::fields(line);
        let node = fields.nth(1)?;
        let name = fields.nth(1)?;
        let shown = |field: &[u8]| text::shown(field.strip_suffix(b",").unwrap_or(field)).into_owned();
        Some(Zone { node: shown(node), name: shown(name), blocks: fields.map(Value::parse).collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_node_a_zone_and_counts() {
        let zone = Zone::parse(b"Node 1, zone    DMA32    759    572 ").unwrap();
        assert_eq!((zone.node.as_str(), zone.name.as_str()), ("1", "DMA32"));
        assert!(matches!(zone.blocks[..], [Value::Unsigned(759), Value::Unsigned(572)]));
        for line in [&b""[..], b"Node 0, zone", b"Node 0, zone DMA x", b"\xff"] {
            assert!(Zone::parse(line).is_none());
        }
    }
}
