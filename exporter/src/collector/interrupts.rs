//! Interrupts by CPU, from `/proc/interrupts`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::{KeptFile, text};

const INCLUDE: &str = "collector.interrupts.name-include";
const EXCLUDE: &str = "collector.interrupts.name-exclude";
const INCLUDE_ZEROS: &str = "collector.interrupts.include-zeros";

#[rustfmt::skip]
pub(super) const REGISTRATION: Registration = Registration {
    name: "interrupts",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[
        Flag::text(INCLUDE, "REGEXP", "", "Interrupts, as `name;info;devices`, to include; excludes --collector.interrupts.name-exclude."),
        Flag::text(EXCLUDE, "REGEXP", "", "Interrupts, as `name;info;devices`, to leave out; excludes --collector.interrupts.name-include."),
        Flag::switch(INCLUDE_ZEROS, true, "Include interrupts that a CPU has never had."),
    ],
    new: |settings| {
        Ok(Box::new(Interrupts {
            file: KeptFile::report(settings.roots.proc("interrupts")),
            filter: settings.filter(INCLUDE, EXCLUDE)?,
            include_zeros: settings.switch(INCLUDE_ZEROS),
        }))
    },
};

struct Interrupts {
    file: KeptFile,
    filter: Filter,
    include_zeros: bool,
}

impl Collector for Interrupts {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut lines = text::lines(self.file.read(&mut scrape.scratch)?);
        let headings = lines.next().ok_or_else(|| CollectError::parse("interrupts", "the file is empty"))?;
        // The number, not the column: CPUs that are offline have none.
        let cpus: Vec<_> = text::fields(headings).map(text::cpu_number).collect();
        let family = out.counter("node_interrupts_total", "Interrupts that the CPU has serviced.");
        for line in lines {
            let Some(interrupt) = Interrupt::parse(line, cpus.len())? else { continue };
            let Interrupt { name, info, devices, counts } = &interrupt;
            if !self.filter.accepts(&format!("{name};{info};{devices}")) {
                continue;
            }
            for (cpu, &count) in cpus.iter().zip(counts).filter(|(_, count)| self.include_zeros || **count > 0) {
                out.add(family, &[("cpu", cpu), ("devices", devices), ("info", info), ("type", name)], count);
            }
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Interrupt {
    name: String,
    info: String,
    devices: String,
    /// By column: the kernel has one for each CPU that is online.
    counts: Vec<u64>,
}

impl Interrupt {
    /// Parses `  9:  398553  2320  IR-IO-APIC-fasteoi  acpi`. A number's first word after the counts tells of the chip
    /// and the rest of the devices; other interrupts have a description. `None` for totals of the machine (`ERR`,
    /// `MIS`), which have no count for each CPU.
    fn parse(line: &[u8], cpus: usize) -> Result<Option<Self>, CollectError> {
        let Some((name, rest)) = text::split_once(line, b':') else { return Ok(None) };
        let name = text::shown(name.trim_ascii_start()).into_owned();
        let fields: Vec<&[u8]> = text::fields(rest).collect();
        let Some((columns, words)) = fields.split_at_checked(cpus).filter(|(_, words)| !words.is_empty()) else {
            return Ok(None);
        };
        let counts = columns.iter().map(|count| {
            text::number(count).ok_or_else(|| {
                let problem = format!("`{}` of {name} is not a number", text::shown(count));
                CollectError::parse("interrupts", problem)
            })
        });
        let counts = counts.collect::<Result<_, _>>()?;
        let chip = if name.parse::<u32>().is_ok() { 1 } else { words.len() };
        let (info, devices) = words.split_at(chip);
        let joined = |words: &[&[u8]]| text::shown(&words.join(&b' ')).into_owned();
        Ok(Some(Interrupt { info: joined(info), devices: joined(devices), name, counts }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> (String, String, String, Vec<u64>) {
        let interrupt = Interrupt::parse(line.as_bytes(), 2).unwrap().unwrap();
        (interrupt.name, interrupt.info, interrupt.devices, interrupt.counts)
    }

    #[test]
    fn a_numbered_interrupt_has_devices_and_others_a_description() {
        let numbered = parsed("   9:     398553       2320   IR-IO-APIC-fasteoi   acpi i2c");
        assert_eq!(numbered, ("9".into(), "IR-IO-APIC-fasteoi".into(), "acpi i2c".into(), vec![398_553, 2320]));
        let named = parsed(" NMI:47 5031   Non-maskable interrupts");
        assert_eq!(named, ("NMI".into(), "Non-maskable interrupts".into(), String::new(), vec![47, 5031]));
    }

    #[test]
    fn totals_of_the_machine_are_left_out() {
        for line in ["ERR:          0", "MIS:          0", "", "x", "1: 2"] {
            assert_eq!(Interrupt::parse(line.as_bytes(), 2).unwrap(), None, "{line}");
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        let error = Interrupt::parse(b"9: 1 x acpi", 2).unwrap_err().to_string();
        assert_eq!(error, "interrupts: `x` of 9 is not a number");
    }
}
