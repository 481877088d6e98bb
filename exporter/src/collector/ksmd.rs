//! Merging of equal pages, from `/sys/kernel/mm/ksm`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::KeptFile;

pub(super) const REGISTRATION: Registration = Registration {
    name: "ksmd",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let file = |(name, _, _): &(&str, _, _)| KeptFile::new(settings.roots.sys("kernel/mm/ksm").join(name));
        Ok(Box::new(Ksmd {
            gauges: GAUGES.iter().map(file).collect(),
            full_scans: KeptFile::new(settings.roots.sys("kernel/mm/ksm/full_scans")),
            sleep: KeptFile::new(settings.roots.sys("kernel/mm/ksm/sleep_millisecs")),
        }))
    },
};

/// File, family and help; see Documentation/admin-guide/mm/ksm.rst.
const GAUGES: [(&str, &str, &str); 7] = [
    ("merge_across_nodes", "node_ksmd_merge_across_nodes", "1 if pages of different NUMA nodes are merged, 0 if not."),
    ("pages_shared", "node_ksmd_pages_shared", "Merged pages in use."),
    ("pages_sharing", "node_ksmd_pages_sharing", "Pages saved by sharing merged ones."),
    ("pages_to_scan", "node_ksmd_pages_to_scan", "Pages to scan before going to sleep."),
    ("pages_unshared", "node_ksmd_pages_unshared", "Pages looked at again and again without finding an equal one."),
    ("pages_volatile", "node_ksmd_pages_volatile", "Pages that change too fast to be merged."),
    ("run", "node_ksmd_run", "1 if merging runs, 0 if it is stopped, 2 if pages are being unmerged."),
];

struct Ksmd {
    gauges: Vec<KeptFile>,
    full_scans: KeptFile,
    sleep: KeptFile,
}

impl Collector for Ksmd {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        for (file, (_, name, help)) in self.gauges.iter_mut().zip(GAUGES) {
            let value: u64 = file.read_number(&mut scrape.scratch)?;
            out.gauge_value(name, help, value);
        }
        let scans: u64 = self.full_scans.read_number(&mut scrape.scratch)?;
        out.counter_value("node_ksmd_full_scans_total", "Times that all mergeable memory was scanned.", scans);
        let milliseconds: u32 = self.sleep.read_number(&mut scrape.scratch)?;
        let seconds = f64::from(milliseconds) / 1000.0;
        out.gauge_value(
            "node_ksmd_sleep_seconds",
            "How long the scanner sleeps between two scans, in seconds.",
            seconds,
        );
        Ok(())
    }
}
