//! A PCI device: where it is, what it is, and how fast its link is.

use super::names::Names;
use crate::collector::CollectError;
use crate::source::{Folder, ReadError, text};

pub(super) struct Device {
    pub(super) location: Location,
    /// The bridge that the device is behind.
    parent: Option<Location>,
    class: u64,
    vendor: u64,
    device: u64,
    subsystem_vendor: u64,
    subsystem_device: u64,
    revision: u64,
    pub(super) numa_node: Option<i64>,
    pub(super) power_state: Option<String>,
    /// Transfers per second and lanes.
    max_link: (Option<f64>, Option<f64>),
    current_link: (Option<f64>, Option<f64>),
    d3cold_allowed: Option<u64>,
    sriov_drivers_autoprobe: Option<u64>,
    sriov_numvfs: Option<u64>,
    sriov_totalvfs: Option<u64>,
    sriov_vf_total_msix: Option<u64>,
}

/// `0000:45:00.0`: segment, bus, device and function, each in hexadecimal.
#[derive(Debug, PartialEq)]
pub(super) struct Location {
    pub(super) segment: String,
    pub(super) bus: String,
    pub(super) device: String,
    pub(super) function: String,
}

impl Location {
    fn parse(name: &str) -> Option<Self> {
        let (segment, rest) = name.split_once(':')?;
        let (bus, rest) = rest.split_once(':')?;
        let (device, function) = rest.split_once('.')?;
        let part = |digits: &str| u32::from_str_radix(digits, 16).ok();
        Some(Location {
            segment: format!("{:04x}", part(segment)?),
            bus: format!("{:02x}", part(bus)?),
            device: format!("{:02x}", part(device)?),
            function: format!("{:x}", part(function)?),
        })
    }
}

impl Device {
    pub(super) fn read(folder: &Folder) -> Result<Self, CollectError> {
        let target = folder.path().read_link().map_err(|source| ReadError::new(folder.path(), source))?;
        let mut names = target.components().rev().map(|part| part.as_os_str().to_string_lossy());
        let (name, above) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let unknown = || {
            let path = folder.path().display().to_string();
            CollectError::parse(path, format!("`{}` is no PCI device", target.display()))
        };
        let id = |attribute: &str| {
            let path = || folder.path().join(attribute).display().to_string();
            let value = folder.text(attribute)?;
            text::prefixed(&value).ok_or_else(|| CollectError::parse(path(), format!("`{value}` is not an id")))
        };
        Ok(Device {
            location: Location::parse(&name).ok_or_else(unknown)?,
            parent: Location::parse(&above),
            class: id("class")?,
            vendor: id("vendor")?,
            device: id("device")?,
            subsystem_vendor: id("subsystem_vendor")?,
            subsystem_device: id("subsystem_device")?,
            revision: id("revision")?,
            numa_node: number(folder, "numa_node")?,
            power_state: folder.offered_text("power_state")?.filter(|state| !state.is_empty()),
            max_link: link(folder, "max_link_speed", "max_link_width")?,
            current_link: link(folder, "current_link_speed", "current_link_width")?,
            d3cold_allowed: number(folder, "d3cold_allowed")?,
            sriov_drivers_autoprobe: number(folder, "sriov_drivers_autoprobe")?,
            sriov_numvfs: number(folder, "sriov_numvfs")?,
            sriov_totalvfs: number(folder, "sriov_totalvfs")?,
            sriov_vf_total_msix: number(folder, "sriov_vf_total_msix")?,
        })
    }

    /// What does not apply to a device is -1 or 0, as in node_exporter.
    pub(super) fn figures(&self) -> [f64; 9] {
        let (max_speed, max_width) = self.max_link;
        let (speed, width) = self.current_link;
        let count = |value: Option<u64>| value.unwrap_or(0) as f64;
        let switch = |value: Option<u64>| f64::from(u8::from(value.unwrap_or(0) != 0));
        [
            max_speed.unwrap_or(-1.0),
            max_width.unwrap_or(-1.0),
            speed.unwrap_or(-1.0),
            width.unwrap_or(-1.0),
            switch(self.d3cold_allowed),
            switch(self.sriov_drivers_autoprobe),
            count(self.sriov_numvfs),
            count(self.sriov_totalvfs),
            count(self.sriov_vf_total_msix),
        ]
    }

