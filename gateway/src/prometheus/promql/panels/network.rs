//! Interfaces: traffic, how much of the link it takes, and what goes wrong.

use super::{Definition, PLAIN, rate_by_device};
use crate::prometheus::promql::{TAG, combined};
use crate::wire::panel::Unit;

pub(super) const PANELS: &[Definition] = &[
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
];
