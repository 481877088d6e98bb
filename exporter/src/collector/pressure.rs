//! Time lost to contention for CPU, memory, I/O and interrupts, from `/proc/pressure`.

use std::io::ErrorKind;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Settings;
use crate::sample::Families;
use crate::source::{KeptFile, if_present, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "pressure",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Pressure::new(settings))),
};

/// A resource, and the families for its lines `some` and `full`.
struct Resource {
    file: &'static str,
    some: Option<(&'static str, &'static str)>,
    full: Option<(&'static str, &'static str)>,
}

/// `full` says nothing of CPUs (no CPU, no work at all), and interrupts have no `some`.
const RESOURCES: [Resource; 4] = [
    Resource {
        file: "cpu",
        some: Some(("node_pressure_cpu_waiting_seconds_total", "Time in which a task waited for a CPU.")),
        full: None,
    },
    Resource {
        file: "io",
        some: Some(("node_pressure_io_waiting_seconds_total", "Time in which a task waited for I/O.")),
        full: Some(("node_pressure_io_stalled_seconds_total", "Time in which all tasks waited for I/O.")),
    },
    Resource {
        file: "memory",
        some: Some(("node_pressure_memory_waiting_seconds_total", "Time in which a task waited for memory.")),
        full: Some(("node_pressure_memory_stalled_seconds_total", "Time in which all tasks waited for memory.")),
    },
    Resource {
        file: "irq",
        some: None,
        full: Some(("node_pressure_irq_stalled_seconds_total", "Time in which all tasks waited for interrupts.")),
    },
];

struct Pressure {
    files: [KeptFile; RESOURCES.len()],
}

impl Pressure {
    fn new(settings: &Settings) -> Self {
        let folder = settings.roots.proc("pressure");
        Pressure { files: RESOURCES.map(|resource| KeptFile::new(folder.join(resource.file))) }
    }
}

impl Collector for Pressure {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        for (resource, file) in RESOURCES.iter().zip(&mut self.files) {
            let content = match if_present(file.read_record(&mut scrape.scratch)) {
                Ok(Some(content)) => content,
                // Kernels before 6.1 do not have `irq`; those without PSI have none.
                Ok(None) => continue,
                Err(error) if error.source.kind() == ErrorKind::Unsupported => {
                    return Err(CollectError::no_data("pressure is switched off; the kernel parameter psi=1 helps"));
                }
                Err(error) => return Err(error.into()),
            };
            for (line, family) in [(&b"some"[..], resource.some), (b"full", resource.full)] {
                let Some((name, help)) = family else { continue };
                let micros = parse_total(content, line, resource.file)?;
                out.counter_value(name, help, seconds(micros));
            }
        }
        if out.lines.is_empty() {
            return Err(CollectError::no_data("the kernel has no pressure information"));
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "2⁵³ µs are 285 years")]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1000.0 / 1000.0
}

/// The total, in µs, of a line like `some avg10=0.00 avg60=0.01 avg300=0.05 total=14036781`.
fn parse_total(content: &[u8], prefix: &[u8], file: &'static str) -> Result<u64, CollectError> {
    let line = text::lines(content).find(|line| text::fields(line).next() == Some(prefix));
    let Some(line) = line else {
        return Err(CollectError::no_data(format!("pressure/{file} has no line `{}`", text::shown(prefix))));
    };
    let total = text::fields(line).find_map(|field| field.strip_prefix(b"total="));
    total
        .and_then(text::number)
        .ok_or_else(|| CollectError::parse(format!("pressure/{file}"), format!("no total in `{}`", text::shown(line))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IO: &[u8] =
        b"some avg10=0.10 avg60=2.00 avg300=3.85 total=15\nfull avg10=0.20 avg60=3.00 avg300=4.95 total=25\n";

    #[test]
    fn each_line_has_its_total() {
        assert_eq!(parse_total(IO, b"some", "io").unwrap(), 15);
        assert_eq!(parse_total(IO, b"full", "io").unwrap(), 25);
    }

    #[test]
    fn a_missing_line_is_no_data_and_a_broken_one_an_error() {
        let told = |content: &[u8]| parse_total(content, b"full", "io").unwrap_err().to_string();
        assert_eq!(told(b"some avg10=0.10 total=15\n"), "no data: pressure/io has no line `full`");
        assert_eq!(told(b""), "no data: pressure/io has no line `full`");
        assert_eq!(told(b"full total=x"), "pressure/io: no total in `full total=x`");
        assert_eq!(told(b"full avg10"), "pressure/io: no total in `full avg10`");
    }
}
