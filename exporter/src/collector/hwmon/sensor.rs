//! A chip's sensors: the files that make one up, and the families that its properties become.

use std::collections::BTreeMap;

use super::chip::cleaned;
use crate::sample::{Kind, NamedFamilies};
use crate::source::{Folder, ReadError, list, read_label};

/// What a sensor measures or drives: how its files' names begin.
const TYPES: [&str; 14] = [
    "beep_enable",
    "cpu",
    "curr",
    "energy",
    "fan",
    "freq",
    "humidity",
    "in",
    "intrusion",
    "power",
    "pwm",
    "temp",
    "update_interval",
    "vrm",
];

/// Texts by property; the property is empty for a file without one, as `pwm1`.
pub(super) type Properties = BTreeMap<String, String>;

/// Properties by sensor: `temp1`, `fan2`, ….
#[derive(Default)]
pub(super) struct Sensors(BTreeMap<String, Properties>);

impl Sensors {
    /// Reads the files of a chip and of its device, where old drivers put theirs.
    pub(super) fn read(chip: &Folder) -> Result<Self, ReadError> {
        let mut sensors = Sensors::default();
        sensors.read_folder(chip)?;
        let device = chip.folder("device");
        if device.path().exists() {
            sensors.read_folder(&device)?;
        }
        Ok(sensors)
    }

    fn read_folder(&mut self, folder: &Folder) -> Result<(), ReadError> {
        for file in list(folder.path())? {
            let Some((sensor, property)) = sensor_of(&file) else { continue };
            // Drivers fail for sensors that are not connected or busy; such a property is not there.
            if let Ok(text) = read_label(&folder.path().join(&file)) {
                self.0.entry(sensor).or_default().insert(property.to_owned(), text);
            }
        }
        Ok(())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Properties)> {
        self.0.iter()
    }
}

