//! Frequencies and governors of the CPUs, from `/sys/devices/system/cpu/cpu*/cpufreq`.
//!
//! Slow, because a driver may have to ask the hardware of each CPU for its frequency, for milliseconds each.

use std::path::{Path, PathBuf};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Family};
use crate::source::{self, KeptFile, Roots, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "cpufreq",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(CpuFreq::new(&settings.roots))),
};

/// The files with a frequency, in kHz, and the families they become.
#[rustfmt::skip]
const FREQUENCIES: [(&str, &str, &str); 7] = [
    ("cpuinfo_cur_freq", "node_cpu_frequency_hertz", "The CPU's frequency at present."),
    ("cpuinfo_avg_freq", "node_cpu_frequency_avg_hertz", "The CPU's frequency of late, averaged."),
    ("cpuinfo_min_freq", "node_cpu_frequency_min_hertz", "The least frequency that the CPU can have."),
    ("cpuinfo_max_freq", "node_cpu_frequency_max_hertz", "The highest frequency that the CPU can have."),
    ("scaling_cur_freq", "node_cpu_scaling_frequency_hertz", "The frequency that the governor has last asked for."),
    ("scaling_min_freq", "node_cpu_scaling_frequency_min_hertz", "The least frequency that the governor may ask for."),
    ("scaling_max_freq", "node_cpu_scaling_frequency_max_hertz", "The highest frequency that the governor may ask for."),
];

struct CpuFreq {
    folder: PathBuf,
    offline: KeptFile,
    present: KeptFile,
    /// Folders of an ordinary tree can change at any time; sysfs' only when a CPU comes or goes.
    live: bool,
    known: Option<Known>,
}

/// The files of the CPUs that are online, and what told that those are.
struct Known {
    offline: Vec<u8>,
    present: Vec<u8>,
    cpus: Vec<Cpu>,
}

struct Cpu {
    label: String,
    /// In the order of [`FREQUENCIES`]; those that do not exist are left out.
    frequencies: Vec<(usize, KeptFile)>,
    governor: KeptFile,
    governors: KeptFile,
}

impl CpuFreq {
    fn new(roots: &Roots) -> Self {
        let folder = roots.sys("devices/system/cpu");
        let kept = |name: &str| KeptFile::new(folder.join(name));
        let (offline, present) = (kept("offline"), kept("present"));
        CpuFreq { live: source::is_sysfs(&roots.sysfs), folder, offline, present, known: None }
    }

    fn cpus(&mut self, buffer: &mut Vec<u8>) -> Result<&mut [Cpu], CollectError> {
        let offline = self.offline.read_page(buffer).unwrap_or_default().trim_ascii().to_vec();
        let present = self.present.read_page(buffer).unwrap_or_default();
        let same = |known: &Known| self.live && known.offline == offline && known.present == present;
        let known = match self.known.take().filter(same) {
            Some(known) => known,
            None => Known { cpus: find(&self.folder, &offline)?, offline, present: present.to_vec() },
        };
        Ok(&mut self.known.insert(known).cpus)
    }
}

impl Collector for CpuFreq {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let families = FREQUENCIES.map(|(_, name, help)| out.gauge(name, help));
        let governor =
            out.gauge("node_cpu_scaling_governor", "1 for the CPU's governor, 0 for the others it could have.");
        for cpu in self.cpus(&mut scrape.scratch)? {
            for (which, file) in &mut cpu.frequencies {
                let content = file.read_page(&mut scrape.scratch).ok();
                // A driver may refuse, and says `<unknown>` of a CPU that sleeps.
                if let Some(kilohertz) = content.and_then(|content| text::number::<u64>(content.trim_ascii())) {
                    out.add(families[*which], &[("cpu", &cpu.label)], kilohertz.saturating_mul(1000));
                }
            }
            cpu.write_governors(governor, &mut scrape.scratch, out);
        }
        Ok(())
    }
}

impl Cpu {
    fn new(label: &str, folder: &Path) -> Self {
        let files = FREQUENCIES.iter().enumerate().map(|(which, (name, ..))| (which, folder.join(name)));
        let frequencies = files.filter(|(_, path)| path.exists()).map(|(which, path)| (which, KeptFile::new(path)));
        Cpu {
            label: label.to_owned(),
            frequencies: frequencies.collect(),
            governor: KeptFile::new(folder.join("scaling_governor")),
            governors: KeptFile::new(folder.join("scaling_available_governors")),
        }
    }

    fn write_governors(&mut self, family: Family, buffer: &mut Vec<u8>, out: &mut Families) {
        let Ok(content) = self.governor.read_page(buffer) else { return };
        let current = text::shown(content.trim_ascii()).into_owned();
        let Ok(available) = self.governors.read_page(buffer) else { return };
        for governor in text::fields(available).filter(|_| !current.is_empty()) {
            let governor = text::shown(governor);
            out.add(family, &[("cpu", &self.label), ("governor", &governor)], governor == current);
        }
    }
}

/// The CPUs that are online and have a frequency.
fn find(folder: &Path, offline: &[u8]) -> Result<Vec<Cpu>, CollectError> {
    let offline = text::ranges(offline)
        .ok_or_else(|| CollectError::parse("offline", format!("`{}` is no list of CPUs", text::shown(offline))))?;
    let names = source::list(folder).map_err(CollectError::absent_is_no_data)?;
    let numbers = names.iter().filter_map(|name| name.strip_prefix("cpu")?.parse::<u32>().ok());
    let numbers: Vec<u32> = numbers.collect();
    if numbers.is_empty() {
        return Err(CollectError::no_data(format!("{} has no CPU", folder.display())));
    }
    let online = numbers.into_iter().filter(|number| !offline.contains(number));
    let folders = online.map(|number| (number, folder.join(format!("cpu{number}/cpufreq"))));
    Ok(folders.filter(|(_, folder)| folder.is_dir()).map(|(number, at)| Cpu::new(&number.to_string(), &at)).collect())
}
