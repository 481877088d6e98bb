//! MIG: whether a GPU is split, and into what.

use crate::collector::gpu::labels::Labels;
use crate::collector::gpu::values::{Readings, State};
use crate::sample::Families;

pub(super) fn write(readings: &Readings, out: &mut Families) {
    let enabled = out.gauge("sightline_gpu_mig_enabled", "Whether the GPU is in MIG mode.");
    let count = out.gauge("sightline_gpu_mig_instances", "GPU instances that the GPU is split into.");
    let info = out.gauge("sightline_gpu_mig_instance_info", "A GPU instance, with the UUID of its device; always 1.");
    for gpu in &readings.gpus {
        let State::Up(values) = &gpu.state else { continue };
        let Some(mig) = &values.mig else { continue };
        let labels = Labels::of_gpu(&gpu.identity).prefix();
        out.add_prefixed(enabled, &labels, &[], mig.enabled);
        out.add_prefixed(count, &labels, &[], mig.instances.len());
        for instance in &mig.instances {
            let labels = Labels::of_instance(&gpu.identity, instance).prefix();
            out.add_prefixed(info, &labels, &[("mig_uuid", &instance.uuid)], 1u64);
        }
    }
}
