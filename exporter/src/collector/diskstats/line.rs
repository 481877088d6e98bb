//! A line of `/proc/diskstats`; see the kernel's `admin-guide/iostats`.

use crate::collector::CollectError;
use crate::sample::{Kind, Value};
use crate::source::text;

/// A device and its counters.
#[derive(Debug, PartialEq)]
pub(super) struct Disk {
    pub(super) major: u32,
    pub(super) minor: u32,
    pub(super) name: String,
    counters: [u64; COUNTERS.len()],
    /// How many of them the kernel gives: newer ones have more.
    given: usize,
}

/// A column, and the family it becomes.
pub(super) struct Counter {
    pub(super) kind: Kind,
    unit: Unit,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
}

#[derive(Clone, Copy)]
enum Unit {
    One,
    Sector,
    Millisecond,
}

/// A sector is 512 bytes here, whatever the device's own are.
const SECTOR: u64 = 512;

/// A machine's oldest kernel gives this many.
const LEAST: usize = 11;

macro_rules! counters {
    ($($kind:ident $unit:ident $name:literal, $help:literal;)*) => {
        [$(Counter { kind: Kind::$kind, unit: Unit::$unit, name: concat!("node_disk_", $name), help: $help }),*]
    };
}

#[rustfmt::skip]
pub(super) const COUNTERS: [Counter; 17] = counters! {
    Counter One "reads_completed_total", "Reads that were completed.";
    Counter One "reads_merged_total", "Reads that were merged with others.";
    Counter Sector "read_bytes_total", "Bytes read.";
    Counter Millisecond "read_time_seconds_total", "Time that all reads took together.";
    Counter One "writes_completed_total", "Writes that were completed.";
    Counter One "writes_merged_total", "Writes that were merged with others.";
    Counter Sector "written_bytes_total", "Bytes written.";
    Counter Millisecond "write_time_seconds_total", "Time that all writes took together.";
    Gauge One "io_now", "Reads and writes under way.";
    Counter Millisecond "io_time_seconds_total", "Time in which the device was busy.";
    Counter Millisecond "io_time_weighted_seconds_total", "Time in which the device was busy, times the requests under way.";
    Counter One "discards_completed_total", "Discards that were completed.";
    Counter One "discards_merged_total", "Discards that were merged with others.";
    Counter One "discarded_sectors_total", "Sectors of 512 bytes discarded.";
    Counter Millisecond "discard_time_seconds_total", "Time that all discards took together.";
    Counter One "flush_requests_total", "Flushes that were completed.";
    Counter Millisecond "flush_requests_time_seconds_total", "Time that all flushes took together.";
};

impl Disk {
    /// Parses `8 0 sda 1 2 3 …`; `None` for the short lines that old kernels write of partitions.
    pub(super) fn parse(line: &[u8]) -> Result<Option<Self>, CollectError> {
        let broken =
            || CollectError::parse("diskstats", format!("`{}` is not a device and its counters", text::shown(line)));
        let mut fields = text::fields(line);
        let mut number = || fields.next().and_then(text::number).ok_or_else(broken);
        let (major, minor) = (number()?, number()?);
        let name = text::shown(fields.next().ok_or_else(broken)?).into_owned();
        let mut counters = [0; COUNTERS.len()];
        let mut given = 0;
        for (counter, field) in counters.iter_mut().zip(fields) {
            *counter = text::number(field).ok_or_else(broken)?;
            given += 1;
        }
        Ok((given >= LEAST).then_some(Disk { major, minor, name, counters, given }))
    }

    /// A counter in its family's unit; `None` when the kernel does not give it.
    pub(super) fn value(&self, which: usize) -> Option<Value> {
        let counter = *self.counters[..self.given].get(which)?;
        Some(match COUNTERS[which].unit {
            Unit::One => counter.into(),
            Unit::Sector => counter.saturating_mul(SECTOR).into(),
            Unit::Millisecond => seconds(counter).into(),
        })
    }
}

/// By multiplication, as `node_exporter` does it: a division would differ in the last digit.
#[expect(clippy::cast_precision_loss, reason = "2⁵³ ms are 285,000 years")]
fn seconds(millis: u64) -> f64 {
    millis as f64 * (1.0 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &str) -> Vec<String> {
        let disk = Disk::parse(line.as_bytes()).unwrap().unwrap();
        (0..COUNTERS.len()).filter_map(|which| disk.value(which)).map(|value| value.to_string()).collect()
    }

    #[test]
    fn sectors_become_bytes_and_milliseconds_seconds() {
        let all = values("   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17");
        let expected = ["1", "2", "1536", "0.004", "5", "6", "3584", "0.008", "9", "0.01", "0.011"];
        assert_eq!(all[..11], expected);
        assert_eq!(all[11..], ["12", "13", "14", "0.015", "16", "0.017"]);
    }

    #[test]
    fn an_old_kernel_gives_fewer_counters_and_of_partitions_none() {
        assert_eq!(values("8 0 sda 1 2 3 4 5 6 7 8 9 10 11").len(), 11);
        assert_eq!(Disk::parse(b"8 1 sda1 1 2 3 4").unwrap(), None);
    }

    #[test]
    fn broken_lines_are_shown() {
        for line in ["", "8", "8 0", "x 0 sda 1", "8 0 sda 1 2 3 4 5 6 7 8 9 10 -1"] {
            let error = Disk::parse(line.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, format!("diskstats: `{line}` is not a device and its counters"));
        }
        assert!(Disk::parse(&[0xff; 300]).is_err());
    }
}
