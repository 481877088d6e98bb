//! The catalogue of panels: named expressions with a title and a unit. A new panel is an entry here.

use super::recorded::{busy_share, filesystem_ratio};
use super::{REAL_FILESYSTEMS, Selector, TAG, Window, combined};
use crate::wire::panel::{Panel, Threshold, Unit};

/// One panel: what a page says about it, and how its history is asked for.
#[derive(Debug)]
pub struct Definition {
    pub id: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub unit: Unit,
    pub group: &'static str,
    pub stacked: bool,
    pub maximum: Option<f64>,
    /// Rules of ours that compare the panel's own values, and with what.
    pub thresholds: &'static [(&'static str, f64)],
    pub requires: &'static [&'static str],
    /// The labels that tell its series apart; their values make the series' names.
    pub legend: &'static [&'static str],
    /// Series of these names come first, in this order.
    pub order: &'static [&'static str],
    expression: fn(&Scope) -> String,
}

/// Whose history, and over which window a rate is taken.
pub struct Scope {
    pub server: Selector,
    /// The same server as GPUs know it from another job: by its host's name.
    pub host: Selector,
    pub window: Window,
}

impl Definition {
    pub fn expression(&self, scope: &Scope) -> String {
        (self.expression)(scope)
    }

    pub fn to_wire(&self) -> Panel {
        Panel {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            unit: self.unit,
            group: self.group.to_owned(),
            stacked: self.stacked,
            maximum: self.maximum,
            thresholds: self
                .thresholds
                .iter()
                .map(|&(alert, value)| Threshold { alert: alert.to_owned(), value })
                .collect(),
            requires: self.requires.iter().map(|&family| family.to_owned()).collect(),
        }
    }
}

pub fn find(id: &str) -> Option<&'static Definition> {
    PANELS.iter().find(|panel| panel.id == id)
}

/// What most panels are: unstacked, without a bound.
const PLAIN: Definition = Definition {
    id: "",
    title: "",
    description: "",
    unit: Unit::Count,
    group: "",
    stacked: false,
    maximum: None,
    thresholds: &[],
    requires: &[],
    legend: &[TAG],
    order: &[],
    expression: |_| String::new(),
};

/// The panel that tells when filesystems are full; it needs an hour of history.
pub const FILESYSTEM_GROWTH: &str = "filesystem_growth";

