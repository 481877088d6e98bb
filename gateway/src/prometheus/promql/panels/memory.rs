//! Memory and swap.

use super::{Definition, PLAIN};
use crate::prometheus::promql::combined;
use crate::wire::panel::Unit;

pub(super) const PANELS: &[Definition] = &[
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
];
