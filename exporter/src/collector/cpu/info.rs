//! `/proc/cpuinfo`: what each CPU is, and the flags and bugs of the first.

use std::path::PathBuf;

use regex::Regex;

use crate::collector::CollectError;
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) struct Info {
    file: KeptFile,
    flags: Option<Regex>,
    bugs: Option<Regex>,
    with_frequency: bool,
}

/// What the file tells of one CPU; empty where it does not say.
#[derive(Debug, Default, PartialEq)]
struct CpuInfo<'f> {
    number: u64,
    vendor: &'f [u8],
    family: &'f [u8],
    model: &'f [u8],
    model_name: &'f [u8],
    stepping: &'f [u8],
    microcode: &'f [u8],
    cache_size: &'f [u8],
    package: &'f [u8],
    core: &'f [u8],
    megahertz: f64,
    flags: &'f [u8],
    bugs: &'f [u8],
}

impl Info {
    pub(super) fn new(path: PathBuf, flags: Option<Regex>, bugs: Option<Regex>, with_frequency: bool) -> Self {
        Info { file: KeptFile::report(path), flags, bugs, with_frequency }
    }

    pub(super) fn collect(&mut self, buffer: &mut Vec<u8>, out: &mut Families) -> Result<(), CollectError> {
        let cpus = parse(self.file.read(buffer)?)?;
        write_info(&cpus, out);
        if self.with_frequency {
            write_frequency(&cpus, out);
        }
        let Some(first) = cpus.first() else { return Ok(()) };
        if let Some(pattern) = &self.flags {
            write_matching(("node_cpu_flag_info", "1 for flags of the first CPU.", "flag"), pattern, first.flags, out);
        }
        if let Some(pattern) = &self.bugs {
            write_matching(("node_cpu_bug_info", "1 for bugs of the first CPU.", "bug"), pattern, first.bugs, out);
        }
        Ok(())
    }
}

fn write_info(cpus: &[CpuInfo<'_>], out: &mut Families) {
    let family = out.gauge("node_cpu_info", "1, labelled by what /proc/cpuinfo tells of the CPU.");
    for cpu in cpus {
        let labels = [
            ("cachesize", &*text::shown(cpu.cache_size)),
            ("core", &*text::shown(cpu.core)),
            ("cpu", &*cpu.number.to_string()),
            ("family", &*text::shown(cpu.family)),
            ("microcode", &*text::shown(cpu.microcode)),
            ("model", &*text::shown(cpu.model)),
            ("model_name", &*text::shown(cpu.model_name)),
            ("package", &*text::shown(cpu.package)),
            ("stepping", &*text::shown(cpu.stepping)),
            ("vendor", &*text::shown(cpu.vendor)),
        ];
        out.add(family, &labels, 1u64);
    }
}

fn write_frequency(cpus: &[CpuInfo<'_>], out: &mut Families) {
    let family = out.gauge("node_cpu_frequency_hertz", "The CPU's frequency at present.");
    for cpu in cpus {
        let (core, package) = (text::shown(cpu.core), text::shown(cpu.package));
        let labels = [("core", &*core), ("cpu", &*cpu.number.to_string()), ("package", &*package)];
        out.add(family, &labels, cpu.megahertz * 1e6);
    }
}

fn write_matching((name, help, label): (&str, &str, &str), pattern: &Regex, values: &[u8], out: &mut Families) {
    let family = out.gauge(name, help);
    for value in text::fields(values).map(text::shown) {
        if pattern.is_match(&value) {
            out.add(family, &[(label, &value)], 1u64);
        }
    }
}

/// Parses the blocks of `name : value` lines, of which each begins with `processor`. A line before the first block
/// tells of all CPUs; ARM writes `Features` where x86 writes `flags`.
fn parse(content: &[u8]) -> Result<Vec<CpuInfo<'_>>, CollectError> {
    let mut cpus: Vec<CpuInfo<'_>> = Vec::new();
    for line in text::lines(content) {
        let Some((name, value)) = text::split_once(line, b':') else { continue };
        let (name, value) = (name.trim_ascii(), value.trim_ascii());
        let broken = || CollectError::parse("cpuinfo", format!("`{}` has no number", text::shown(line)));
        if name == b"processor" {
            let number = text::number(value).ok_or_else(broken)?;
            cpus.push(CpuInfo { number, ..CpuInfo::default() });
            continue;
        }
        let Some(cpu) = cpus.last_mut() else { continue };
        match name {
            b"vendor_id" | b"vendor" => cpu.vendor = value,
            b"cpu family" => cpu.family = value,
            b"model" => cpu.model = value,
            b"model name" => cpu.model_name = value,
            b"stepping" => cpu.stepping = value,
            b"microcode" => cpu.microcode = value,
            b"cache size" => cpu.cache_size = value,
            b"physical id" => cpu.package = value,
            b"core id" => cpu.core = value,
            b"cpu MHz" => cpu.megahertz = text::number(value).ok_or_else(broken)?,
            b"flags" | b"Features" => cpu.flags = value,
            b"bugs" => cpu.bugs = value,
            _ => {}
        }
    }
    if cpus.is_empty() {
        return Err(CollectError::parse("cpuinfo", "there is no line `processor`"));
    }
    Ok(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_a_cpu() {
        let cpus = parse(
            b"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel name\t: A B\ncpu MHz\t\t: 799.998\nflags\t\t: fpu aes\nbugs\t\t: mds\npower management:\n\nprocessor\t: 12\nphysical id\t: 1\n",
        )
        .unwrap();
        let first = CpuInfo {
            vendor: b"GenuineIntel",
            family: b"6",
            model_name: b"A B",
            megahertz: 799.998,
            flags: b"fpu aes",
            bugs: b"mds",
            ..CpuInfo::default()
        };
        assert_eq!(cpus, [first, CpuInfo { number: 12, package: b"1", ..CpuInfo::default() }]);
    }

    #[test]
    fn arm_has_features() {
        let cpus = parse(b"processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU part\t: 0xd0c\n").unwrap();
        assert_eq!(cpus, [CpuInfo { flags: b"fp asimd", ..CpuInfo::default() }]);
    }

    #[test]
    fn broken_files_are_told() {
        let told = |content: &[u8]| parse(content).unwrap_err().to_string();
        assert_eq!(told(b""), "cpuinfo: there is no line `processor`");
        assert_eq!(told(b"\xff\xfe:\x00\n"), "cpuinfo: there is no line `processor`");
        assert_eq!(told(b"processor: x\n"), "cpuinfo: `processor: x` has no number");
        assert_eq!(told(b"processor: 0\ncpu MHz: fast\n"), "cpuinfo: `cpu MHz: fast` has no number");
    }
}
