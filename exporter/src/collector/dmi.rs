//! What the firmware says of the machine, from `/sys/class/dmi/id`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{ReadError, list, read_attribute};

pub(super) const REGISTRATION: Registration = Registration {
    name: "dmi",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Dmi { folder: settings.roots.sys("class/dmi/id"), labels: None })),
};

/// Labels that have the name of their file, sorted; only root may read the serial numbers and the UUID.
const ATTRIBUTES: [&str; 19] = [
    "bios_date",
    "bios_release",
    "bios_vendor",
    "bios_version",
    "board_asset_tag",
    "board_name",
    "board_serial",
    "board_vendor",
    "board_version",
    "chassis_asset_tag",
    "chassis_serial",
    "chassis_vendor",
    "chassis_version",
    "product_family",
    "product_name",
    "product_serial",
    "product_sku",
    "product_uuid",
    "product_version",
];

type Labels = Vec<(&'static str, String)>;

struct Dmi {
    folder: PathBuf,
    /// Read once: the firmware's tables are what they were at boot.
    labels: Option<Labels>,
}

impl Collector for Dmi {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let labels = match &mut self.labels {
            Some(labels) => labels,
            none => none.insert(read(&self.folder)?),
        };
        if labels.is_empty() {
            return Err(CollectError::no_data("the firmware has no DMI tables"));
        }
        let labels: Vec<_> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let info = out.gauge("node_dmi_info", "What the firmware says of the machine, as labels; always 1.");
        out.add(info, &labels, 1u64);
        Ok(())
    }
}

/// Reads the attributes there are; none on a machine without DMI.
fn read(folder: &Path) -> Result<Labels, CollectError> {
    let files = match list(folder) {
        Ok(files) => files,
        Err(error) if error.is_absent() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut labels = Labels::new();
    for (label, file) in ATTRIBUTES.into_iter().map(|name| (name, name)).chain([("system_vendor", "sys_vendor")]) {
        if files.binary_search_by(|name| name.as_str().cmp(file)).is_err() {
            continue;
        }
        match read_attribute(&folder.join(file)) {
            Ok(value) => labels.push((label, value)),
            Err(ReadError { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_there_become_labels_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for (name, value) in [("sys_vendor", "Example Ltd.\n"), ("bios_date", "01/02/2026\n"), ("modalias", "dmi:")] {
            std::fs::write(folder.path().join(name), value).unwrap();
        }
        let labels = read(folder.path()).unwrap();
        assert_eq!(labels, [("bios_date", "01/02/2026".to_owned()), ("system_vendor", "Example Ltd.".to_owned())]);
        assert!(read(&folder.path().join("none")).unwrap().is_empty());
    }
}
