//! Disks and the filesystems on them.

use super::{Definition, PLAIN, rate_by_device};
use crate::prometheus::promql::recorded::filesystem_ratio;
use crate::prometheus::promql::{REAL_FILESYSTEMS, TAG, combined};
use crate::wire::panel::Unit;

/// The panel that tells when filesystems are full; it needs an hour of history.
pub const FILESYSTEM_GROWTH: &str = "filesystem_growth";

pub(super) const PANELS: &[Definition] = &[
    Definition {
        id: "disk_throughput",
        title: "Disk throughput",
        description: "Bytes read and written by each device.",
        unit: Unit::BytesPerSecond,
        group: "disk",
        requires: &["node_disk_read_bytes_total"],
        legend: &["device", TAG],
        expression: |s| {
            combined([
                ("read", rate_by_device(s, "node_disk_read_bytes_total")),
                ("written", rate_by_device(s, "node_disk_written_bytes_total")),
            ])
        },
        ..PLAIN
    },
    Definition {
        id: "disk_iops",
        title: "Disk operations",
        description: "Completed reads and writes of each device.",
        unit: Unit::PerSecond,
        group: "disk",
        requires: &["node_disk_reads_completed_total"],
        legend: &["device", TAG],
        expression: |s| {
            combined([
                ("reads", rate_by_device(s, "node_disk_reads_completed_total")),
                ("writes", rate_by_device(s, "node_disk_writes_completed_total")),
            ])
        },
        ..PLAIN
    },
    Definition {
        id: "disk_busy",
        title: "Disk busy",
        description: "Share of time in which a device had work.",
        unit: Unit::Ratio,
        group: "disk",
        maximum: Some(1.0),
        requires: &["node_disk_io_time_seconds_total"],
        legend: &["device"],
        expression: |s| rate_by_device(s, "node_disk_io_time_seconds_total"),
        ..PLAIN
    },
    Definition {
        id: "disk_latency",
        title: "Disk latency",
        description: "Mean time from asking a device to its answer.",
        unit: Unit::Seconds,
        group: "disk",
        requires: &["node_disk_read_time_seconds_total"],
        legend: &["device", TAG],
        expression: |s| {
            // Where nothing was read, there is no time that reading took.
            let of = |time: &str, count: &str| {
                let (time, count) =
                    (format!("node_disk_{time}_time_seconds_total"), format!("node_disk_{count}_completed_total"));
                format!("{} / ({} > 0)", rate_by_device(s, &time), rate_by_device(s, &count))
            };
            combined([("read", of("read", "reads")), ("write", of("write", "writes"))])
        },
        ..PLAIN
    },
    Definition {
        id: "filesystem",
        title: "Filesystems",
        description: "Used share of what users may fill.",
        unit: Unit::Ratio,
        group: "disk",
        maximum: Some(1.0),
        thresholds: &[("FilesystemAlmostFull", 0.95)],
        requires: &["node_filesystem_size_bytes"],
        legend: &["mountpoint"],
        expression: |s| format!("max by (mountpoint) ({})", filesystem_ratio(&format!("{},", s.server))),
        ..PLAIN
    },
    Definition {
        id: FILESYSTEM_GROWTH,
        title: "Filesystem growth",
        description: "How fast each filesystem fills, over six hours; below zero it empties.",
        unit: Unit::BytesPerSecond,
        group: "disk",
        requires: &["node_filesystem_avail_bytes"],
        legend: &["mountpoint"],
        expression: |s| {
            let left = format!("node_filesystem_avail_bytes{{{},{REAL_FILESYSTEMS}}}", s.server);
            // Minutes of history say nothing of days to come.
            format!("max by (mountpoint) (-deriv({left}[6h]) and {left} offset 1h)")
        },
        ..PLAIN
    },
];
