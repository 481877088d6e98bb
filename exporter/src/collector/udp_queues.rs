//! Memory that queued UDP datagrams take, from `/proc/net/udp` and `/proc/net/udp6`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, if_present, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "udp_queues",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let file = |path: &'static str| (path, KeptFile::new(settings.roots.proc(path)));
        Ok(Box::new(UdpQueues { files: [("v4", file("net/udp")), ("v6", file("net/udp6"))] }))
    },
};

/// A socket's line has 128 bytes, or some more with IPv6 addresses.
const LONGEST_LINE: usize = 512;

struct UdpQueues {
    files: [(&'static str, (&'static str, KeptFile)); 2],
}

impl Collector for UdpQueues {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let family = out.gauge("node_udp_queues", "Memory that queued UDP datagrams take in the kernel, in bytes.");
        let mut found = false;
        for (ip, (path, file)) in &mut self.files {
            let Some(content) = if_present(file.read_records(&mut scrape.scratch, LONGEST_LINE))? else { continue };
            found = true;
            let queues = Queues::sum(content).map_err(|problem| CollectError::parse(*path, problem))?;
            out.add(family, &[("ip", ip), ("queue", "rx")], queues.receive);
            out.add(family, &[("ip", ip), ("queue", "tx")], queues.transmit);
        }
        if found { Ok(()) } else { Err(CollectError::no_data("neither net/udp nor net/udp6 exists")) }
    }
}

#[derive(Debug, Default, PartialEq)]
struct Queues {
    receive: u64,
    transmit: u64,
}

impl Queues {
    /// Sums the column `tx_queue:rx_queue` over all sockets; after a head, each has a line.
    fn sum(content: &[u8]) -> Result<Self, String> {
        let mut lines = text::lines(content);
        lines.next().ok_or("is empty")?;
        let mut sum = Queues::default();
        for line in lines {
            let (transmit, receive) = queues(line).ok_or_else(|| format!("no queues in `{}`", text::shown(line)))?;
            sum.transmit = sum.transmit.wrapping_add(transmit);
            sum.receive = sum.receive.wrapping_add(receive);
        }
        Ok(sum)
    }
}

/// The fifth of a socket's 13 columns. The tenth has to be there, too, or the line was cut.
fn queues(line: &[u8]) -> Option<(u64, u64)> {
    let mut fields = text::fields(line);
    let (transmit, receive) = text::split_once(fields.nth(4)?, b':')?;
    fields.nth(4)?;
    Some((text::hexadecimal(transmit)?, text::hexadecimal(receive)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n";

    #[test]
    fn the_queues_of_all_sockets_are_summed() {
        let socket = "    0: 0A000005:0016 00000000:0000 0A 00000015:00000001 00:00000000 00000000     0        0 2740 1 ffff88003d3af3c0 0\n";
        let sum = Queues::sum(format!("{HEAD}{socket}{socket}").as_bytes()).unwrap();
        assert_eq!(sum, Queues { receive: 2, transmit: 42 });
        assert_eq!(Queues::sum(HEAD.as_bytes()).unwrap(), Queues::default());
    }

    #[test]
    fn cut_and_wrong_lines_are_shown() {
        assert_eq!(Queues::sum(b"").unwrap_err(), "is empty");
        for line in ["0: 1 2 3 15:1 00 0 0 0", "0: 1 2 3 15 00 0 0 0 1", "0: 1 2 3 x:1 00 0 0 0 1"] {
            assert_eq!(
                Queues::sum(format!("{HEAD}{line}\n").as_bytes()).unwrap_err(),
                format!("no queues in `{line}`")
            );
        }
    }
}
