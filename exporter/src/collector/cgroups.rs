//! Controllers and how many control groups each has, from `/proc/cgroups`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "cgroups",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Cgroups { file: KeptFile::new(settings.roots.proc("cgroups")) })),
};

struct Cgroups {
    file: KeptFile,
}

impl Collector for Cgroups {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch)?;
        if content.is_empty() {
            return Err(CollectError::parse("cgroups", "is empty"));
        }
        let groups = out.gauge("node_cgroups_cgroups", "Control groups of the controller.");
        let enabled = out.gauge("node_cgroups_enabled", "1 if the controller is enabled, 0 if not.");
        for line in text::lines(content).filter(|line| !line.starts_with(b"#")) {
            let (name, count, on) = parse(line).ok_or_else(|| {
                CollectError::parse("cgroups", format!("`{}` is not a name and three numbers", text::shown(line)))
            })?;
            out.add(groups, &[("subsys_name", &*text::shown(name))], count);
            out.add(enabled, &[("subsys_name", &*text::shown(name))], on);
        }
        Ok(())
    }
}

/// Parses `cpuset 5 47 1`: controller, hierarchy, groups, enabled; see `cgroups(7)`.
fn parse(line: &[u8]) -> Option<(&[u8], i64, i64)> {
    let mut fields = text::fields(line);
    let name = fields.next()?;
    let [_, groups, enabled] = [fields.next()?, fields.next()?, fields.next()?].map(text::number::<i64>);
    Some((name, groups?, enabled?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_three_numbers() {
        assert_eq!(parse(b"cpuset\t5\t47\t1"), Some((&b"cpuset"[..], 47, 1)));
        for line in [&b""[..], b"cpuset 5 47", b"cpuset 5 x 1", b"cpuset 5 99999999999999999999 1"] {
            assert_eq!(parse(line), None);
        }
    }
}
