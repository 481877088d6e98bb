//! Units one by one: which properties are asked for, and what their values become.

use zbus::OwnedVariant;

use super::Details;
use super::manager::{SERVICE, STATES, Unit, number};
use crate::sample::{Families, Family};
use crate::source::bus::Property;

/// A property to ask a unit for.
#[derive(Clone)]
pub(super) struct Wanted {
    /// The unit's place.
    unit: usize,
    what: What,
    pub(super) property: Property,
}

/// What a property's value is for.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Type,
    Restarts,
    TasksCurrent,
    TasksMax,
    StartTime,
    LastTrigger,
    Accepted,
    Connections,
    Refused,
}

/// The properties of units that the samples are made of.
pub(super) fn properties_of(units: &[Unit], details: Details, timers: bool) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for (place, unit) in units.iter().enumerate() {
        let mut want = |what, interface, name| {
            let property = Property { service: SERVICE, path: unit.path.clone(), interface, name };
            wanted.push(Wanted { unit: place, what, property });
        };
        match unit.name.rsplit('.').next() {
            Some("service") => {
                const SERVICE: &str = "org.freedesktop.systemd1.Service";
                want(What::Type, SERVICE, "Type");
                if details.restarts {
                    want(What::Restarts, SERVICE, "NRestarts");
                }
                if details.tasks {
                    want(What::TasksCurrent, SERVICE, "TasksCurrent");
                    want(What::TasksMax, SERVICE, "TasksMax");
                }
            }
            Some("mount") => want(What::Type, "org.freedesktop.systemd1.Mount", "Type"),
            Some("timer") if timers => want(What::LastTrigger, "org.freedesktop.systemd1.Timer", "LastTriggerUSec"),
            Some("socket") => {
                const SOCKET: &str = "org.freedesktop.systemd1.Socket";
                want(What::Accepted, SOCKET, "NAccepted");
                want(What::Connections, SOCKET, "NConnections");
                want(What::Refused, SOCKET, "NRefused");
            }
            _ => {}
        }
        // A unit that is not active has 0 for an answer, without a call.
        if details.start_times && unit.active_state == "active" {
            want(What::StartTime, "org.freedesktop.systemd1.Unit", "ActiveEnterTimestamp");
        }
    }
    wanted
}

struct Output {
    state: Family,
    restarts: Family,
    tasks_current: Family,
    tasks_max: Family,
    start_time: Family,
    last_trigger: Family,
    accepted: Family,
    connections: Family,
    refused: Family,
}

#[rustfmt::skip]
fn declare(out: &mut Families) -> Output {
    Output {
        state: out.gauge("node_systemd_unit_state", "1 for the state that a unit is in, 0 for the others."),
        restarts: out.counter("node_systemd_service_restart_total", "Times that a service was restarted by itself."),
        tasks_current: out.gauge("node_systemd_unit_tasks_current", "Tasks of a service."),
        tasks_max: out.gauge("node_systemd_unit_tasks_max", "Most tasks that a service may have."),
        start_time: out.gauge("node_systemd_unit_start_time_seconds", "When a unit became active, in seconds since 1970; 0 when it is not."),
        last_trigger: out.gauge("node_systemd_timer_last_trigger_seconds", "When a timer last went off, in seconds since 1970."),
        accepted: out.counter("node_systemd_socket_accepted_connections_total", "Connections that a socket accepted."),
        connections: out.gauge("node_systemd_socket_current_connections", "Connections of a socket now."),
        refused: out.gauge("node_systemd_socket_refused_connections_total", "Connections that a socket refused."),
    }
}

/// Writes the samples; `values` belong to `wanted`, one by one.
pub(super) fn write(
    units: &[Unit],
    wanted: &[Wanted],
    values: Vec<Option<OwnedVariant>>,
    details: Details,
    out: &mut Families,
) {
    let families = declare(out);
    let mut kinds = vec![String::new(); units.len()];
    for (it, value) in wanted.iter().zip(values) {
        let (Some(value), Some(unit)) = (value, units.get(it.unit)) else { continue };
        if it.what == What::Type {
            kinds[it.unit] = String::try_from(value).unwrap_or_default();
        } else if let Some(value) = number(&value) {
            write_number(&families, it.what, &unit.name, value, out);
        }
    }
    for (unit, kind) in units.iter().zip(&kinds) {
        for state in STATES {
            let labels = [("name", unit.name.as_str()), ("state", state), ("type", kind)];
            out.add(families.state, &labels, unit.active_state == state);
        }
        if details.start_times && unit.active_state != "active" {
            out.add(families.start_time, &[("name", &unit.name)], 0u64);
        }
    }
}

fn write_number(families: &Output, what: What, unit: &str, value: u64, out: &mut Families) {
    let labels = [("name", unit)];
    match what {
        What::Type => {}
        What::Restarts => out.add(families.restarts, &labels, value),
        // The largest number stands for "not known" and "no limit".
        What::TasksCurrent | What::TasksMax if value == u64::MAX => {}
        What::TasksCurrent => out.add(families.tasks_current, &labels, value),
        What::TasksMax => out.add(families.tasks_max, &labels, value),
        What::StartTime => out.add(families.start_time, &labels, value as f64 / 1e6),
        What::LastTrigger => out.add(families.last_trigger, &labels, value as f64 / 1e6),
        What::Accepted => out.add(families.accepted, &labels, value),
        What::Connections => out.add(families.connections, &labels, value),
        What::Refused => out.add(families.refused, &labels, value),
    }
}
