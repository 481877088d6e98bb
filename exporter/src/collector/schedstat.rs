//! How long processors ran and tasks waited for them, from `/proc/schedstat`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "schedstat",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Schedstat { file: KeptFile::report(settings.roots.proc("schedstat")) })),
};

struct Schedstat {
    file: KeptFile,
}

impl Collector for Schedstat {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        let running = out.counter("node_schedstat_running_seconds_total", "Time that the CPU ran tasks, in seconds.");
        let waiting =
            out.counter("node_schedstat_waiting_seconds_total", "Time that tasks waited for the CPU, in seconds.");
        let timeslices = out.counter("node_schedstat_timeslices_total", "Times that the CPU was given to a task.");
        let mut processors = processors(content).peekable();
        if processors.peek().is_none() {
            return Err(CollectError::parse("schedstat", "no line for any processor"));
        }
        for cpu in processors {
            let labels = [("cpu", cpu.id)];
            out.add(running, &labels, seconds(cpu.running_ns));
            out.add(waiting, &labels, seconds(cpu.waiting_ns));
            out.add(timeslices, &labels, cpu.timeslices);
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is lost is below a microsecond after a century")]
fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}

#[derive(Debug, PartialEq)]
struct Processor<'a> {
    id: &'a str,
    running_ns: u64,
    waiting_ns: u64,
    timeslices: u64,
}

/// The lines `cpu<N>` and nine numbers, of which the last three count; see Documentation/scheduler/sched-stats.rst.
fn processors(content: &[u8]) -> impl Iterator<Item = Processor<'_>> {
    text::lines(content).filter_map(|line| {
        let mut fields = text::fields(line);
        let id = fields.next()?.strip_prefix(b"cpu").filter(|id| text::number::<u32>(id).is_some())?;
        let mut last = fields.skip(6).map(text::number);
        Some(Processor {
            id: std::str::from_utf8(id).ok()?,
            running_ns: last.next()??,
            waiting_ns: last.next()??,
            timeslices: last.next()??,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_three_of_nine_numbers_count() {
        let content = b"version 15\ntimestamp 15819019232\n\
            cpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 2045936778163039 343796328169361 4767485306\n\
            domain0 00000000,00000003 212499247 210112015 1861015 1860405436 536440\n\
            cpu1 1 2 3 4 5 6 7 8\n\
            cpux 1 2 3 4 5 6 7 8 9\n";
        let found: Vec<_> = processors(content).collect();
        let first = Processor {
            id: "0",
            running_ns: 2_045_936_778_163_039,
            waiting_ns: 343_796_328_169_361,
            timeslices: 4_767_485_306,
        };
        assert_eq!(found, [first], "a cut line and a processor without a number are left out");
        assert_eq!(processors(b"\xff\n\n cpu").count(), 0);
    }
}
