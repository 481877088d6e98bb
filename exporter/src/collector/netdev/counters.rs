//! The counters of an interface, and the families that they become.

use super::shown_name;
use crate::collector::CollectError;
use crate::source::netlink::{Link, STATISTICS};
use crate::source::text;

/// An interface and its counters: in the order of [`DETAILED`], or of `/proc/net/dev`.
#[derive(Debug, PartialEq)]
pub(super) struct Device {
    pub(super) name: String,
    counters: [u64; STATISTICS],
}

/// A family, and the counters whose sum it is.
pub(in crate::collector) struct Counter {
    pub(in crate::collector) name: &'static str,
    pub(in crate::collector) help: &'static str,
    pub(in crate::collector) sum: &'static [usize],
}

/// Columns of `/proc/net/dev`.
const COLUMNS: usize = 16;

impl Device {
    /// `None` when the kernel tells no counters of the interface.
    pub(super) fn of(link: &Link<'_>) -> Option<Self> {
        Some(Device { name: shown_name(link.name), counters: link.statistics? })
    }

    pub(super) fn sum(&self, counter: &Counter) -> u64 {
        counter.sum.iter().filter_map(|&which| self.counters.get(which)).fold(0, |sum, &it| sum.wrapping_add(it))
    }
}

/// Parses `/proc/net/dev`: two lines of headings, and a line `name: counters` for each interface.
pub(super) fn parse(content: &[u8]) -> Result<Vec<Device>, CollectError> {
    let mut lines = text::lines(content);
    if lines.by_ref().take(2).count() < 2 {
        return Err(CollectError::parse("net/dev", "the headings are not there"));
    }
    lines.map(parse_line).collect()
}

fn parse_line(line: &[u8]) -> Result<Device, CollectError> {
    let broken = || {
        let problem = format!("`{}` is not an interface and its {COLUMNS} counters", text::shown(line));
        CollectError::parse("net/dev", problem)
    };
    // The last colon, for the name of an alias has one itself.
    let colon = memchr::memrchr(b':', line).ok_or_else(broken)?;
    let name = line[..colon].trim_ascii();
    let mut counters = [0; STATISTICS];
    let mut fields = text::fields(&line[colon + 1..]);
    for counter in &mut counters[..COLUMNS] {
        *counter = fields.next().and_then(text::number).ok_or_else(broken)?;
    }
    if name.is_empty() {
        return Err(broken());
    }
    Ok(Device { name: shown_name(name), counters })
}

macro_rules! counters {
    ($($($name:literal)+, $help:literal = $($sum:literal)+;)*) => {
        &[$(Counter { name: concat!("node_network_", $($name,)+ "_total"), help: $help, sum: &[$($sum),+] }),*]
    };
}

/// The kernel's counters, each under its own name.
#[rustfmt::skip]
pub(in crate::collector) const DETAILED: &[Counter] = counters! {
    "receive_packets", "Packets received." = 0;
    "transmit_packets", "Packets sent." = 1;
    "receive_bytes", "Bytes received." = 2;
    "transmit_bytes", "Bytes sent." = 3;
    "receive_errors", "Bad packets received." = 4;
    "transmit_errors", "Packets that could not be sent." = 5;
    "receive_dropped", "Packets received and dropped, mostly for want of memory or of a protocol." = 6;
    "transmit_dropped", "Packets dropped on their way out." = 7;
    "multicast", "Multicast packets received." = 8;
    "collisions", "Collisions while sending." = 9;
    "receive_length_errors", "Packets received with a length that cannot be." = 10;
    "receive_over_errors", "Packets received that overran the receiver's ring." = 11;
    "receive_crc_errors", "Packets received with a wrong checksum." = 12;
    "receive_frame_errors", "Packets received with a frame that is not aligned." = 13;
    "receive_fifo_errors", "Packets received that overran the receiver's queue." = 14;
    "receive_missed_errors", "Packets that the host had no room to take from the device." = 15;
    "transmit_aborted_errors", "Packets given up while sending." = 16;
    "transmit_carrier_errors", "Packets lost with the carrier while sending." = 17;
    "transmit_fifo_errors", "Packets that overran the sender's queue." = 18;
    "transmit_heartbeat_errors", "Packets sent without the heartbeat of old Ethernet." = 19;
    "transmit_window_errors", "Packets lost to late collisions." = 20;
    "receive_compressed", "Compressed packets received." = 21;
    "transmit_compressed", "Compressed packets sent." = 22;
    "receive_nohandler", "Packets received by an inactive interface of a group." = 23;
};

