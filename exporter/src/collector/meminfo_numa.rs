//! Memory of each NUMA node, from `/sys/devices/system/node`.

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Value};
use crate::source::{if_present, list, read_into, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "meminfo_numa",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(MeminfoNuma { folder: settings.roots.sys("devices/system/node") })),
};

struct MeminfoNuma {
    folder: PathBuf,
}

impl Collector for MeminfoNuma {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        // Absent where the kernel knows no nodes.
        for folder in if_present(list(&self.folder))?.unwrap_or_default() {
            let Some(node) = folder.strip_prefix("node").filter(|node| text::number::<u32>(node.as_bytes()).is_some())
            else {
                continue;
            };
            for (name, write) in [("meminfo", write_meminfo as Write), ("numastat", write_numastat)] {
                let content = read_into(&self.folder.join(&folder).join(name), &mut scrape.scratch)?;
                write(content, node, out).map_err(|line| {
                    CollectError::parse(format!("{folder}/{name}"), format!("cannot parse `{line}`"))
                })?;
            }
        }
        Ok(())
    }
}

/// Writes a file's values for a node; fails with the line that is wrong.
type Write = fn(&[u8], &str, &mut Families) -> Result<(), String>;

fn write_meminfo(content: &[u8], node: &str, out: &mut Families) -> Result<(), String> {
    for line in text::lines(content).filter(|line| !line.trim_ascii().is_empty()) {
        let (name, value) = parse_meminfo(line).ok_or_else(|| text::shown(line).into_owned())?;
        let family = out.gauge(&format!("node_memory_numa_{name}"), "A field of the node's meminfo, sizes in bytes.");
        out.add(family, &[("node", node)], value);
    }
    Ok(())
}

/// Parses `Node 0 Active(anon):     707915 kB`, which is `Active_anon` in bytes.
fn parse_meminfo(line: &[u8]) -> Option<(String, Value)> {
    let mut fields = text::fields(line).skip(2);
    let name = text::shown(fields.next()?).trim_end_matches(':').replace('(', "_").replace(')', "");
    let number: u64 = fields.next().and_then(text::number)?;
    let value = match (fields.next(), fields.next()) {
        (None, None) => number,
        (Some(b"kB"), None) => number.checked_mul(1024)?,
        _ => return None,
    };
    text::is_name(name.as_bytes()).then_some((name, value.into()))
}

fn write_numastat(content: &[u8], node: &str, out: &mut Families) -> Result<(), String> {
    for line in text::lines(content).filter(|line| !line.trim_ascii().is_empty()) {
        let fields: Vec<&[u8]> = text::fields(line).collect();
        let (name, value) = match *fields {
            [name, value] if text::is_name(name) => (text::shown(name), Value::parse(value)),
            _ => return Err(text::shown(line).into_owned()),
        };
        let value = value.ok_or_else(|| text::shown(line).into_owned())?;
        let family =
            out.counter(&format!("node_memory_numa_{name}_total"), "Pages allocated, by how well their node fits.");
        out.add(family, &[("node", node)], value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_become_bytes_and_parentheses_go() {
        for (line, name, value) in [
            ("Node 0 MemTotal:       134182340 kB", "MemTotal", 134_182_340 * 1024),
            ("Node 0 Active(anon):     707915 kB", "Active_anon", 707_915 * 1024),
            ("Node 0 HugePages_Total:     2", "HugePages_Total", 2),
        ] {
            let (parsed, given) = parse_meminfo(line.as_bytes()).unwrap();
            assert_eq!(parsed, name);
            assert!(matches!(given, Value::Unsigned(bytes) if bytes == value), "{given:?}");
        }
        for line in [
            "",
            "Node 0 A:",
            "Node 0 A: x kB",
            "Node 0 A: 1 MB",
            "Node 0 A: 1 kB x",
            "Node 0 A\": 1",
            "Node 0 A: 18446744073709551615 kB",
        ] {
            assert!(parse_meminfo(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn a_line_of_numastat_is_a_name_and_a_number() {
        let write = |content: &[u8]| write_numastat(content, "0", &mut Families::default());
        assert_eq!(write(b"numa_hit 193460335812\nnuma_miss 1\n"), Ok(()));
        assert_eq!(write(b"numa_hit\n"), Err("numa_hit".to_owned()));
        assert_eq!(write(b"numa_hit x\n"), Err("numa_hit x".to_owned()));
        assert_eq!(write(b"numa\" 1\n"), Err("numa\" 1".to_owned()));
    }
}
