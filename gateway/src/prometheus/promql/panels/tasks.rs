//! Processes, sockets and open files.

use super::{Definition, PLAIN};
use crate::prometheus::promql::combined;

pub(super) const PANELS: &[Definition] = &[
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
];
