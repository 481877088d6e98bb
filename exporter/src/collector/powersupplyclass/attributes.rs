//! The attributes of power supplies that are shown, and their units.

pub(super) struct Number {
    pub(super) attribute: &'static str,
    pub(super) name: &'static str,
    pub(super) unit: Unit,
}

/// The unit of an attribute, which is shown a million (or ten) times as large.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    One,
    Percent,
    Second,
    MicroAmpere,
    MicroAmperehour,
    MicroVolt,
    MicroWatt,
    MicroWatthour,
    Millionth,
    DeciCelsius,
}

impl Unit {
    pub(super) fn applied(self, value: i64) -> f64 {
        match self {
            Unit::One | Unit::Percent | Unit::Second => value as f64,
            Unit::DeciCelsius => value as f64 / 10.0,
            _ => value as f64 / 1e6,
        }
    }

    /// The unit shown, as the end of a help text.
    pub(super) fn words(self) -> &'static str {
        match self {
            Unit::One => "",
            Unit::Percent => ", in percent",
            Unit::Second => ", in seconds",
            Unit::MicroAmpere => ", in amperes",
            Unit::MicroAmperehour => ", in ampere-hours",
            Unit::MicroVolt => ", in volts",
            Unit::MicroWatt => ", in watts",
            Unit::MicroWatthour => ", in watt-hours",
            Unit::Millionth => ", divided by a million",
            Unit::DeciCelsius => ", in degrees Celsius",
        }
    }
}

