//! Statistics of the network's tables, from `/proc/net/stat`.

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{if_present, list, read_into, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "lnstat",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Lnstat { folder: settings.roots.proc("net/stat") })),
};

struct Lnstat {
    folder: PathBuf,
}

impl Collector for Lnstat {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        for subsystem in if_present(list(&self.folder))?.unwrap_or_default() {
            let content = read_into(&self.folder.join(&subsystem), &mut scrape.scratch)?;
            write(&subsystem, content, out)
                .map_err(|problem| CollectError::parse(format!("net/stat/{subsystem}"), problem))?;
        }
        Ok(())
    }
}

/// A line of names, and for each processor a line of hexadecimal numbers.
fn write(subsystem: &str, content: &[u8], out: &mut Families) -> Result<(), String> {
    let mut lines = text::lines(content);
    let mut families = Vec::new();
    for name in text::fields(lines.next().ok_or("is empty")?) {
        if !text::is_name(name) {
            return Err(format!("`{}` is no name", text::shown(name)));
        }
        let name = text::shown(name);
        families.push(out.counter(&format!("node_lnstat_{name}_total"), "A column of a file in /proc/net/stat."));
    }
    for (cpu, line) in lines.enumerate() {
        let mut buffer = itoa::Buffer::new();
        let labels = [("cpu", buffer.format(cpu)), ("subsystem", subsystem)];
        let mut values = text::fields(line).map(text::hexadecimal);
        for (family, value) in families.iter().zip(&mut values) {
            let value = value.ok_or_else(|| format!("`{}` are not hexadecimal numbers", text::shown(line)))?;
            out.add(*family, &labels, value);
        }
        if values.next().is_some() {
            return Err(format!("`{}` has more numbers than there are names", text::shown(line)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_processor() {
        let mut out = Families::default();
        write("arp_cache", b"entries  hits\n0000000a  00000001\n0000000a  ffffffff\n", &mut out).unwrap();
        let text: String = out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect();
        insta::assert_snapshot!(text, @r#"
        node_lnstat_entries_total{cpu="0",subsystem="arp_cache"} 10
        node_lnstat_hits_total{cpu="0",subsystem="arp_cache"} 1
        node_lnstat_entries_total{cpu="1",subsystem="arp_cache"} 10
        node_lnstat_hits_total{cpu="1",subsystem="arp_cache"} 4294967295
        "#);
    }

    #[test]
    fn wrong_names_and_numbers_are_shown() {
        let error = |content: &[u8]| write("x", content, &mut Families::default()).unwrap_err();
        assert_eq!(error(b""), "is empty");
        assert_eq!(error(b"a b{\n"), "`b{` is no name");
        assert_eq!(error(b"a\nxyz\n"), "`xyz` are not hexadecimal numbers");
        assert_eq!(error(b"a\n1 2\n"), "`1 2` has more numbers than there are names");
    }
}
