//! What does not change while a GPU is there: read once, when it is first seen.

use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureThreshold};

use crate::collector::gpu::call::{Broken, Calls};
use crate::collector::gpu::values::{Identity, Limits};

/// More links than any GPU has; NVML's own constant is 18 today.
const MOST_LINKS: u32 = 36;

pub(super) fn read(device: &Device<'_>, index: u32, uuid: String, calls: &mut Calls) -> Result<Identity, Broken> {
    Ok(Identity {
        index,
        uuid,
        pci_bus_id: calls.need(|| device.pci_info())?.bus_id,
        name: calls.need(|| device.name())?,
        minor_number: calls.ask(|| device.minor_number()),
        serial: calls.ask(|| device.serial()),
        vbios_version: calls.ask(|| device.vbios_version()),
        limits: limits(device, calls),
    })
}

fn limits(device: &Device<'_>, calls: &mut Calls) -> Limits {
    let power = calls.ask(|| device.power_management_limit_constraints());
    Limits {
        slowdown_celsius: calls.ask(|| device.temperature_threshold(TemperatureThreshold::Slowdown)),
        shutdown_celsius: calls.ask(|| device.temperature_threshold(TemperatureThreshold::Shutdown)),
        power_milliwatts: power.map(|limits| (limits.min_limit, limits.max_limit)),
        max_sm_clock_mhz: calls.ask(|| device.max_clock_info(Clock::SM)),
        max_memory_clock_mhz: calls.ask(|| device.max_clock_info(Clock::Memory)),
        max_pcie_generation: calls.ask(|| device.max_pcie_link_gen()),
        max_pcie_width: calls.ask(|| device.max_pcie_link_width()),
    }
}

/// The links of NVLink that the GPU has, up or down.
pub(super) fn links(device: &Device<'_>, calls: &mut Calls) -> Vec<u32> {
    let answers = |link: &u32| calls.ask(|| device.link_wrapper_for(*link).is_active()).is_some();
    let mut links: Vec<u32> = (0..MOST_LINKS).take_while(answers).collect();
    // As labels are: 0, 1, 10, 11, …
    links.sort_by_key(u32::to_string);
    links
}
