//! Swap devices, from `/proc/swaps`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "swap",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Swap { file: KeptFile::report(settings.roots.proc("swaps")) })),
};

struct Swap {
    file: KeptFile,
}

impl Collector for Swap {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let size = out.gauge("node_swap_size_bytes", "Size of the swap device.");
        let used = out.gauge("node_swap_used_bytes", "Used part of the swap device.");
        let priority = out.gauge("node_swap_priority", "Priority of the swap device: the highest is used first.");
        // The first line holds the headings.
        for line in text::lines(self.file.read(&mut scrape.scratch)?).skip(1) {
            let device = Device::parse(line)?;
            let labels = [("device", &*text::shown(device.name)), ("swap_type", &*text::shown(device.kind))];
            out.add(size, &labels, device.size);
            out.add(used, &labels, device.used);
            out.add(priority, &labels, device.priority);
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Device<'l> {
    name: &'l [u8],
    kind: &'l [u8],
    /// In bytes.
    size: u64,
    used: u64,
    priority: i64,
}

impl<'l> Device<'l> {
    /// Parses `/dev/zram0  partition  1048572  1024  100`; sizes are in KiB, and a space in the name is escaped.
    fn parse(line: &'l [u8]) -> Result<Self, CollectError> {
        let parsed = || {
            let mut fields = text::fields(line);
            let (name, kind) = (fields.next()?, fields.next()?);
            let mut bytes = || text::number::<u64>(fields.next()?)?.checked_mul(1024);
            Some(Device { name, kind, size: bytes()?, used: bytes()?, priority: text::number(fields.next()?)? })
        };
        parsed().ok_or_else(|| CollectError::parse("swaps", format!("`{}` is not a swap device", text::shown(line))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_become_bytes() {
        let device =
            Device::parse(b"/dev/zram0                              partition\t1048572\t\t1024\t\t-2").unwrap();
        let expected =
            Device { name: b"/dev/zram0", kind: b"partition", size: 1_073_737_728, used: 1_048_576, priority: -2 };
        assert_eq!(device, expected);
    }

    #[test]
    fn broken_lines_are_shown() {
        for line in ["", "/dev/sda2 partition 1 2", "/dev/sda2 partition x 2 3", "a b 18446744073709551615 0 0"] {
            let error = Device::parse(line.as_bytes()).unwrap_err().to_string();
            assert_eq!(error, format!("swaps: `{line}` is not a swap device"));
        }
    }
}
