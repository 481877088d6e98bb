//! Chips, and names for them that are the same after a restart.
//!
//! `hwmon3` depends on the order in which drivers are loaded; the place of the chip's device does not. Chips that share
//! a device are told apart by the driver's name for them.

use std::collections::HashMap;
use std::path::Path;

use crate::source::Folder;

pub(super) struct Chip {
    pub(super) folder: Folder,
    /// The value of the label `chip`, of which there is no other.
    pub(super) label: String,
    /// The driver's name, which several chips may have.
    pub(super) human_name: Option<String>,
}

/// A chip whose label may not be its own.
struct Candidate {
    folder: Folder,
    base: String,
    /// The file `name`, as it is; empty when there is none.
    name: String,
}

/// The chips in these folders of `/sys/class/hwmon`.
pub(super) fn named(class: &Folder, folders: Vec<String>) -> Vec<Chip> {
    let candidates: Vec<Candidate> = folders.iter().filter_map(|name| candidate(class.folder(name))).collect();
    let mut with_base: HashMap<&str, u32> = HashMap::new();
    let mut with_name: HashMap<(&str, &str), u32> = HashMap::new();
    for it in &candidates {
        *with_base.entry(&it.base).or_default() += 1;
        *with_name.entry((&it.base, &it.name)).or_default() += 1;
    }
    let labels: Vec<String> = candidates
        .iter()
        .map(|it| {
            if with_base.get(it.base.as_str()) == Some(&1) {
                return it.base.clone();
            }
            let name = cleaned(&it.name);
            let own = !name.is_empty() && with_name.get(&(it.base.as_str(), it.name.as_str())) == Some(&1);
            let suffix = if own { name } else { last_part(it.folder.path()) };
            format!("{}_{suffix}", it.base)
        })
        .collect();
    let chips = candidates.into_iter().zip(labels);
    chips
        .map(|(it, label)| {
            let human_name = Some(cleaned(&it.name)).filter(|name| !name.is_empty());
            Chip { folder: it.folder, label, human_name }
        })
        .collect()
}

fn candidate(folder: Folder) -> Option<Candidate> {
    if !folder.path().is_dir() {
        return None;
    }
    let name = folder.text("name").unwrap_or_default();
    let base = [device_name(&folder), cleaned(&name), last_part(&folder.path().canonicalize().ok()?)]
        .into_iter()
        .find(|name| !name.is_empty())?;
    Some(Candidate { folder, base, name })
}

/// `platform_coretemp_0` for a chip whose device is `/sys/devices/platform/coretemp.0`; empty when it has none.
fn device_name(folder: &Folder) -> String {
    let Ok(device) = folder.path().join("device").canonicalize() else { return String::new() };
    let (kind, name) = (device.parent().map(last_part).unwrap_or_default(), last_part(&device));
    if kind.is_empty() || name.is_empty() { name } else { format!("{kind}_{name}") }
}

fn last_part(path: &Path) -> String {
    cleaned(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// `text` as part of a name: in lower case, with underscores inside for whatever a metric name cannot have.
pub(super) fn cleaned(text: &str) -> String {
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | ':' | '_');
    let name: String = text.to_lowercase().chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    name.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A class folder with chips: the folder's name, the device it links to, the content of `name`.
    fn labels(chips: &[(&str, Option<&str>, Option<&str>)]) -> Vec<(String, Option<String>)> {
        let room = tempfile::tempdir().unwrap();
        for (folder, device, name) in chips {
            let path = room.path().join("class").join(folder);
            std::fs::create_dir_all(&path).unwrap();
            if let Some(device) = device {
                std::fs::create_dir_all(room.path().join(device)).unwrap();
                symlink(room.path().join(device), path.join("device")).unwrap();
            }
            if let Some(name) = name {
                std::fs::write(path.join("name"), name).unwrap();
            }
        }
        let class = Folder::new(room.path().join("class"));
        let folders = class.names().unwrap();
        named(&class, folders).into_iter().map(|chip| (chip.label, chip.human_name)).collect()
    }

    #[test]
    fn a_chip_is_named_after_its_device_or_its_driver_or_its_number() {
        let chips = labels(&[
            ("hwmon0", Some("platform/coretemp.0"), Some("coretemp\n")),
            ("hwmon1", None, Some("ACPI tz\n")),
            ("hwmon2", None, None),
        ]);
        let expected = [("platform_coretemp_0", Some("coretemp")), ("acpi_tz", Some("acpi_tz")), ("hwmon2", None)];
        assert_eq!(chips, expected.map(|(label, name)| (label.to_owned(), name.map(str::to_owned))));
    }

    #[test]
    fn chips_of_one_device_are_told_apart() {
        let device = Some("platform/asus-nb-wmi");
        let chips = labels(&[
            ("hwmon5", device, Some("asus\n")),
            ("hwmon6", device, Some("asus_custom_fan_curve\n")),
            ("hwmon7", device, Some("twin\n")),
            ("hwmon8", device, Some("twin\n")),
            ("hwmon9", device, None),
        ]);
        let labels: Vec<_> = chips.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "platform_asus_nb_wmi_asus",
                "platform_asus_nb_wmi_asus_custom_fan_curve",
                "platform_asus_nb_wmi_hwmon7",
                "platform_asus_nb_wmi_hwmon8",
                "platform_asus_nb_wmi_hwmon9",
            ]
        );
    }

    #[test]
    fn names_are_cleaned_of_what_a_label_should_not_have() {
        assert_eq!(cleaned("Fan #1 (CPU)\n"), "fan__1__cpu");
        assert_eq!(cleaned("__\u{fffd}"), "");
    }
}
