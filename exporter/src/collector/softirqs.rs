//! Softirqs by CPU, from `/proc/softirqs`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "softirqs",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Softirqs { file: KeptFile::report(settings.roots.proc("softirqs")) })),
};

struct Softirqs {
    file: KeptFile,
}

impl Collector for Softirqs {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut lines = text::lines(self.file.read(&mut scrape.scratch)?);
        let headings = lines.next().ok_or_else(|| CollectError::parse("softirqs", "the file is empty"))?;
        let cpus: Vec<_> = text::fields(headings).map(text::cpu_number).collect();
        let family = out.counter("node_softirqs_functions_total", "Softirqs that the CPU has serviced, by kind.");
        for line in lines {
            let (kind, counts) = text::split_once(line, b':').unwrap_or((line, b""));
            let kind = text::shown(kind.trim_ascii());
            for (cpu, count) in cpus.iter().zip(text::fields(counts)) {
                let count: u64 = text::number(count).ok_or_else(|| {
                    let problem = format!("`{}` of {kind} is not a number", text::shown(count));
                    CollectError::parse("softirqs", problem)
                })?;
                out.add(family, &[("cpu", cpu), ("type", &kind)], count);
            }
        }
        Ok(())
    }
}
