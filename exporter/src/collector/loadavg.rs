//! Load averages, from `/proc/loadavg`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "loadavg",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Loadavg { file: KeptFile::report(settings.roots.proc("loadavg")) })),
};

struct Loadavg {
    file: KeptFile,
}

impl Collector for Loadavg {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let load = LoadAverages::parse(self.file.read_record(&mut scrape.scratch)?)?;
        out.gauge_value("node_load1", "1m load average.", load.one);
        out.gauge_value("node_load5", "5m load average.", load.five);
        out.gauge_value("node_load15", "15m load average.", load.fifteen);
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct LoadAverages {
    one: f64,
    five: f64,
    fifteen: f64,
}

impl LoadAverages {
    /// Parses `0.21 0.37 0.39 1/719 19737`; see `proc_loadavg(5)`.
    fn parse(content: &[u8]) -> Result<Self, CollectError> {
        let mut fields = text::fields(content);
        let mut next = |which: &str| {
            fields.next().and_then(text::number).ok_or_else(|| {
                CollectError::parse("loadavg", format!("no {which} load average in `{}`", text::shown(content).trim()))
            })
        };
        Ok(LoadAverages { one: next("1m")?, five: next("5m")?, fifteen: next("15m")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_fields_are_the_averages() {
        let load = LoadAverages::parse(b"0.21 0.37 0.39 1/719 19737\n").unwrap();
        assert_eq!(load, LoadAverages { one: 0.21, five: 0.37, fifteen: 0.39 });
    }

    #[test]
    fn a_missing_average_is_named() {
        let error = LoadAverages::parse(b"0.21 x\n").unwrap_err().to_string();
        assert_eq!(error, "loadavg: no 5m load average in `0.21 x`");
    }
}