/// In reading order.
pub const PANELS: &[Definition] = &[
    Definition {
        id: "cpu",
        title: "CPU",
        description: "Share of all cores' time by what they did; the rest is idle.",
        unit: Unit::Ratio,
        group: "cpu",
        stacked: true,
        maximum: Some(1.0),
        thresholds: &[("CpuSaturated", 0.95)],
        requires: &["node_cpu_seconds_total"],
        legend: &["mode"],
        order: &["system", "user", "nice", "iowait", "irq", "softirq", "steal"],
        expression: |s| {
            let time = |by: &str, matchers: &str| {
                format!("sum {by}(rate(node_cpu_seconds_total{{{}{matchers}}}[{}]))", s.server, s.window)
            };
            // Of all time that was counted: see `busy_share`.
            format!("{} / scalar({})", time("by (mode) ", r#",mode!="idle""#), time("", ""))
        },
    },
    Definition {
        id: "cpu_cores",
        title: "CPU by core",
        description: "Busy share of each core.",
        unit: Unit::Ratio,
        group: "cpu",
        maximum: Some(1.0),
        requires: &["node_cpu_seconds_total"],
        legend: &["cpu"],
        expression: |s| format!("clamp_min({}, 0)", busy_share("cpu", &format!("{},", s.server), s.window)),
        ..PLAIN
    },
    Definition {
        id: "load",
        title: "Load",
        description: "Mean number of tasks that ran or waited, beside the number of cores.",
        group: "cpu",
        requires: &["node_load1"],
        order: &["1 minute", "5 minutes", "15 minutes", "cores"],
        expression: |s| {
            let cores = format!(r#"count(node_cpu_seconds_total{{{},mode="idle"}})"#, s.server);
            let load = |minutes: &str| format!("max(node_load{minutes}{{{}}})", s.server);
            combined([("1 minute", load("1")), ("5 minutes", load("5")), ("15 minutes", load("15")), ("cores", cores)])
        },
        ..PLAIN
    },
    Definition {
        id: "memory",
        title: "Memory",
        description: "What memory holds; buffers and cache are given back when programs need them.",
        unit: Unit::Bytes,
        group: "memory",
        stacked: true,
        requires: &["node_memory_MemTotal_bytes"],
        order: &["used", "buffers", "cached", "free"],
        expression: |s| {
            let of = |field: &str| format!("max(node_memory_{field}_bytes{{{}}})", s.server);
            let (total, free, buffers, cached) = (of("MemTotal"), of("MemFree"), of("Buffers"), of("Cached"));
            combined([
                ("used", format!("{total} - {free} - {buffers} - {cached}")),
                ("buffers", buffers),
                ("cached", cached),
                ("free", free),
            ])
        },
        ..PLAIN
    },
    Definition {
        id: "swap",
        title: "Swap",
        description: "Memory that was moved to disk.",
        unit: Unit::Bytes,
        group: "memory",
        requires: &["node_memory_SwapTotal_bytes"],
        expression: |s| {
            let of = |field: &str| format!("max(node_memory_{field}_bytes{{{}}})", s.server);
            combined([("used", format!("{} - {}", of("SwapTotal"), of("SwapFree"))), ("total", of("SwapTotal"))])
        },
        ..PLAIN
    },
    Definition {
        id: "pressure",
        title: "Pressure",
        description: "Share of time in which work waited for a resource.",
        unit: Unit::Ratio,
        group: "cpu",
        thresholds: &[("MemoryThrashing", 0.1)],
        requires: &["node_pressure_cpu_waiting_seconds_total"],
        expression: |s| {
            let of =
                |what: &str| format!("max(rate(node_pressure_{what}_seconds_total{{{}}}[{}]))", s.server, s.window);
            combined([
                ("CPU", of("cpu_waiting")),
                ("memory, some", of("memory_waiting")),
                ("memory, all", of("memory_stalled")),
                ("I/O, some", of("io_waiting")),
                ("I/O, all", of("io_stalled")),
            ])
        },
        ..PLAIN
    },
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
    Definition {
        id: "network",
        title: "Network",
        description: "Bytes received and transmitted by each interface.",
        unit: Unit::BytesPerSecond,
        group: "network",
        requires: &["node_network_receive_bytes_total"],
        legend: &["device", TAG],
        expression: |s| {
            combined([
                ("received", rate_by_device(s, "node_network_receive_bytes_total")),
                ("transmitted", rate_by_device(s, "node_network_transmit_bytes_total")),
            ])
        },
        ..PLAIN
    },
    Definition {
        id: "network_utilization",
        title: "Network utilization",
        description: "Share of the link's speed that its busier direction uses.",
        unit: Unit::Ratio,
        group: "network",
        maximum: Some(1.0),
        requires: &["node_network_speed_bytes"],
        legend: &["device"],
        expression: |s| {
            let of = |direction: &str| rate_by_device(s, &format!("node_network_{direction}_bytes_total"));
            let (received, transmitted) = (of("receive"), of("transmit"));
            // The kernel says -1 where a link has no speed.
            let speed = format!("(max by (device) (node_network_speed_bytes{{{}}}) > 0)", s.server);
            format!("({received} >= {transmitted} or {transmitted}) / {speed}")
        },
        ..PLAIN
    },
    Definition {
        id: "network_errors",
        title: "Network errors",
        description: "Packets that were wrong or dropped, received and transmitted.",
        unit: Unit::PerSecond,
        group: "network",
        requires: &["node_network_receive_errs_total"],
        legend: &["device", TAG],
        expression: |s| {
            let both = |what: &str| {
                let of = |direction: &str| rate_by_device(s, &format!("node_network_{direction}_{what}_total"));
                format!("{} + {}", of("receive"), of("transmit"))
            };
            combined([("errors", both("errs")), ("drops", both("drop"))])
        },
        ..PLAIN
    },
    Definition {
        id: "processes",
        title: "Processes",
        description: "Tasks that run, and tasks that wait for a disk or another device.",
        group: "tasks",
        requires: &["node_procs_running"],
        order: &["running", "blocked"],
        expression: |s| {
            let of = |state: &str| format!("max(node_procs_{state}{{{}}})", s.server);
            combined([("running", of("running")), ("blocked", of("blocked"))])
        },
        ..PLAIN
    },
    Definition {
        id: "sockets",
        title: "Sockets",
        description: "In use by protocol, and TCP connections that were closed a moment ago.",
        group: "tasks",
        requires: &["node_sockstat_TCP_inuse"],
        order: &["TCP", "TCP, closing", "UDP"],
        expression: |s| {
            let of = |what: &str| format!("max(node_sockstat_{what}{{{}}})", s.server);
            combined([("TCP", of("TCP_inuse")), ("TCP, closing", of("TCP_tw")), ("UDP", of("UDP_inuse"))])
        },
        ..PLAIN
    },
    Definition {
        id: "file_descriptors",
        title: "Open files",
        description: "Files that are open, beside how many may be.",
        group: "tasks",
        requires: &["node_filefd_allocated"],
        order: &["open", "allowed"],
        expression: |s| {
            // Where there is no limit, the kernel says the largest number it has; that is no line worth drawing.
            let allowed = format!("(max(node_filefd_maximum{{{}}}) < 1e15)", s.server);
            combined([("open", format!("max(node_filefd_allocated{{{}}})", s.server)), ("allowed", allowed)])
        },
        ..PLAIN
    },
    Definition {
        id: "temperature",
        title: "Temperature",
        description: "Every sensor of the server.",
        unit: Unit::Celsius,
        group: "hardware",
        requires: &["node_hwmon_temp_celsius"],
        legend: &["chip", "sensor", "type", "zone"],
        expression: |s| {
            format!(
                "max by (chip, sensor) (node_hwmon_temp_celsius{{{0}}}) or max by (type, zone) (node_thermal_zone_temp{{{0}}})",
                s.server
            )
        },
        ..PLAIN
    },
    Definition {
        id: "gpu_utilization",
        title: "GPU",
        description: "Share of time in which each GPU ran a kernel.",
        unit: Unit::Ratio,
        group: "gpu",
        maximum: Some(1.0),
        requires: &["DCGM_FI_DEV_GPU_UTIL"],
        legend: &["gpu"],
        expression: |s| format!("{} / 100", gpu(s, "DCGM_FI_DEV_GPU_UTIL")),
        ..PLAIN
    },
    Definition {
        id: "gpu_memory",
        title: "GPU memory",
        description: "Memory in use on each GPU.",
        unit: Unit::Bytes,
        group: "gpu",
        requires: &["DCGM_FI_DEV_FB_USED"],
        legend: &["gpu"],
        expression: |s| format!("{} * 1048576", gpu(s, "DCGM_FI_DEV_FB_USED")),
        ..PLAIN
    },
    Definition {
        id: "gpu_temperature",
        title: "GPU temperature",
        description: "Of each GPU.",
        unit: Unit::Celsius,
        group: "gpu",
        requires: &["DCGM_FI_DEV_GPU_TEMP"],
        legend: &["gpu"],
        expression: |s| gpu(s, "DCGM_FI_DEV_GPU_TEMP"),
        ..PLAIN
    },
    Definition {
        id: "gpu_power",
        title: "GPU power",
        description: "Drawn by each GPU.",
        unit: Unit::Watts,
        group: "gpu",
        requires: &["DCGM_FI_DEV_POWER_USAGE"],
        legend: &["gpu"],
        expression: |s| gpu(s, "DCGM_FI_DEV_POWER_USAGE"),
        ..PLAIN
    },
];

fn rate_by_device(scope: &Scope, metric: &str) -> String {
    format!("sum by (device) (rate({metric}{{{}}}[{}]))", scope.server, scope.window)
}

fn gpu(scope: &Scope, metric: &str) -> String {
    format!("max by (gpu) ({metric}{{{}}} or {metric}{{{}}})", scope.server, scope.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = include_str!("../../../../prometheus/rules/alerts.yml");

    /// A line on a chart that no rule draws would lie.
    #[test]
    fn thresholds_are_those_of_the_rules() {
        for panel in PANELS {
            for (alert, value) in panel.thresholds {
                let (_, rule) = RULES.split_once(&format!("- alert: {alert}\n")).expect(alert);
                let rule = rule.split("- alert:").next().unwrap();
                let left = (1.0 - value) * 1_000.0;
                let (above, left) = (format!("> {value}"), format!("< {}", left.round() / 1_000.0));
                assert!(
                    rule.contains(&above) || rule.contains(&left),
                    "{alert} compares with neither {above} nor {left}"
                );
            }
        }
    }
}
