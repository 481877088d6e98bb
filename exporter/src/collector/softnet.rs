//! How each processor coped with received packets, from `/proc/net/softnet_stat`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "softnet",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Softnet { file: KeptFile::new(settings.roots.proc(FILE)) })),
};

const FILE: &str = "net/softnet_stat";

/// 15 numbers of 8 digits, and room for more.
const LONGEST_LINE: usize = 256;

struct Softnet {
    file: KeptFile,
}

impl Collector for Softnet {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read_records(&mut scrape.scratch, LONGEST_LINE)?;
        if content.is_empty() {
            return Err(CollectError::parse(FILE, "no line for any processor"));
        }
        let processed = out.counter("node_softnet_processed_total", "Packets processed.");
        let dropped = out.counter("node_softnet_dropped_total", "Packets dropped because the backlog was full.");
        let squeezed = out.counter(
            "node_softnet_times_squeezed_total",
            "Times that packets were left over because the quota or the time was used up.",
        );
        let collisions = out.counter("node_softnet_cpu_collision_total", "Collisions at a device's lock for sending.");
        let received_rps = out
            .counter("node_softnet_received_rps_total", "Times that the CPU was woken to process packets of another.");
        let flow_limit = out.counter("node_softnet_flow_limit_count_total", "Times that a flow reached its limit.");
        let backlog = out.gauge("node_softnet_backlog_len", "Packets that wait in the backlog.");
        for (place, line) in text::lines(content).enumerate() {
            let cpu = Processor::parse(line, place).ok_or_else(|| {
                CollectError::parse(FILE, format!("`{}` is not nine hexadecimal numbers or more", text::shown(line)))
            })?;
            let mut id = itoa::Buffer::new();
            let labels = [("cpu", id.format(cpu.id))];
            out.add(processed, &labels, cpu.processed);
            out.add(dropped, &labels, cpu.dropped);
            out.add(squeezed, &labels, cpu.squeezed);
            out.add(collisions, &labels, cpu.collisions);
            out.add(received_rps, &labels, cpu.received_rps);
            out.add(flow_limit, &labels, cpu.flow_limit);
            out.add(backlog, &labels, cpu.backlog);
        }
        Ok(())
    }
}

#[derive(Debug, PartialEq, Default)]
struct Processor {
    id: u32,
    processed: u32,
    dropped: u32,
    squeezed: u32,
    collisions: u32,
    received_rps: u32,
    flow_limit: u32,
    backlog: u32,
}

impl Processor {
    /// Parses a line. The kernel's `softnet_seq_show` has grown over time: 9 columns to begin with, `received_rps`
    /// since 2.6.39, `flow_limit_count` since 4.18, the backlog and the processor's number since 5.14.
    fn parse(line: &[u8], place: usize) -> Option<Self> {
        let mut columns = [0; 13];
        let mut width = 0;
        for (column, field) in columns.iter_mut().zip(text::fields(line)) {
            *column = text::hexadecimal(field).and_then(|value| u32::try_from(value).ok())?;
            width += 1;
        }
        let [processed, dropped, squeezed, _, _, _, _, _, collisions, received_rps, flow_limit, backlog, id] = columns;
        let (backlog, id) = if width == columns.len() { (backlog, id) } else { (0, u32::try_from(place).ok()?) };
        let cpu = Processor { id, processed, dropped, squeezed, collisions, received_rps, flow_limit, backlog };
        (width >= 9).then_some(cpu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_told_by_the_last_column_or_by_the_place() {
        let new = b"00015c73 00020e76 f0000769 00000000 00000000 00000000 00000000 00000000 00000005 00000006 00000007 00000008 0000000c";
        let cpu = Processor {
            id: 12,
            processed: 0x15c73,
            dropped: 0x20e76,
            squeezed: 0xf000_0769,
            collisions: 5,
            received_rps: 6,
            flow_limit: 7,
            backlog: 8,
        };
        assert_eq!(Processor::parse(new, 3), Some(cpu));
        let old = Processor::parse(b"1 2 3 0 0 0 0 0 4", 3).unwrap();
        assert_eq!((old.id, old.collisions, old.received_rps, old.backlog), (3, 4, 0, 0));
    }

    #[test]
    fn short_and_wrong_lines_are_refused() {
        for line in [&b""[..], b"1 2 3 0 0 0 0 0", b"1 2 3 0 0 0 0 0 x", b"1 2 3 0 0 0 0 0 100000000", b"\xff"] {
            assert_eq!(Processor::parse(line, 0), None);
        }
    }
}
