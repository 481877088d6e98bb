//! GPM: what Hopper and newer measure between two samples, of which one is kept from scrape to scrape.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, GpmSample, Nvml};

use crate::collector::gpu::call::Calls;
use crate::collector::gpu::raw;
use crate::collector::gpu::values::{Gpm, Values};

/// Between samples closer than this GPM measures noise: the values of the last pair are given again.
const SHORTEST: Duration = Duration::from_secs(1);
/// A mean over longer than this tells nothing of now: measuring starts anew.
const LONGEST: Duration = Duration::from_secs(600);

/// The kept samples of a GPU (`None`) and of its GPU instances.
#[derive(Default)]
pub(super) struct GpmSamples<'nvml> {
    supported: Option<bool>,
    kept: BTreeMap<Option<u32>, Kept<'nvml>>,
}

struct Kept<'nvml> {
    sample: GpmSample<'nvml>,
    taken: Instant,
    last: Gpm,
}

impl<'nvml> GpmSamples<'nvml> {
    /// Puts the metrics of the GPU and of each of its instances into `values`.
    pub(super) fn read(
        &mut self,
        nvml: &'nvml Nvml,
        device: &Device<'nvml>,
        calls: &mut Calls,
        metrics: &[u32],
        values: &mut Values,
    ) {
        if metrics.is_empty() || !self.supported(nvml, device, calls) {
            return;
        }
        let instances = values.mig.iter_mut().flat_map(|mig| &mut mig.instances);
        let mut present = vec![None];
        for instance in instances {
            present.push(Some(instance.id));
            instance.gpm = self.measure(nvml, Some(instance.id), calls, metrics, || device.gpm_mig_sample(instance.id));
        }
        values.gpm = self.measure(nvml, None, calls, metrics, || device.gpm_sample());
        self.kept.retain(|of, _| present.contains(of));
    }

    /// Dropping a sample panics in a library without the function that frees it: there, none is taken.
    fn supported(&mut self, nvml: &Nvml, device: &Device<'_>, calls: &mut Calls) -> bool {
        let lib = nvml.lib();
        if lib.nvmlGpmSampleFree.is_err() || lib.nvmlGpmMetricsGet.is_err() {
            return false;
        }
        *self.supported.get_or_insert_with(|| calls.ask(|| device.gpm_support()).unwrap_or(false))
    }

    fn measure(
        &mut self,
        nvml: &'nvml Nvml,
        of: Option<u32>,
        calls: &mut Calls,
        metrics: &[u32],
        take: impl FnOnce() -> Result<GpmSample<'nvml>, NvmlError>,
    ) -> Gpm {
        let now = Instant::now();
        let age = |kept: &Kept| now.duration_since(kept.taken);
        if let Some(kept) = self.kept.get(&of).filter(|kept| age(kept) < SHORTEST) {
            return kept.last.clone();
        }
        let earlier = self.kept.remove(&of).filter(|kept| age(kept) <= LONGEST);
        let Some(sample) = calls.ask(take) else { return Gpm::default() };
        let last = earlier.and_then(|earlier| calls.ask(|| raw::gpm_metrics(nvml, &earlier.sample, &sample, metrics)));
        let last = last.unwrap_or_default();
        self.kept.insert(of, Kept { sample, taken: now, last: last.clone() });
        last
    }
}
