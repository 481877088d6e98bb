//! Energy that processors and memory have used, from the RAPL zones in `/sys/class/powercap`.

use std::collections::HashMap;
use std::io::ErrorKind;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::sample::{Families, name_part};
use crate::source::{Folder, ReadError};

const ZONE_LABEL: &str = "collector.rapl.enable-zone-label";

pub(super) const REGISTRATION: Registration = Registration {
    name: "rapl",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[Flag::switch(ZONE_LABEL, false, "One family for all RAPL zones, which are told apart by a label.")],
    new: |settings| {
        let class = Folder::new(settings.roots.sys("class/powercap"));
        Ok(Box::new(Rapl { class, zone_label: settings.switch(ZONE_LABEL) }))
    },
};

struct Rapl {
    class: Folder,
    zone_label: bool,
}

impl Collector for Rapl {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let names = self.class.list().map_err(no_data)?;
        let mut seen = HashMap::new();
        for name in names {
            let folder = self.class.folder(&name);
            let Ok(zone) = folder.text("name") else { continue };
            let (zone, index) = number(&zone, &mut seen);
            let joules = folder.number::<u64>("energy_uj").map_err(no_data)? as f64 / 1e6;
            let (path, index) = (folder.path().to_string_lossy(), index.to_string());
            let mut labels = vec![("index", index.as_str()), ("path", &path)];
            let family = if self.zone_label {
                labels.push(("rapl_zone", zone));
                out.counter("node_rapl_joules_total", "Energy a RAPL zone has used, in joules.")
            } else {
                let family = format!("node_rapl_{}_joules_total", name_part(zone));
                out.counter(&family, &format!("Energy the RAPL zone `{zone}` has used, in joules."))
            };
            out.add(family, &labels, joules);
        }
        Ok(())
    }
}

/// Since the PLATYPUS attack only root may read the counters.
fn no_data(error: ReadError) -> CollectError {
    if error.source.kind() == ErrorKind::PermissionDenied {
        return CollectError::no_data(error.to_string());
    }
    CollectError::absent_is_no_data(error)
}

/// A zone's name and number: those in `package-1`, or, as in `dram`, how often the name was there before.
fn number<'a>(name: &'a str, seen: &mut HashMap<String, u64>) -> (&'a str, u64) {
    let parts = name.split_once('-').and_then(|(name, index)| Some((name, index.parse().ok()?)));
    let (name, index) = parts.unwrap_or_else(|| (name, seen.get(name).copied().unwrap_or(0)));
    seen.insert(name.to_owned(), index.saturating_add(1));
    (name, index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_one_name_are_numbered() {
        let mut seen = HashMap::new();
        assert_eq!(number("package-1", &mut seen), ("package", 1));
        assert_eq!(number("dram", &mut seen), ("dram", 0));
        assert_eq!(number("dram", &mut seen), ("dram", 1));
        assert_eq!(number("package-0-die-1", &mut seen), ("package-0-die-1", 0));
        assert_eq!(number("", &mut seen), ("", 0));
    }
}
