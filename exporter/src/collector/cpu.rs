//! Time that each CPU has spent, and what sysfs and `/proc/cpuinfo` tell of the CPUs.

mod info;
mod sysfs;
mod times;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::sample::Families;
use info::Info;
use sysfs::Sysfs;
use times::{Cpu, MODES};

const GUEST: &str = "collector.cpu.guest";
const INFO: &str = "collector.cpu.info";
const FLAGS_INCLUDE: &str = "collector.cpu.info.flags-include";
const BUGS_INCLUDE: &str = "collector.cpu.info.bugs-include";

#[rustfmt::skip]
pub(super) const REGISTRATION: Registration = Registration {
    name: "cpu",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[
        Flag::switch(GUEST, true, "Export node_cpu_guest_seconds_total."),
        Flag::switch(INFO, false, "Export node_cpu_info."),
        Flag::text(FLAGS_INCLUDE, "REGEXP", "", "CPU flags to export as node_cpu_flag_info; implies --collector.cpu.info."),
        Flag::text(BUGS_INCLUDE, "REGEXP", "", "CPU bugs to export as node_cpu_bug_info; implies --collector.cpu.info."),
    ],
    new: |settings| Ok(Box::new(CpuCollector::new(settings)?)),
};

struct CpuCollector {
    guest: bool,
    info: Option<Info>,
    sysfs: Sysfs,
    /// Every CPU that was ever seen, by number: one that goes offline keeps its times, as the kernel keeps them.
    cpus: Vec<Cpu>,
}

impl CpuCollector {
    fn new(settings: &Settings) -> Result<Self, UsageError> {
        let (flags, bugs) = (settings.pattern(FLAGS_INCLUDE)?, settings.pattern(BUGS_INCLUDE)?);
        let wanted = settings.switch(INFO) || flags.is_some() || bugs.is_some();
        let with_frequency = settings.is_enabled("cpufreq");
        let info = wanted.then(|| Info::new(settings.roots.proc("cpuinfo"), flags, bugs, with_frequency));
        let sysfs = Sysfs::new(&settings.roots);
        Ok(CpuCollector { guest: settings.switch(GUEST), info, sysfs, cpus: Vec::new() })
    }
}

impl Collector for CpuCollector {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        if let Some(info) = &mut self.info {
            info.collect(&mut scrape.scratch, out)?;
        }
        let changed = times::update(&mut self.cpus, scrape.stat()?)?;
        self.write_times(out);
        self.sysfs.collect(changed, &mut scrape.scratch, out)
    }
}

impl CpuCollector {
    fn write_times(&self, out: &mut Families) {
        let family = out.counter("node_cpu_seconds_total", "Time that the CPU has spent in each mode.");
        for cpu in &self.cpus {
            for (mode, seconds) in MODES.iter().zip(cpu.seconds()) {
                out.add(family, &[("cpu", &cpu.label), ("mode", mode)], seconds);
            }
        }
        if !self.guest {
            return;
        }
        let help = "Time that the CPU has spent in virtual machines, which is part of user and nice, too.";
        let family = out.counter("node_cpu_guest_seconds_total", help);
        for cpu in &self.cpus {
            for (mode, seconds) in ["user", "nice"].iter().zip(cpu.guest_seconds()) {
                out.add(family, &[("cpu", &cpu.label), ("mode", mode)], seconds);
            }
        }
    }
}
