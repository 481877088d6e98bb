//! What `/sys/devices/system/cpu` tells: throttling, which CPUs are online, which are isolated.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::collector::CollectError;
use crate::sample::Families;
use crate::source::{self, KeptFile, Roots, text};

pub(super) struct Sysfs {
    folder: PathBuf,
    isolated: KeptFile,
    present: KeptFile,
    /// Folders of an ordinary tree can change at any time; sysfs' only when a CPU comes or goes.
    live: bool,
    known: Option<Known>,
}

/// The files of the CPUs, for as long as the same CPUs are there.
#[derive(Default)]
struct Known {
    present: Vec<u8>,
    packages: Vec<(u64, KeptFile)>,
    cores: Vec<Core>,
    /// Empty when the first CPU cannot be taken offline: no CPU is told of then, as `node_exporter` does it.
    online: Vec<(String, KeptFile)>,
}

struct Core {
    package: u64,
    core: u64,
    count: KeptFile,
}

impl Sysfs {
    pub(super) fn new(roots: &Roots) -> Self {
        let folder = roots.sys("devices/system/cpu");
        let kept = |name: &str| KeptFile::new(folder.join(name));
        Sysfs {
            isolated: kept("isolated"),
            present: kept("present"),
            live: source::is_sysfs(&roots.sysfs),
            known: None,
            folder,
        }
    }

    /// `changed` tells that other CPUs are online than at the last scrape.
    pub(super) fn collect(
        &mut self,
        changed: bool,
        buffer: &mut Vec<u8>,
        out: &mut Families,
    ) -> Result<(), CollectError> {
        if let Some(isolated) = source::if_present(self.isolated.read_page(buffer))? {
            let family = out.gauge("node_cpu_isolated", "1 for CPUs that the scheduler leaves alone.");
            for cpu in text::ranges(isolated.trim_ascii())
                .ok_or_else(|| CollectError::parse("isolated", "not a list of CPUs like `0,2-4`"))?
            {
                out.add(family, &[("cpu", &cpu.to_string())], 1u64);
            }
        }
        let known = self.known(changed, buffer);
        known.write_throttles(buffer, out);
        known.write_online(buffer, out);
        Ok(())
    }

    fn known(&mut self, changed: bool, buffer: &mut Vec<u8>) -> &mut Known {
        let present = self.present.read_page(buffer).unwrap_or_default();
        let known = self.known.take().filter(|known| self.live && !changed && known.present == present);
        self.known.insert(known.unwrap_or_else(|| Known::find(&self.folder, present.to_vec())))
    }
}

impl Known {
    fn find(folder: &std::path::Path, present: Vec<u8>) -> Self {
        let mut known = Known { present, ..Known::default() };
        let names = source::list(folder).unwrap_or_default();
        let numbered = |name: &&String| {
            name.strip_prefix("cpu").is_some_and(|number| number.bytes().next().is_some_and(|it| it.is_ascii_digit()))
        };
        let (mut packages, mut cores) = (HashSet::new(), HashSet::new());
        for (position, name) in names.iter().filter(numbered).enumerate() {
            let cpu = folder.join(name);
            let online = cpu.join("online");
            if (position == 0 || !known.online.is_empty()) && (position > 0 || online.exists()) {
                known.online.push((name.trim_start_matches("cpu").to_owned(), KeptFile::new(online)));
            }
            let id = |name: &str| source::read_number::<u64>(&cpu.join("topology").join(name));
            let (Ok(package), Ok(core)) = (id("physical_package_id"), id("core_id")) else { continue };
            let counter = |name: &str| cpu.join("thermal_throttle").join(name);
            // Hyperthreads share their core's counter, and all of a package's CPUs the package's: one of each counts.
            let path = counter("core_throttle_count");
            if !cores.contains(&(package, core)) && source::read_number::<u64>(&path).is_ok() {
                cores.insert((package, core));
                known.cores.push(Core { package, core, count: KeptFile::new(path) });
            }
            let path = counter("package_throttle_count");
            if !packages.contains(&package) && source::read_number::<u64>(&path).is_ok() {
                packages.insert(package);
                known.packages.push((package, KeptFile::new(path)));
            }
        }
        known
    }

    fn write_throttles(&mut self, buffer: &mut Vec<u8>, out: &mut Families) {
        let mut count = |file: &mut KeptFile| text::number::<u64>(file.read_page(buffer).ok()?.trim_ascii());
        let family = out.counter("node_cpu_package_throttles_total", "How often the CPU package was throttled.");
        for (package, file) in &mut self.packages {
            if let Some(count) = count(file) {
                out.add(family, &[("package", &package.to_string())], count);
            }
        }
        let family = out.counter("node_cpu_core_throttles_total", "How often the CPU core was throttled.");
        for core in &mut self.cores {
            if let Some(count) = count(&mut core.count) {
                let labels = [("core", &*core.core.to_string()), ("package", &*core.package.to_string())];
                out.add(family, &labels, count);
            }
        }
    }

    fn write_online(&mut self, buffer: &mut Vec<u8>, out: &mut Families) {
        let family = out.gauge("node_cpu_online", "Whether the CPU is online.");
        for (cpu, file) in &mut self.online {
            let online = file.read_page(buffer).is_ok_and(|content| content.trim_ascii() == b"1");
            out.add(family, &[("cpu", cpu)], online);
        }
    }
}
