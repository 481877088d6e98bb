//! SCSI tape drives, from `/sys/class/scsi_tape`; the files are told in the kernel's `Documentation/scsi/st.rst`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::{Families, Kind};
use crate::source::Folder;

const IGNORED: &str = "collector.tapestats.ignored-devices";

pub(super) const REGISTRATION: Registration = Registration {
    name: "tapestats",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[Flag::text(IGNORED, "REGEX", "^$", "Tape drives to leave out.")],
    new: |settings| {
        let class = Folder::new(settings.roots.sys("class/scsi_tape"));
        Ok(Box::new(Tapestats { class, wanted: Filter::new(None, settings.pattern(IGNORED)?) }))
    },
};

struct Tapestats {
    class: Folder,
    wanted: Filter,
}

/// A file of a drive's statistics, and the family that shows it.
struct Statistic {
    file: &'static str,
    kind: Kind,
    name: &'static str,
    help: &'static str,
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Count,
    Nanoseconds,
}

#[rustfmt::skip]
const STATISTICS: [Statistic; 10] = [
    Statistic { file: "in_flight", kind: Kind::Gauge, name: "node_tape_io_now", help: "Requests under way.", unit: Unit::Count },
    Statistic { file: "io_ns", kind: Kind::Counter, name: "node_tape_io_time_seconds_total", help: "Time spent on requests of any kind, in seconds.", unit: Unit::Nanoseconds },
    Statistic { file: "other_cnt", kind: Kind::Counter, name: "node_tape_io_others_total", help: "Requests that neither read nor wrote.", unit: Unit::Count },
    Statistic { file: "read_byte_cnt", kind: Kind::Counter, name: "node_tape_read_bytes_total", help: "Bytes read.", unit: Unit::Count },
    Statistic { file: "read_cnt", kind: Kind::Counter, name: "node_tape_reads_completed_total", help: "Requests that read.", unit: Unit::Count },
    Statistic { file: "read_ns", kind: Kind::Counter, name: "node_tape_read_time_seconds_total", help: "Time spent on reading, in seconds.", unit: Unit::Nanoseconds },
    Statistic { file: "resid_cnt", kind: Kind::Counter, name: "node_tape_residual_total", help: "Requests that moved less than was asked for.", unit: Unit::Count },
    Statistic { file: "write_byte_cnt", kind: Kind::Counter, name: "node_tape_written_bytes_total", help: "Bytes written.", unit: Unit::Count },
    Statistic { file: "write_cnt", kind: Kind::Counter, name: "node_tape_writes_completed_total", help: "Requests that wrote.", unit: Unit::Count },
    Statistic { file: "write_ns", kind: Kind::Counter, name: "node_tape_write_time_seconds_total", help: "Time spent on writing, in seconds.", unit: Unit::Nanoseconds },
];

impl Collector for Tapestats {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let devices = self.class.list().map_err(CollectError::absent_is_no_data)?;
        let families = STATISTICS.each_ref().map(|it| out.declare(it.kind, it.name, it.help));
        for device in devices.iter().filter(|name| is_drive(name)) {
            if !self.wanted.accepts(device) {
                continue;
            }
            let folder = self.class.folder(device).folder("stats");
            for (family, statistic) in families.into_iter().zip(&STATISTICS) {
                let Some(value) = folder.offered_number::<u64>(statistic.file)? else { continue };
                match statistic.unit {
                    Unit::Count => out.add(family, &[("device", device)], value),
                    Unit::Nanoseconds => out.add(family, &[("device", device)], value as f64 * 1e-9),
                }
            }
        }
        Ok(())
    }
}

/// Whether a name is a drive's, `st0`, and not one of its modes (`nst0`, `st0a`, …), which count the same.
fn is_drive(name: &str) -> bool {
    name.strip_prefix("st").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_counts_once() {
        assert!(is_drive("st0") && is_drive("st12"));
        assert!(!["nst0", "st0a", "nst0m", "st", "st_modes"].iter().any(|name| is_drive(name)));
    }
}