/// `temp1` and `crit_alarm` from `temp1_crit_alarm`, when that is a sensor's file.
fn sensor_of(file: &str) -> Option<(String, &str)> {
    let (kind, rest) = file.split_at(file.find(|c: char| c.is_ascii_digit()).unwrap_or(file.len()));
    if !TYPES.contains(&kind) {
        return None;
    }
    let (digits, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    let number: u64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let property = if rest.is_empty() { "" } else { rest.strip_prefix('_').filter(|property| !property.is_empty())? };
    Some((format!("{kind}{number}"), property))
}

/// Writes one sensor's series.
pub(super) fn write(chip: &str, sensor: &str, properties: &Properties, out: &mut NamedFamilies<'_>) {
    let kind = sensor.trim_end_matches(|c: char| c.is_ascii_digit());
    let own = properties.get("").map(String::as_str);
    if let Some(label) = properties.get("label") {
        let help = || "A sensor's label, as its driver or firmware says; always 1.".to_owned();
        let labels = [("chip", chip), ("label", label), ("sensor", sensor)];
        out.add((Kind::Gauge, "node_hwmon_sensor_label"), help, &labels, 1u64);
    }
    let labels = [("chip", chip), ("sensor", sensor)];
    let mut gauge = |name, help: &str, value: f64| out.add((Kind::Gauge, name), || help.to_owned(), &labels, value);
    match kind {
        "beep_enable" => {
            let enabled = u8::from(own == Some("1"));
            gauge("node_hwmon_beep_enabled", "1 when the chip may beep.", enabled.into());
        }
        "vrm" => {
            if let Some(version) = own.and_then(number) {
                gauge("node_hwmon_voltage_regulator_version", "Version of the VRM standard.", version);
            }
        }
        "update_interval" => {
            if let Some(milliseconds) = own.and_then(number) {
                let help = "Seconds between two readings that the chip takes.";
                gauge("node_hwmon_update_interval_seconds", help, milliseconds * 0.001);
            }
        }
        _ => write_properties(chip, sensor, kind, properties, out),
    }
}

fn write_properties(chip: &str, sensor: &str, kind: &str, properties: &Properties, out: &mut NamedFamilies<'_>) {
    for (property, text) in properties.iter().filter(|(property, _)| *property != "label") {
        let Some(value) = number(text) else { continue };
        if (kind, property.as_str()) == ("freq", "input") {
            write_frequency(chip, properties, value, out);
            continue;
        }
        let series = Series::of(kind, property, properties.contains_key(""));
        let shown = if property.is_empty() { "value" } else { property };
        let help = || format!("Hardware monitoring: {kind}, {shown}.");
        let labels = [("chip", chip), ("sensor", sensor)];
        out.add((series.kind, &series.name), help, &labels, series.unit.applied(value));
    }
}

/// A clock's frequency goes under its label, since the sensors of graphics cards have numbers that say nothing.
fn write_frequency(chip: &str, properties: &Properties, hertz: f64, out: &mut NamedFamilies<'_>) {
    let Some(label) = properties.get("label") else { return };
    let name = if properties.contains_key("") { "node_hwmon_freq_input_freq_mhz" } else { "node_hwmon_freq_freq_mhz" };
    let labels = [("chip", chip), ("sensor", &cleaned(label))];
    out.add((Kind::Gauge, name), || "Frequency of a clock in megahertz.".to_owned(), &labels, hertz / 1_000_000.0);
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The family of a property, and what its numbers have to be multiplied with.
struct Series {
    kind: Kind,
    name: String,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    One,
    Thousandth,
    Millionth,
}

impl Unit {
    fn applied(self, value: f64) -> f64 {
        match self {
            Unit::One => value,
            Unit::Thousandth => value * 0.001,
            Unit::Millionth => value / 1_000_000.0,
        }
    }
}

impl Series {
    /// `has_own` tells whether the sensor has a file without a property, which then has the plain name.
    fn of(kind: &str, property: &str, has_own: bool) -> Self {
        let (suffix, unit) = suffix_and_unit(kind, property);
        let mut name = format!("node_hwmon_{kind}");
        match property {
            "" => {}
            "input" if !has_own => {}
            property => {
                name.push('_');
                name.push_str(&cleaned(property));
            }
        }
        name.push_str(suffix);
        let kind = if suffix == "_joule_total" { Kind::Counter } else { Kind::Gauge };
        Series { kind, name, unit }
    }
}

fn suffix_and_unit(kind: &str, property: &str) -> (&'static str, Unit) {
    match (kind, property) {
        (_, "fault" | "alarm") => ("", Unit::One),
        (_, "beep") => ("_enabled", Unit::One),
        ("in" | "cpu", _) => ("_volts", Unit::Thousandth),
        ("temp", property) if property != "type" => ("_celsius", Unit::Thousandth),
        ("curr", _) => ("_amps", Unit::Thousandth),
        ("energy", _) => ("_joule_total", Unit::Millionth),
        ("power", "accuracy") | ("humidity", _) => ("", Unit::Millionth),
        ("power", "average_interval" | "average_interval_min" | "average_interval_max") => {
            ("_seconds", Unit::Thousandth)
        }
        ("power", _) => ("_watt", Unit::Millionth),
        ("fan", "input" | "min" | "max" | "target") => ("_rpm", Unit::One),
        _ => ("", Unit::One),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Families;

    #[test]
    fn a_file_is_a_sensors_by_its_name() {
        let parts = |file| sensor_of(file).map(|(sensor, property)| (sensor, property.to_owned()));
        let is = |sensor: &str, property: &str| Some((sensor.to_owned(), property.to_owned()));
        assert_eq!(parts("temp1_crit_alarm"), is("temp1", "crit_alarm"));
        assert_eq!(parts("pwm2"), is("pwm2", ""));
        assert_eq!(parts("update_interval"), is("update_interval0", ""));
        assert_eq!(parts("pwm1_auto_point1_temp"), is("pwm1", "auto_point1_temp"));
        for other in ["name", "temp1x", "temp1_", "uevent", "", "1", "temp99999999999999999999_input"] {
            assert_eq!(parts(other), None, "{other}");
        }
    }

    fn written(sensor: &str, properties: &[(&str, &str)]) -> String {
        let properties = properties.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut out = Families::default();
        write("c", sensor, &properties, &mut NamedFamilies::new(&mut out));
        out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span)).into_owned()).collect()
    }

    #[test]
    fn properties_have_base_units() {
        let series = |name: &str, value: &str| {
            let sensor = name.split_once('_').unwrap_or((name, "")).0;
            written(sensor, &[(name.split_once('_').unwrap_or((name, "")).1, value)])
        };
        assert_eq!(series("temp1_input", "41500"), "node_hwmon_temp_celsius{chip=\"c\",sensor=\"temp1\"} 41.5\n");
        assert_eq!(series("in0_max", "1744"), "node_hwmon_in_max_volts{chip=\"c\",sensor=\"in0\"} 1.744\n");
        assert_eq!(
            series("energy1_input", "2500000"),
            "node_hwmon_energy_joule_total{chip=\"c\",sensor=\"energy1\"} 2.5\n"
        );
        assert_eq!(
            series("power1_average_interval", "500"),
            "node_hwmon_power_average_interval_seconds{chip=\"c\",sensor=\"power1\"} 0.5\n"
        );
        assert_eq!(series("fan1_div", "2"), "node_hwmon_fan_div{chip=\"c\",sensor=\"fan1\"} 2\n");
        assert_eq!(series("temp1_type", "4"), "node_hwmon_temp_type{chip=\"c\",sensor=\"temp1\"} 4\n");
        assert_eq!(series("temp1_beep", "0"), "node_hwmon_temp_beep_enabled{chip=\"c\",sensor=\"temp1\"} 0\n");
        assert_eq!(series("temp1_input", "N/A"), "");
    }

    #[test]
    fn a_clock_goes_by_its_label() {
        let clock = written("freq1", &[("input", "300000000"), ("label", "sclk")]);
        assert!(clock.contains("node_hwmon_freq_freq_mhz{chip=\"c\",sensor=\"sclk\"} 300\n"), "{clock}");
        assert_eq!(written("freq1", &[("input", "300000000")]), "");
    }

    #[test]
    fn an_input_beside_a_plain_file_keeps_its_name() {
        let both = written("pwm1", &[("", "255"), ("input", "3")]);
        assert!(both.contains("node_hwmon_pwm{") && both.contains("node_hwmon_pwm_input{"), "{both}");
    }
}
