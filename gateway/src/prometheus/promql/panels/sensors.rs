//! Sensors of the machine itself.

use super::{Definition, PLAIN};
use crate::wire::panel::Unit;

pub(super) const PANELS: &[Definition] = &[Definition {
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
}];
