//! Which GPUs the machine should have, whatever NVML says: from the driver's own list and from PCI.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::source::{self, ReadError, Roots};

const NVIDIA: &str = "0x10de";
/// PCI's class of display controllers; its subclasses are VGA, 3D and others.
const DISPLAY_CLASS: &str = "0x03";
/// Kernel drivers under which an NVIDIA GPU is not for NVML: passed to a virtual machine, or driven by others.
const OTHER_DRIVERS: [&str; 4] = ["vfio-pci", "nouveau", "nova", "pci-stub"];

/// PCI addresses in NVML's spelling.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Expected {
    pub(super) bus_ids: BTreeSet<String>,
}

/// Both lists, and what is known of the PCI devices: a server has hundreds, of which few are GPUs.
#[derive(Default)]
pub(super) struct Lists {
    /// By PCI address, as long as the device is there: whether it is a GPU of NVIDIA's.
    are_gpus: HashMap<String, bool>,
}

impl Lists {
    /// Reads both lists; a GPU in either is expected.
    pub(super) fn read(&mut self, roots: &Roots) -> Expected {
        let mut expected = Expected::default();
        if let Ok(addresses) = source::list(&roots.proc("driver/nvidia/gpus")) {
            expected.bus_ids.extend(addresses.iter().filter_map(|address| bus_id(address)));
        }
        let devices = roots.sys("bus/pci/devices");
        if let Ok(addresses) = source::list(&devices) {
            self.are_gpus.retain(|address, _| addresses.binary_search(address).is_ok());
            let gpus =
                addresses.iter().filter(|address| self.is_gpu(address, &devices) && is_ours(&devices.join(address)));
            expected.bus_ids.extend(gpus.filter_map(|address| bus_id(address)));
        }
        expected
    }

    fn is_gpu(&mut self, address: &str, devices: &Path) -> bool {
        if let Some(known) = self.are_gpus.get(address) {
            return *known;
        }
        let Ok(found) = is_nvidia_display(&devices.join(address)) else { return false };
        self.are_gpus.insert(address.to_owned(), found);
        found
    }
}

fn is_nvidia_display(device: &Path) -> Result<bool, ReadError> {
    Ok(source::read_attribute(&device.join("vendor"))? == NVIDIA
        && source::read_attribute(&device.join("class"))?.starts_with(DISPLAY_CLASS))
}

/// Asked each time, since a GPU can be given to another driver while it runs.
fn is_ours(device: &Path) -> bool {
    !device.join("driver").read_link().is_ok_and(|driver| OTHER_DRIVERS.iter().any(|it| driver.ends_with(it)))
}

/// `0000:3b:00.0` as NVML writes it: eight digits of domain, capital letters.
fn bus_id(address: &str) -> Option<String> {
    let (domain, rest) = address.split_once(':')?;
    let domain = u32::from_str_radix(domain, 16).ok()?;
    Some(format!("{domain:08X}:{}", rest.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn roots(folder: &Path) -> Roots {
        let at = |name: &str| folder.join(name);
        Roots { procfs: at("proc"), sysfs: at("sys"), rootfs: at("root"), udev_data: at("udev") }
    }

    fn device(folder: &Path, address: &str, vendor: &str, class: &str, driver: &str) {
        let device = folder.join("sys/bus/pci/devices").join(address);
        fs::create_dir_all(&device).unwrap();
        fs::write(device.join("vendor"), format!("{vendor}\n")).unwrap();
        fs::write(device.join("class"), format!("{class}\n")).unwrap();
        symlink(format!("../../../bus/pci/drivers/{driver}"), device.join("driver")).unwrap();
    }

    #[test]
    fn a_gpu_in_either_list_is_expected_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("proc/driver/nvidia/gpus/0000:3b:00.0")).unwrap();
        device(folder.path(), "0000:3b:00.0", "0x10de", "0x030200", "nvidia");
        device(folder.path(), "0000:af:00.0", "0x10de", "0x030000", "nvidia");
        let expected = Lists::default().read(&roots(folder.path()));
        assert_eq!(expected.bus_ids.into_iter().collect::<Vec<_>>(), ["00000000:3B:00.0", "00000000:AF:00.0"]);
    }

    #[test]
    fn what_is_no_gpu_of_ours_is_not_expected() {
        let folder = tempfile::tempdir().unwrap();
        device(folder.path(), "0000:01:00.0", "0x8086", "0x030000", "i915");
        device(folder.path(), "0000:02:00.0", "0x10de", "0x040300", "snd_hda_intel");
        device(folder.path(), "0000:03:00.0", "0x10de", "0x030000", "vfio-pci");
        let expected = Lists::default().read(&roots(folder.path()));
        assert_eq!(expected, Expected::default());
    }

    #[test]
    fn what_a_device_is_is_read_once_and_its_driver_each_time() {
        let folder = tempfile::tempdir().unwrap();
        device(folder.path(), "0000:01:00.0", "0x10de", "0x030200", "nvidia");
        let mut lists = Lists::default();
        let mut count = || lists.read(&roots(folder.path())).bus_ids.len();
        assert_eq!(count(), 1);

        let at = folder.path().join("sys/bus/pci/devices/0000:01:00.0");
        fs::remove_file(at.join("vendor")).unwrap();
        assert_eq!(count(), 1);

        fs::remove_dir_all(&at).unwrap();
        assert_eq!(count(), 0);
        device(folder.path(), "0000:01:00.0", "0x8086", "0x020000", "igb");
        assert_eq!(count(), 0, "another device in its place is looked at anew");

        device(folder.path(), "0000:02:00.0", "0x10de", "0x030200", "nvidia");
        assert_eq!(count(), 1);
        let driver = folder.path().join("sys/bus/pci/devices/0000:02:00.0/driver");
        fs::remove_file(&driver).unwrap();
        symlink("../../../bus/pci/drivers/vfio-pci", driver).unwrap();
        assert_eq!(count(), 0);
    }
}
