//! Memory zones, from `/proc/zoneinfo`.

mod fields;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Kind};
use crate::source::{KeptFile, text};
use fields::FIELDS;

pub(super) const REGISTRATION: Registration = Registration {
    name: "zoneinfo",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Zoneinfo { file: KeptFile::new(settings.roots.proc("zoneinfo")) })),
};

struct Zoneinfo {
    file: KeptFile,
}

impl Collector for Zoneinfo {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let zones = parse(self.file.read(&mut scrape.scratch)?);
        if zones.is_empty() {
            return Err(CollectError::parse("zoneinfo", "tells of no zone"));
        }
        for zone in zones {
            let labels = [("node", &*zone.node), ("zone", &*zone.name)];
            for (field, value) in zone.values {
                let (_, name, help) = FIELDS[field];
                let kind = if name.ends_with("_total") { Kind::Counter } else { Kind::Gauge };
                let family = out.declare(kind, &format!("node_zoneinfo_{name}"), help);
                out.add(family, &labels, value);
            }
            for (place, pages) in zone.protection.into_iter().enumerate() {
                let help = "Pages kept free from allocations that would prefer the zone of this number.";
                let family = out.gauge(&format!("node_zoneinfo_protection_{place}"), help);
                out.add(family, &labels, pages);
            }
        }
        Ok(())
    }
}

struct Zone {
    node: String,
    name: String,
    /// By place in [`FIELDS`].
    values: Vec<(usize, i64)>,
    protection: Vec<i64>,
}

/// Parses blocks of `Node 0, zone   Normal` and lines `nr_free_pages 12113`; see `proc_zoneinfo(5)`. What is the whole
/// node's stands in the block of its first zone.
fn parse(content: &[u8]) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for line in text::lines(content) {
        let line = line.trim_ascii();
        if let Some((node, name)) = head(line) {
            zones.push(Zone { node, name, values: Vec::new(), protection: Vec::new() });
            continue;
        }
        let Some(zone) = zones.last_mut() else { continue };
        if let Some(list) = line.strip_prefix(b"protection:") {
            zone.protection = protection(list).unwrap_or_default();
            continue;
        }
        let mut words = text::fields(line);
        let (Some(key), Some(value)) = (words.next(), words.next().and_then(text::number)) else { continue };
        if let Some(field) = FIELDS.iter().position(|(known, ..)| known.as_bytes() == key) {
            zone.values.retain(|(known, _)| *known != field);
            zone.values.push((field, value));
        }
    }
    zones
}

fn head(line: &[u8]) -> Option<(String, String)> {
    let (node, zone) = text::split_once(line.strip_prefix(b"Node ")?, b',')?;
    let name = zone.trim_ascii().strip_prefix(b"zone")?.trim_ascii();
    Some((text::shown(node.trim_ascii()).into_owned(), text::shown(name).into_owned()))
}

/// `(0, 2039, 31932)`
fn protection(list: &[u8]) -> Option<Vec<i64>> {
    let list = list.trim_ascii().strip_prefix(b"(")?.strip_suffix(b")")?;
    list.split(|&byte| byte == b',').map(|number| text::number(number.trim_ascii())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_belong_to_the_zone_above_them() {
        let zones = parse(
            b"Node 0, zone      DMA\n  per-node stats\n      nr_mapped    423143\n  pages free     2949\n        min      8\n\
              \x20       protection: (0, 2039)\n      nr_new 1\n      low x\n    cpu: 0\n              high:  378\n\
              Node 1, zone   Normal\n        min      9\n        min      10\n        protection: (0, x)\n",
        );
        let names =
            |zone: &Zone| zone.values.iter().map(|(field, value)| (FIELDS[*field].1, *value)).collect::<Vec<_>>();
        assert_eq!((&*zones[0].node, &*zones[0].name), ("0", "DMA"));
        assert_eq!(names(&zones[0]), [("nr_mapped_pages", 423_143), ("min_pages", 8)]);
        assert_eq!(zones[0].protection, [0, 2039]);
        assert_eq!((&*zones[1].node, &*zones[1].name), ("1", "Normal"));
        assert_eq!(names(&zones[1]), [("min_pages", 10)]);
        assert!(zones[1].protection.is_empty());
    }

    #[test]
    fn what_is_no_zone_is_none() {
        for content in [&b""[..], b"min 8\n", b"Node\n", b"Node 0 zone DMA\n", b"\xff\xfe"] {
            assert!(parse(content).is_empty());
        }
    }
}
