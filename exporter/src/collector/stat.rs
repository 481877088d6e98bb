//! Interrupts, context switches, forks and boot time, from `/proc/stat`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::sample::{Families, Kind};
use crate::source::text;

pub(super) const REGISTRATION: Registration = Registration {
    name: "stat",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[Flag::switch("collector.stat.softirq", false, "Export the count of softirqs for each vector.")],
    new: |settings| Ok(Box::new(Stat { softirq: settings.switch("collector.stat.softirq") })),
};

struct Stat {
    softirq: bool,
}

/// The file's keys whose first value is exposed, with the family it becomes.
const FAMILIES: [(&[u8], Kind, &str, &str); 6] = [
    (b"intr", Kind::Counter, "node_intr_total", "Interrupts that the machine has serviced."),
    (b"ctxt", Kind::Counter, "node_context_switches_total", "Switches from one thread to another on a CPU."),
    (b"btime", Kind::Gauge, "node_boot_time_seconds", "When the machine booted, in Unix time."),
    (b"processes", Kind::Counter, "node_forks_total", "Processes and threads that were created."),
    (b"procs_running", Kind::Gauge, "node_procs_running", "Threads that run or could run at once."),
    (b"procs_blocked", Kind::Gauge, "node_procs_blocked", "Threads that wait for I/O to complete."),
];

/// The vectors of the line `softirq`, in the kernel's order, under `node_exporter`'s names.
const VECTORS: [&str; 10] =
    ["hi", "timer", "net_tx", "net_rx", "block", "block_iopoll", "tasklet", "sched", "hrtimer", "rcu"];

impl Collector for Stat {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = scrape.stat()?;
        let before = out.lines.len();
        for line in text::lines(content) {
            let Some((key, values)) = text::split_once(line, b' ') else { continue };
            if let Some((_, kind, name, help)) = FAMILIES.iter().find(|family| family.0 == key) {
                let family = out.declare(*kind, name, help);
                out.add(family, &[], first_number(key, values)?);
            } else if self.softirq && key == b"softirq" {
                let family = out.counter("node_softirqs_total", "Softirqs that were serviced, for each vector.");
                for (vector, count) in VECTORS.iter().zip(parse_softirqs(values)?) {
                    out.add(family, &[("vector", vector)], count);
                }
            }
        }
        if out.lines.len() == before {
            return Err(CollectError::parse("stat", "none of the known lines is there"));
        }
        Ok(())
    }
}

fn first_number(key: &[u8], values: &[u8]) -> Result<u64, CollectError> {
    let first = text::fields(values).next().unwrap_or_default();
    text::number(first).ok_or_else(|| {
        CollectError::parse("stat", format!("`{}` of {} is not a number", text::shown(first), text::shown(key)))
    })
}

/// Parses the counts of the vectors; the first number, their sum, is skipped.
fn parse_softirqs(values: &[u8]) -> Result<[u64; VECTORS.len()], CollectError> {
    let mut fields = text::fields(values).skip(1);
    let mut counts = [0; VECTORS.len()];
    for (count, vector) in counts.iter_mut().zip(VECTORS) {
        *count = fields
            .next()
            .and_then(text::number)
            .ok_or_else(|| CollectError::parse("stat", format!("no number of softirqs for {vector}")))?;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_of_many_interrupts_is_the_total() {
        assert_eq!(first_number(b"intr", b"8885917 17 0 0 1").unwrap(), 8_885_917);
    }

    #[test]
    fn what_is_no_number_is_named() {
        let told = |values| first_number(b"ctxt", values).unwrap_err().to_string();
        assert_eq!(told(b"x"), "stat: `x` of ctxt is not a number");
        assert_eq!(told(b""), "stat: `` of ctxt is not a number");
        assert_eq!(told(b"18446744073709551616"), "stat: `18446744073709551616` of ctxt is not a number");
    }

    #[test]
    fn softirqs_follow_their_sum() {
        let counts =
            parse_softirqs(b"5057579 250191 1481983 1647 211099 186066 0 1783454 622196 12499 508444").unwrap();
        assert_eq!(counts, [250_191, 1_481_983, 1647, 211_099, 186_066, 0, 1_783_454, 622_196, 12_499, 508_444]);
        assert_eq!(parse_softirqs(b"1 2 3").unwrap_err().to_string(), "stat: no number of softirqs for net_tx");
    }
}
