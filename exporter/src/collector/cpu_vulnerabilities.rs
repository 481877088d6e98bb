//! Vulnerabilities of the processors and what is done against them, from `/sys/devices/system/cpu/vulnerabilities`.

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{if_present, list, read_attribute};

pub(super) const REGISTRATION: Registration = Registration {
    name: "cpu_vulnerabilities",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        Ok(Box::new(CpuVulnerabilities { folder: settings.roots.sys("devices/system/cpu/vulnerabilities") }))
    },
};

struct CpuVulnerabilities {
    folder: PathBuf,
}

impl Collector for CpuVulnerabilities {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let info =
            out.gauge("node_cpu_vulnerabilities_info", "1, labelled by a vulnerability and what is done against it.");
        // Absent on kernels that know of none.
        for name in if_present(list(&self.folder))?.unwrap_or_default() {
            let content = read_attribute(&self.folder.join(&name))?;
            let (state, mitigation) = parse(&content);
            out.add(info, &[("codename", &name), ("mitigation", &mitigation), ("state", state)], 1u64);
        }
        Ok(())
    }
}

/// The state, and what follows it. What begins with no known state is unknown, and shown whole.
fn parse(content: &str) -> (&'static str, String) {
    let begins = |state: &&str| content.get(..state.len()).is_some_and(|start| start.eq_ignore_ascii_case(state));
    match ["not affected", "vulnerable", "mitigation", "unknown"].into_iter().find(begins) {
        Some("not affected") => ("not affected", String::new()),
        Some(state) => (state, content.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")),
        None => ("unknown", content.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_the_state() {
        for (content, state, mitigation) in [
            ("Not affected", "not affected", ""),
            ("Vulnerable", "vulnerable", ""),
            ("Vulnerable: Clear CPU  buffers attempted", "vulnerable", "Clear CPU buffers attempted"),
            ("Mitigation: PTI", "mitigation", "PTI"),
            ("Unknown: No mitigations", "unknown", "No mitigations"),
            ("KVM: Mitigation: Split huge pages", "unknown", "KVM: Mitigation: Split huge pages"),
            ("", "unknown", ""),
            ("ééééé", "unknown", "ééééé"),
        ] {
            assert_eq!(parse(content), (state, mitigation.to_owned()));
        }
    }
}
