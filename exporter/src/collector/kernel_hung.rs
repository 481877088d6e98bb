//! Tasks that the kernel found hanging, from `/proc/sys/kernel/hung_task_detect_count`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::KeptFile;

pub(super) const REGISTRATION: Registration = Registration {
    name: "kernel_hung",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        Ok(Box::new(KernelHung { file: KeptFile::new(settings.roots.proc("sys/kernel/hung_task_detect_count")) }))
    },
};

struct KernelHung {
    file: KeptFile,
}

impl Collector for KernelHung {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let tasks: u64 = self.file.read_number(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        out.counter_value("node_kernel_hung_tasks_total", "Tasks found hanging since the system booted.", tasks);
        Ok(())
    }
}
