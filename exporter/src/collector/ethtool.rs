//! What network drivers tell of themselves: abilities of their ports, versions, and statistics of their own.

mod modes;
mod names;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::ethtool::{Driver, Ethtool};
use crate::source::list;
use names::{Family, Names};

pub(super) const REGISTRATION: Registration = Registration {
    name: "ethtool",
    enabled_by_default: false,
    // A driver may ask its hardware.
    pace: Pace::Slow,
    flags: &[
        Flag::text("collector.ethtool.device-include", "REGEX", "", "Interfaces to expose; excludes the other."),
        Flag::text("collector.ethtool.device-exclude", "REGEX", "", "Interfaces not to expose."),
        Flag::text("collector.ethtool.metrics-include", "REGEX", ".*", "Statistics to expose, by the driver's names."),
    ],
    new: |settings| {
        Ok(Box::new(EthtoolCollector {
            folder: settings.roots.sys("class/net"),
            devices: settings.filter("collector.ethtool.device-include", "collector.ethtool.device-exclude")?,
            names: Names::new(settings.pattern("collector.ethtool.metrics-include")?),
            ethtool: None,
        }))
    },
};

struct EthtoolCollector {
    folder: PathBuf,
    devices: Filter,
    names: Names,
    /// Made at the first scrape and kept.
    ethtool: Option<Ethtool>,
}

impl Collector for EthtoolCollector {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let devices = self.devices()?;
        let failed = |error| CollectError::Failed(format!("cannot make a socket: {error}"));
        let ethtool = match self.ethtool.take() {
            Some(ethtool) => ethtool,
            None => Ethtool::new().map_err(failed)?,
        };
        let ethtool = self.ethtool.insert(ethtool);
        for device in devices {
            // Most virtual devices know some of it only, or nothing.
            if let Some(settings) = answered(&device, ethtool.settings(&device)) {
                modes::write(&device, &settings, out);
            }
            let Some(driver) = answered(&device, ethtool.driver(&device)) else { continue };
            write_driver(&device, &driver, out);
            if let Some(statistics) = answered(&device, ethtool.statistics(&device, &driver)) {
                write_statistics(&device, &statistics, &mut self.names, out);
            }
        }
        Ok(())
    }
}

impl EthtoolCollector {
    fn devices(&mut self) -> Result<Vec<String>, CollectError> {
        let mut devices = list(&self.folder).map_err(|error| match error.source.kind() {
            io::ErrorKind::PermissionDenied => CollectError::no_data(error.to_string()),
            _ => CollectError::absent_is_no_data(error),
        })?;
        // Beside the devices stands a file of the bonding driver's.
        devices.retain(|device| self.folder.join(device).is_dir());
        if devices.is_empty() {
            return Err(CollectError::Failed(format!("{} has no devices", self.folder.display())));
        }
        devices.retain(|device| self.devices.accepts(device));
        Ok(devices)
    }
}

/// What a driver that does not know the question says is no error.
fn answered<T>(device: &str, answer: io::Result<T>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(error) => {
            tracing::debug!(collector = "ethtool", "{device}: {error}");
            None
        }
    }
}

fn write_driver(device: &str, driver: &Driver, out: &mut Families) {
    let info = out.gauge("node_ethtool_info", "1, labelled by the interface's driver and its versions.");
    let labels = [
        ("bus_info", &*driver.bus),
        ("device", device),
        ("driver", &*driver.name),
        ("expansion_rom_version", &*driver.expansion_rom),
        ("firmware_version", &*driver.firmware),
        ("version", &*driver.version),
    ];
    out.add(info, &labels, 1u64);
}

/// Different statistics can come to the same name; of those none is exposed, as nobody could tell which it is.
fn write_statistics(device: &str, statistics: &[(String, u64)], names: &mut Names, out: &mut Families) {
    let mut unique: BTreeMap<&str, Option<(&Family, u64)>> = BTreeMap::new();
    names.learn(statistics.iter().map(|(name, _)| name.as_str()));
    for (name, value) in statistics {
        if let Some(family) = names.of(name) {
            unique.entry(&family.key).and_modify(|known| *known = None).or_insert(Some((family, *value)));
        }
    }
    for (family, value) in unique.into_values().flatten() {
        let declared = out.untyped(&family.name, &family.help);
        out.add(declared, &[("device", device)], value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_one_name_are_left_out() {
        let statistics: Vec<(String, u64)> =
            [("rx_bytes", 1), ("rx.drops", 2), ("rx drops", 3), ("rx-drops", 4), ("[0] tx_done", 5)]
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec();
        let mut out = Families::default();
        write_statistics("eth0", &statistics, &mut Names::new(None), &mut out);
        let text: String = out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect();
        insta::assert_snapshot!(text, @r#"
        node_ethtool_0__transmitted_done{device="eth0"} 5
        node_ethtool_received_bytes_total{device="eth0"} 1
        "#);
    }
}
