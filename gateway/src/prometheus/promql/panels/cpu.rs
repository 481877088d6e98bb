//! Processors: what they do, how much is asked of them, and what waits.

use super::{Definition, PLAIN};
use crate::prometheus::promql::combined;
use crate::prometheus::promql::recorded::busy_share;
use crate::wire::panel::Unit;

pub(super) const PANELS: &[Definition] = &[
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
];
