//! MIG: the GPU instances of a split GPU.

use nvml_wrapper::{Device, Nvml};

use super::memory;
use crate::collector::gpu::call::Calls;
use crate::collector::gpu::raw;
use crate::collector::gpu::values::{Gpm, Instance, Mig};

const ENABLED: u32 = 1;

pub(super) fn read(nvml: &Nvml, device: &Device<'_>, calls: &mut Calls) -> Option<Mig> {
    let enabled = calls.ask(|| device.mig_mode())?.current == ENABLED;
    let mut instances: Vec<Instance> = Vec::new();
    if enabled {
        // How many there could be; the slots that are taken may have gaps between them.
        let slots = calls.ask(|| device.mig_device_count()).unwrap_or(0);
        for slot in 0..slots {
            let Some(instance) = instance(nvml, device, slot, calls) else { continue };
            // Several compute instances share one GPU instance, whose memory and engines these values are.
            if !instances.iter().any(|known| known.id == instance.id) {
                instances.push(instance);
            }
        }
    }
    Some(Mig { enabled, instances })
}

fn instance(nvml: &Nvml, device: &Device<'_>, slot: u32, calls: &mut Calls) -> Option<Instance> {
    let mig = calls.ask(|| device.mig_device_by_index(slot))?;
    let name = calls.ask(|| mig.name())?;
    Some(Instance {
        id: calls.ask(|| raw::gpu_instance_id(nvml, &mig))?,
        profile: profile(&name).to_owned(),
        uuid: calls.ask(|| mig.uuid()).unwrap_or_default(),
        memory: memory(nvml, &mig, calls),
        gpm: Gpm::default(),
    })
}

/// The GPU instance's profile in a MIG device's name: `… MIG 1c.3g.40gb` is of a `3g.40gb`.
fn profile(name: &str) -> &str {
    let profile = name.rsplit_once("MIG ").map_or(name, |(_, profile)| profile);
    match profile.split_once('.') {
        Some((compute, rest)) if compute.ends_with('c') => rest,
        _ => profile,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_that_of_the_gpu_instance() {
        assert_eq!(profile("NVIDIA H100 80GB HBM3 MIG 1g.10gb"), "1g.10gb");
        assert_eq!(profile("NVIDIA A100-SXM4-40GB MIG 1c.3g.20gb"), "3g.20gb");
        assert_eq!(profile("NVIDIA H100 80GB HBM3 MIG 1g.10gb+me"), "1g.10gb+me");
    }
}
