//! Whether the GPUs that should be there are, and what they are.

use super::Labelled;
use crate::collector::gpu::values::{Readings, State};
use crate::sample::Families;

pub(super) fn write(readings: &Readings, gpus: &[Labelled], out: &mut Families) {
    let help =
        "GPUs that the machine should have: those that the driver, PCI or NVML counts, or that were there before.";
    out.gauge_value("sightline_gpu_expected", help, readings.expected);

    let up = out.gauge("sightline_gpu_up", "Whether the GPU answered this scrape.");
    for gpu in gpus {
        out.add_prefixed(up, &gpu.prefix, &[], matches!(gpu.gpu.state, State::Up(_)));
    }
    for pci_bus_id in &readings.never_seen {
        out.add(up, &[("pci_bus_id", pci_bus_id)], false);
    }

    let help = "A GPU that answers, with its serial number and the versions of its software; always 1.";
    let info = out.gauge("sightline_gpu_info", help);
    for gpu in gpus {
        let Some((_, identity)) = gpu.values() else { continue };
        let more = [
            ("serial", identity.serial.as_deref().unwrap_or_default()),
            ("vbios_version", identity.vbios_version.as_deref().unwrap_or_default()),
            ("driver_version", &readings.driver_version),
        ];
        out.add_prefixed(info, &gpu.prefix, &more, 1u64);
    }
}