/// The sums that `/proc/net/dev` shows, under the names that come from there.
#[rustfmt::skip]
pub(super) const LEGACY: &[Counter] = counters! {
    "receive_packets", "Packets received." = 0;
    "transmit_packets", "Packets sent." = 1;
    "receive_bytes", "Bytes received." = 2;
    "transmit_bytes", "Bytes sent." = 3;
    "receive_errs", "Bad packets received." = 4;
    "transmit_errs", "Packets that could not be sent." = 5;
    "receive_drop", "Packets received and dropped, or missed by the host." = 6 15;
    "transmit_drop", "Packets dropped on their way out." = 7;
    "receive_multicast", "Multicast packets received." = 8;
    "transmit_colls", "Collisions while sending." = 9;
    "receive_frame", "Packets received with a wrong length, checksum or frame, or that overran the ring." = 13 10 11 12;
    "receive_fifo", "Packets received that overran the receiver's queue." = 14;
    "transmit_carrier", "Packets lost or given up while sending, mostly with the carrier." = 17 16 19 20;
    "transmit_fifo", "Packets that overran the sender's queue." = 18;
    "receive_compressed", "Compressed packets received." = 21;
    "transmit_compressed", "Compressed packets sent." = 22;
    "receive_nohandler", "Packets received by an inactive interface of a group." = 23;
};

/// The columns of `/proc/net/dev`, of which four have two names.
macro_rules! columns {
    ($errors:literal, $dropped:literal) => {
        counters! {
            "receive_bytes", "Bytes received." = 0;
            "receive_packets", "Packets received." = 1;
            "receive_" $errors, "Bad packets received." = 2;
            "receive_" $dropped, "Packets received and dropped, or missed by the host." = 3;
            "receive_fifo", "Packets received that overran the receiver's queue." = 4;
            "receive_frame", "Packets received with a wrong length, checksum or frame, or that overran the ring." = 5;
            "receive_compressed", "Compressed packets received." = 6;
            "receive_multicast", "Multicast packets received." = 7;
            "transmit_bytes", "Bytes sent." = 8;
            "transmit_packets", "Packets sent." = 9;
            "transmit_" $errors, "Packets that could not be sent." = 10;
            "transmit_" $dropped, "Packets dropped on their way out." = 11;
            "transmit_fifo", "Packets that overran the sender's queue." = 12;
            "transmit_colls", "Collisions while sending." = 13;
            "transmit_carrier", "Packets lost or given up while sending, mostly with the carrier." = 14;
            "transmit_compressed", "Compressed packets sent." = 15;
        }
    };
}

pub(super) const FILE_LEGACY: &[Counter] = columns!("errs", "drop");

/// The same under the names of [`DETAILED`], where `node_exporter` has them so.
pub(super) const FILE_DETAILED: &[Counter] = columns!("errors", "dropped");

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: &str = "Inter-|   Receive\n face |bytes\n";

    #[test]
    fn each_line_is_an_interface() {
        let devices = parse(
            format!("{HEADINGS}  eth0:0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\nlo:1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n")
                .as_bytes(),
        )
        .unwrap();
        let shown: Vec<_> = devices.iter().map(|it| (it.name.as_str(), it.counters[0], it.counters[15])).collect();
        assert_eq!(shown, [("eth0:0", 1, 16), ("lo", 1, 0)]);
        assert!(parse(HEADINGS.as_bytes()).unwrap().is_empty());
    }

    #[test]
    fn broken_files_are_told() {
        let told = |line: &str| parse(format!("{HEADINGS}{line}").as_bytes()).unwrap_err().to_string();
        for line in ["eth0", ": 1", "eth0: 1 2 3", "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 x"] {
            assert_eq!(told(line), format!("net/dev: `{line}` is not an interface and its 16 counters"));
        }
        assert_eq!(parse(b"").unwrap_err().to_string(), "net/dev: the headings are not there");
    }

    #[test]
    fn old_names_are_sums() {
        let device = Device { name: "eth0".into(), counters: std::array::from_fn(|which| 1 << which) };
        let sum = |wanted| device.sum(LEGACY.iter().find(|counter| counter.name == wanted).unwrap());
        assert_eq!(sum("node_network_receive_frame_total"), 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13);
        assert_eq!(sum("node_network_transmit_carrier_total"), 1 << 16 | 1 << 17 | 1 << 19 | 1 << 20);
        assert_eq!(sum("node_network_receive_drop_total"), 1 << 6 | 1 << 15);
    }
}
