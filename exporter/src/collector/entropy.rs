//! The random number generator's entropy, from `/proc/sys/kernel/random`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::KeptFile;

pub(super) const REGISTRATION: Registration = Registration {
    name: "entropy",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let file = |name: &str| KeptFile::new(settings.roots.proc("sys/kernel/random").join(name));
        Ok(Box::new(Entropy { available: file("entropy_avail"), pool_size: file("poolsize") }))
    },
};

struct Entropy {
    available: KeptFile,
    pool_size: KeptFile,
}

impl Collector for Entropy {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let available: u64 = self.available.read_number(&mut scrape.scratch)?;
        out.gauge_value("node_entropy_available_bits", "Entropy that the kernel has at hand, in bits.", available);
        let pool_size: u64 = self.pool_size.read_number(&mut scrape.scratch)?;
        out.gauge_value("node_entropy_pool_size_bits", "Most entropy that the pool can hold, in bits.", pool_size);
        Ok(())
    }
}
