//! A device of a filesystem: its size, what is left of it and its errors.

use crate::sample::{Kind, NamedFamilies};

#[derive(Debug, PartialEq)]
pub(super) struct Device {
    /// As it was when the filesystem was mounted: `/dev/sda1`.
    pub(super) path: String,
    pub(super) uuid: String,
    pub(super) used: u64,
    pub(super) total: u64,
    /// In the order of [`ERRORS`].
    pub(super) errors: [u64; ERRORS.len()],
}

/// The kinds of errors, in the order of `enum btrfs_dev_stat_values`.
pub(super) const ERRORS: [&str; 5] = ["write", "read", "flush", "corruption", "generation"];

impl Device {
    pub(super) fn write(&self, uuid: &str, out: &mut NamedFamilies<'_>) {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let labels = [("btrfs_dev_uuid", self.uuid.as_str()), ("device", name), ("uuid", uuid)];
        write_size(&labels, self.total, out);
        let help = || "Bytes of a device that are not set aside for anything.".to_owned();
        let unused = self.total.saturating_sub(self.used);
        out.add((Kind::Gauge, "node_btrfs_device_unused_bytes"), help, &labels, unused);
        for (error, count) in ERRORS.into_iter().zip(self.errors) {
            let labels = [labels[0], labels[1], ("type", error), labels[2]];
            let help = || "Errors of a device since it was added or its counters were reset.".to_owned();
            out.add((Kind::Counter, "node_btrfs_device_errors_total"), help, &labels, count);
        }
    }
}

pub(super) fn write_size(labels: &[(&str, &str)], bytes: u64, out: &mut NamedFamilies<'_>) {
    let help = || "Size of a device in bytes.".to_owned();
    out.add((Kind::Gauge, "node_btrfs_device_size_bytes"), help, labels, bytes);
}