    /// The labels of the info family, sorted.
    pub(super) fn info(&self, names: Option<&Names>) -> Vec<(&'static str, String)> {
        let at = &self.location;
        let parent =
            |part: fn(&Location) -> &String| self.parent.as_ref().map_or("*", |parent| part(parent)).to_owned();
        let id = |value: u64| format!("0x{value:04x}");
        let mut labels = vec![
            ("bus", at.bus.clone()),
            ("class_id", format!("0x{:06x}", self.class)),
            ("device", at.device.clone()),
            ("device_id", id(self.device)),
            ("function", at.function.clone()),
            ("parent_bus", parent(|parent| &parent.bus)),
            ("parent_device", parent(|parent| &parent.device)),
            ("parent_function", parent(|parent| &parent.function)),
            ("parent_segment", parent(|parent| &parent.segment)),
            ("revision", format!("0x{:02x}", self.revision)),
            ("segment", at.segment.clone()),
            ("subsystem_device_id", id(self.subsystem_device)),
            ("subsystem_vendor_id", id(self.subsystem_vendor)),
            ("vendor_id", id(self.vendor)),
        ];
        if let Some(names) = names {
            let subsystem = (self.subsystem_vendor, self.subsystem_device);
            labels.push(("class_name", names.class(self.class)));
            labels.push(("device_name", names.device(self.vendor, self.device)));
            labels.push(("subsystem_device_name", names.subsystem(self.vendor, self.device, subsystem)));
            labels.push(("subsystem_vendor_name", names.vendor(self.subsystem_vendor)));
            labels.push(("vendor_name", names.vendor(self.vendor)));
            labels.sort_unstable();
        }
        labels
    }
}

/// A number; `None` when the file is empty, too.
fn number<T: std::str::FromStr>(folder: &Folder, attribute: &str) -> Result<Option<T>, ReadError> {
    match folder.offered_text(attribute)? {
        Some(text) if text.is_empty() || text.starts_with("Unknown") => Ok(None),
        Some(text) => text.parse().map(Some).or_else(|_| folder.offered_number(attribute)),
        None => Ok(None),
    }
}

fn link(folder: &Folder, speed: &str, width: &str) -> Result<(Option<f64>, Option<f64>), CollectError> {
    let transfers = match folder.offered_text(speed)? {
        Some(text) if !text.is_empty() && !text.starts_with("Unknown") => {
            let path = || folder.path().join(speed).display().to_string();
            let value = transfers_per_second(&text);
            Some(value.ok_or_else(|| CollectError::parse(path(), format!("`{text}` is not `8.0 GT/s PCIe`")))?)
        }
        _ => None,
    };
    Ok((transfers, number::<i64>(folder, width)?.map(|lanes| lanes as f64)))
}

/// 8e9 from `8.0 GT/s PCIe`; before Linux 5.10 the last word is missing.
fn transfers_per_second(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let number: f64 = number.parse().ok()?;
    matches!(unit, "GT/s PCIe" | "GT/s").then_some(number * 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_has_four_parts_in_hexadecimal() {
        let location = Location::parse("0000:4a:1f.7").unwrap();
        assert_eq!(
            location,
            Location {
                segment: "0000".to_owned(),
                bus: "4a".to_owned(),
                device: "1f".to_owned(),
                function: "7".to_owned(),
            }
        );
        assert_eq!(Location::parse("10000:e1:00.0").unwrap().segment, "10000");
        for other in ["pci0000:00", "", "0000:00", "0000:00:1g.0", "é:0:0.0"] {
            assert_eq!(Location::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_links_speed_has_a_unit() {
        assert_eq!(transfers_per_second("8.0 GT/s PCIe"), Some(8e9));
        assert_eq!(transfers_per_second("2.5 GT/s"), Some(2.5e9));
        assert_eq!(
            (transfers_per_second("8.0"), transfers_per_second("8 MB/s"), transfers_per_second("")),
            (None, None, None)
        );
    }
}