#[rustfmt::skip]
pub(super) const NUMBERS: &[Number] = &[
    Number { attribute: "authentic", name: "node_power_supply_authentic", unit: Unit::One },
    Number { attribute: "calibrate", name: "node_power_supply_calibrate", unit: Unit::One },
    Number { attribute: "capacity", name: "node_power_supply_capacity", unit: Unit::Percent },
    Number { attribute: "capacity_alert_max", name: "node_power_supply_capacity_alert_max", unit: Unit::Percent },
    Number { attribute: "capacity_alert_min", name: "node_power_supply_capacity_alert_min", unit: Unit::Percent },
    Number { attribute: "charge_control_limit", name: "node_power_supply_charge_control_limit", unit: Unit::Millionth },
    Number { attribute: "charge_control_limit_max", name: "node_power_supply_charge_control_limit_max", unit: Unit::Millionth },
    Number { attribute: "charge_counter", name: "node_power_supply_charge_counter", unit: Unit::MicroAmperehour },
    Number { attribute: "charge_empty", name: "node_power_supply_charge_empty", unit: Unit::MicroAmperehour },
    Number { attribute: "charge_empty_design", name: "node_power_supply_charge_empty_design", unit: Unit::MicroAmperehour },
    Number { attribute: "charge_full", name: "node_power_supply_charge_full", unit: Unit::MicroAmperehour },
    Number { attribute: "charge_full_design", name: "node_power_supply_charge_full_design", unit: Unit::MicroAmperehour },
    Number { attribute: "charge_now", name: "node_power_supply_charge_ampere", unit: Unit::MicroAmperehour },
    Number { attribute: "charge_term_current", name: "node_power_supply_charge_term_current", unit: Unit::MicroAmpere },
    Number { attribute: "constant_charge_current", name: "node_power_supply_constant_charge_current", unit: Unit::MicroAmpere },
    Number { attribute: "constant_charge_current_max", name: "node_power_supply_constant_charge_current_max", unit: Unit::MicroAmpere },
    Number { attribute: "constant_charge_voltage", name: "node_power_supply_constant_charge_voltage", unit: Unit::MicroVolt },
    Number { attribute: "constant_charge_voltage_max", name: "node_power_supply_constant_charge_voltage_max", unit: Unit::MicroVolt },
    Number { attribute: "current_boot", name: "node_power_supply_current_boot", unit: Unit::MicroAmpere },
    Number { attribute: "current_max", name: "node_power_supply_current_max", unit: Unit::MicroAmpere },
    Number { attribute: "current_now", name: "node_power_supply_current_ampere", unit: Unit::MicroAmpere },
    Number { attribute: "cycle_count", name: "node_power_supply_cyclecount", unit: Unit::One },
    Number { attribute: "energy_empty", name: "node_power_supply_energy_empty", unit: Unit::MicroWatthour },
    Number { attribute: "energy_empty_design", name: "node_power_supply_energy_empty_design", unit: Unit::MicroWatthour },
    Number { attribute: "energy_full", name: "node_power_supply_energy_full", unit: Unit::MicroWatthour },
    Number { attribute: "energy_full_design", name: "node_power_supply_energy_full_design", unit: Unit::MicroWatthour },
    Number { attribute: "energy_now", name: "node_power_supply_energy_watthour", unit: Unit::MicroWatthour },
    Number { attribute: "input_current_limit", name: "node_power_supply_input_current_limit", unit: Unit::MicroAmpere },
    Number { attribute: "online", name: "node_power_supply_online", unit: Unit::One },
    Number { attribute: "power_now", name: "node_power_supply_power_watt", unit: Unit::MicroWatt },
    Number { attribute: "precharge_current", name: "node_power_supply_precharge_current", unit: Unit::MicroAmpere },
    Number { attribute: "present", name: "node_power_supply_present", unit: Unit::One },
    Number { attribute: "temp", name: "node_power_supply_temp_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "temp_alert_max", name: "node_power_supply_temp_alert_max_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "temp_alert_min", name: "node_power_supply_temp_alert_min_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "temp_ambient", name: "node_power_supply_temp_ambient_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "temp_ambient_max", name: "node_power_supply_temp_ambient_max_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "temp_ambient_min", name: "node_power_supply_temp_ambient_min_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "temp_max", name: "node_power_supply_temp_max_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "temp_min", name: "node_power_supply_temp_min_celsius", unit: Unit::DeciCelsius },
    Number { attribute: "time_to_empty_now", name: "node_power_supply_time_to_empty_seconds", unit: Unit::Second },
    Number { attribute: "time_to_full_now", name: "node_power_supply_time_to_full_seconds", unit: Unit::Second },
    Number { attribute: "voltage_boot", name: "node_power_supply_voltage_boot", unit: Unit::MicroVolt },
    Number { attribute: "voltage_max", name: "node_power_supply_voltage_max", unit: Unit::MicroVolt },
    Number { attribute: "voltage_max_design", name: "node_power_supply_voltage_max_design", unit: Unit::MicroVolt },
    Number { attribute: "voltage_min", name: "node_power_supply_voltage_min", unit: Unit::MicroVolt },
    Number { attribute: "voltage_min_design", name: "node_power_supply_voltage_min_design", unit: Unit::MicroVolt },
    Number { attribute: "voltage_now", name: "node_power_supply_voltage_volt", unit: Unit::MicroVolt },
    Number { attribute: "voltage_ocv", name: "node_power_supply_voltage_ocv", unit: Unit::MicroVolt },
];

/// The labels of the info family, sorted: attributes, and the supply's name.
pub(super) const LABELS: [&str; 12] = [
    "capacity_level",
    "charge_type",
    "health",
    "manufacturer",
    "model_name",
    "power_supply",
    "scope",
    "serial_number",
    "status",
    "technology",
    "type",
    "usb_type",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sorted_and_no_attribute_stands_twice() {
        assert!(LABELS.is_sorted());
        assert!(NUMBERS.is_sorted_by(|left, right| left.attribute < right.attribute));
    }

    #[test]
    fn values_are_in_base_units() {
        assert_eq!(Unit::MicroVolt.applied(12_229_000), 12.229);
        assert_eq!(Unit::DeciCelsius.applied(-55), -5.5);
        assert_eq!(Unit::Percent.applied(81), 81.0);
    }
}
