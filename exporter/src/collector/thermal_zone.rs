//! Temperatures and cooling devices as the kernel's thermal framework sees them, from `/sys/class/thermal`.
//!
//! A server has a cooling device for every CPU, hundreds of them: their files stay open.

use std::collections::BTreeMap;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{Folder, KeptFile, ReadError, if_offered, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "thermal_zone",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| {
        let class = Folder::new(settings.roots.sys("class/thermal"));
        Ok(Box::new(ThermalZone { class, zones: BTreeMap::new(), devices: BTreeMap::new() }))
    },
};

const ZONE: &str = "thermal_zone";
const DEVICE: &str = "cooling_device";

struct ThermalZone {
    class: Folder,
    /// By the names of their folders.
    zones: BTreeMap<String, Zone>,
    devices: BTreeMap<String, Device>,
}

struct Zone {
    kind: KeptFile,
    temperature: KeptFile,
}

struct Device {
    kind: KeptFile,
    maximum: KeptFile,
    state: KeptFile,
}

impl Collector for ThermalZone {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let names = self.class.names()?;
        let file = |folder: &str, name| KeptFile::new(self.class.path().join(folder).join(name));
        follow(&mut self.zones, &names, ZONE, |folder| Zone {
            kind: file(folder, "type"),
            temperature: file(folder, "temp"),
        });
        follow(&mut self.devices, &names, DEVICE, |folder| Device {
            kind: file(folder, "type"),
            maximum: file(folder, "max_state"),
            state: file(folder, "cur_state"),
        });
        self.write_zones(&mut scrape.scratch, out)?;
        self.write_devices(&mut scrape.scratch, out)?;
        Ok(())
    }
}

/// Brings what is known up to what there is: names that are `prefix` and a number.
fn follow<T>(known: &mut BTreeMap<String, T>, names: &[String], prefix: &str, new: impl Fn(&str) -> T) {
    let numbered =
        |name: &&String| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    known.retain(|name, _| names.binary_search(name).is_ok());
    for name in names.iter().filter(numbered) {
        if !known.contains_key(name) {
            known.insert(name.clone(), new(name));
        }
    }
}

impl ThermalZone {
    fn write_zones(&mut self, buffer: &mut Vec<u8>, out: &mut Families) -> Result<(), ReadError> {
        let temperature = out.gauge("node_thermal_zone_temp", "Temperature of a thermal zone in degrees Celsius.");
        for (name, zone) in &mut self.zones {
            // A zone that is off, or whose sensor does not answer, has no temperature; 0 °C would be a lie.
            let Ok(millidegrees) = zone.temperature.read_number::<i64>(buffer) else { continue };
            let kind = if_offered(kind(&mut zone.kind, buffer))?.unwrap_or_default();
            let labels = [("type", kind.as_str()), ("zone", &name[ZONE.len()..])];
            out.add(temperature, &labels, millidegrees as f64 / 1000.0);
        }
        Ok(())
    }

    fn write_devices(&mut self, buffer: &mut Vec<u8>, out: &mut Families) -> Result<(), ReadError> {
        let current =
            out.gauge("node_cooling_device_cur_state", "How much a cooling device cools now, of its maximum.");
        let most = out.gauge("node_cooling_device_max_state", "The state in which a cooling device cools most.");
        for (name, device) in &mut self.devices {
            let (Some(kind), Some(maximum), Some(state)) = (
                if_offered(kind(&mut device.kind, buffer))?,
                if_offered(device.maximum.read_number::<i64>(buffer))?,
                if_offered(device.state.read_number::<i64>(buffer))?,
            ) else {
                continue;
            };
            let labels = [("name", &name[DEVICE.len()..]), ("type", kind.as_str())];
            out.add(current, &labels, state);
            out.add(most, &labels, maximum);
        }
        Ok(())
    }
}

fn kind(file: &mut KeptFile, buffer: &mut Vec<u8>) -> Result<String, ReadError> {
    Ok(text::shown(file.read_page(buffer)?.trim_ascii()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_come_and_go() {
        let mut known = BTreeMap::new();
        let mut followed = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
            follow(&mut known, &names, DEVICE, str::to_owned);
            known.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(
            followed(&["cooling_device", "cooling_device0", "cooling_device10", "thermal_zone0"]),
            ["cooling_device0", "cooling_device10"]
        );
        assert_eq!(followed(&["cooling_device10", "cooling_device2"]), ["cooling_device10", "cooling_device2"]);
        assert!(followed(&[]).is_empty());
    }
}
