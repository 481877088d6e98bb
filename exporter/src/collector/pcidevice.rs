//! PCI devices, from `/sys/bus/pci/devices`; see the kernel's `Documentation/ABI/testing/sysfs-bus-pci`.

mod device;
mod names;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::sample::{Families, Family};
use crate::source::Folder;
use device::Device;
use names::Names;

const IDS_FILE: &str = "collector.pcidevice.idsfile";
const NAMES: &str = "collector.pcidevice.names";

pub(super) const REGISTRATION: Registration = Registration {
    name: "pcidevice",
    enabled_by_default: false,
    pace: Pace::Slow,
    flags: &[
        Flag::text(IDS_FILE, "PATH", "", "File that knows PCI devices by name: pci.ids."),
        Flag::switch(NAMES, false, "Name PCI devices and their vendors, from pci.ids."),
    ],
    new: |settings| {
        let names = settings.switch(NAMES).then(|| Names::read(settings.given_text(IDS_FILE)));
        Ok(Box::new(PciDevice { devices: Folder::new(settings.roots.sys("bus/pci/devices")), names }))
    },
};

struct PciDevice {
    devices: Folder,
    names: Option<Names>,
}

struct Output {
    info: Family,
    power_state: Family,
    numa_node: Family,
    /// In the order of [`Device::figures`].
    figures: [Family; 9],
}

impl Collector for PciDevice {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let names = self.devices.list().map_err(CollectError::absent_is_no_data)?;
        let families = declare(out);
        for name in names {
            write(&Device::read(&self.devices.folder(&name))?, self.names.as_ref(), &families, out);
        }
        Ok(())
    }
}

#[rustfmt::skip]
fn declare(out: &mut Families) -> Output {
    let mut gauge = |name, help| out.gauge(name, help);
    Output {
        info: gauge("node_pcidevice_info", "What a PCI device is, as labels; always 1."),
        power_state: gauge("node_pcidevice_power_state", "1 for the power state that a device is in, 0 for the others."),
        numa_node: gauge("node_pcidevice_numa_node", "The NUMA node that a device is next to."),
        figures: [
            gauge("node_pcidevice_max_link_transfers_per_second", "Most transfers per second on a device's link; -1 when not known."),
            gauge("node_pcidevice_max_link_width", "Most lanes of a device's link; -1 when not known."),
            gauge("node_pcidevice_current_link_transfers_per_second", "Transfers per second on a device's link now; -1 when not known."),
            gauge("node_pcidevice_current_link_width", "Lanes of a device's link now; -1 when not known."),
            gauge("node_pcidevice_d3cold_allowed", "1 when a device may lose its power."),
            gauge("node_pcidevice_sriov_drivers_autoprobe", "1 when drivers are looked for when virtual functions are made."),
            gauge("node_pcidevice_sriov_numvfs", "Virtual functions of a device."),
            gauge("node_pcidevice_sriov_totalvfs", "Most virtual functions of a device."),
            gauge("node_pcidevice_sriov_vf_total_msix", "Interrupt vectors for all virtual functions of a device."),
        ],
    }
}

fn write(device: &Device, names: Option<&Names>, families: &Output, out: &mut Families) {
    let at = &device.location;
    let location = [
        ("bus", at.bus.as_str()),
        ("device", at.device.as_str()),
        ("function", at.function.as_str()),
        ("segment", at.segment.as_str()),
    ];
    let info = device.info(names);
    let info: Vec<_> = info.iter().map(|(name, value)| (*name, value.as_str())).collect();
    out.add(families.info, &info, 1u64);
    for (family, value) in families.figures.into_iter().zip(device.figures()) {
        out.add(family, &location, value);
    }
    if let Some(current) = &device.power_state {
        for state in ["D0", "D1", "D2", "D3hot", "D3cold", "unknown", "error"] {
            let [bus, device, function, segment] = location;
            out.add(families.power_state, &[bus, device, function, segment, ("state", state)], current == state);
        }
    }
    if let Some(node) = device.numa_node.filter(|node| *node != -1) {
        out.add(families.numa_node, &location, node);
    }
}
