//! The names of PCI vendors, devices and classes, from the list that distributions ship as `pci.ids`.

use std::collections::HashMap;
use std::path::Path;

use crate::source::{read_into, text};

/// Names by id; ids are digits in lower case, put one after the other: class, subclass and interface, or vendor,
/// device and subsystem.
#[derive(Default)]
pub(super) struct Names {
    classes: HashMap<String, String>,
    devices: HashMap<String, String>,
}

const PATHS: [&str; 2] = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"];

impl Names {
    /// Reads the file, or the first there is of the usual ones. Without a file ids take the place of names.
    pub(super) fn read(path: Option<&str>) -> Self {
        let mut content = Vec::new();
        let paths = path.map_or_else(|| PATHS.to_vec(), |path| vec![path]);
        for path in &paths {
            match read_into(Path::new(path), &mut content) {
                Ok(content) => return Self::parse(content),
                Err(error) => tracing::debug!("{error}"),
            }
        }
        tracing::warn!("PCI devices stay without names: no file {}", paths.join(" or "));
        Self::default()
    }

    /// Lines are `id  name`, and stand under another by a tab more; a class' id has a `C` before it.
    fn parse(content: &[u8]) -> Self {
        let mut names = Self::default();
        let (mut of_classes, mut above) = (false, [String::new(), String::new()]);
        for line in text::lines(content) {
            let line = text::shown(line);
            let depth = line.bytes().take_while(|&byte| byte == b'\t').count();
            let Some((id, name)) = line.trim_start_matches('\t').split_once("  ") else { continue };
            if line.starts_with('#') || depth > 2 {
                continue;
            }
            if depth == 0 {
                of_classes = id.starts_with("C ");
            }
            let id: String = id.trim_start_matches("C ").split_whitespace().collect();
            let parent = depth.checked_sub(1).and_then(|depth| above.get(depth)).map_or("", String::as_str);
            let key = format!("{parent}{}", id.to_ascii_lowercase());
            let known = if of_classes { &mut names.classes } else { &mut names.devices };
            known.insert(key.clone(), name.trim().to_owned());
            if let Some(place) = above.get_mut(depth) {
                *place = key;
            }
        }
        names
    }

    pub(super) fn vendor(&self, vendor: u64) -> String {
        self.device_or_id(format!("{vendor:04x}"), vendor)
    }

    pub(super) fn device(&self, vendor: u64, device: u64) -> String {
        self.device_or_id(format!("{vendor:04x}{device:04x}"), device)
    }

    pub(super) fn subsystem(&self, vendor: u64, device: u64, (owner, subsystem): (u64, u64)) -> String {
        self.device_or_id(format!("{vendor:04x}{device:04x}{owner:04x}{subsystem:04x}"), subsystem)
    }

    fn device_or_id(&self, key: String, id: u64) -> String {
        self.devices.get(&key).cloned().unwrap_or_else(|| format!("{id:04x}"))
    }

    /// The name of the interface, or else of the subclass, or else of the class.
    pub(super) fn class(&self, class: u64) -> String {
        let id = format!("{class:06x}");
        let name = [6, 4, 2].iter().find_map(|&length| self.classes.get(id.get(..length)?));
        name.cloned().unwrap_or_else(|| format!("Unknown class ({id})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &[u8] = b"# a comment  here\n\n8086  Intel\n\t100e  Gigabit\n\t\t8086 001e  Desktop\n1af4  Red Hat\n\
        C 01  Storage\n\t08  NVM\n\t\t02  Express\n\xff\n\t\t\tx  y\n";

    #[test]
    fn names_are_found_by_id() {
        let names = Names::parse(IDS);
        assert_eq!(names.vendor(0x8086), "Intel");
        assert_eq!(names.device(0x8086, 0x100e), "Gigabit");
        assert_eq!(names.subsystem(0x8086, 0x100e, (0x8086, 0x1e)), "Desktop");
        assert_eq!((names.class(0x01_0802), names.class(0x01_0801)), ("Express".to_owned(), "NVM".to_owned()));
        assert_eq!(names.class(0x01_ff00), "Storage");
    }

    #[test]
    fn what_has_no_name_keeps_its_id() {
        let names = Names::parse(IDS);
        assert_eq!(names.vendor(0x1234), "1234");
        assert_eq!(names.device(0x1af4, 0x1000), "1000");
        assert_eq!(names.subsystem(0x8086, 0x100e, (1, 2)), "0002");
        assert_eq!(names.class(0x0c_0330), "Unknown class (0c0330)");
        assert_eq!(Names::read(Some("/nonexistent")).vendor(1), "0001");
    }
}
