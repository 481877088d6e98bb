//! Memory that queued UDP datagrams take, from `/proc/net/udp` and `/proc/net/udp6`.

use crate::collector::{CollectError, Collector, IpVersion, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, if_present, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "udp_queues",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let of = |version, ip, path, in_use| Table {
            version,
            ip,
            path,
            in_use,
            file: KeptFile::report(settings.roots.proc(path)),
        };
        Ok(Box::new(UdpQueues {
            tables: [
                of(IpVersion::V4, "v4", "net/udp", b"UDP: inuse "),
                of(IpVersion::V6, "v6", "net/udp6", b"UDP6: inuse "),
            ],
        }))
    },
};

/// A socket's line has 128 bytes, or some more with IPv6 addresses.
const LONGEST_LINE: usize = 512;

struct UdpQueues {
    tables: [Table; 2],
}

/// The sockets of a version of IP.
struct Table {
    version: IpVersion,
    ip: &'static str,
    path: &'static str,
    /// What stands before the number of these sockets in sockstat.
    in_use: &'static [u8],
    file: KeptFile,
}

impl Collector for UdpQueues {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let family = out.gauge("node_udp_queues", "Memory that queued UDP datagrams take in the kernel, in bytes.");
        let mut found = false;
        for table in &mut self.tables {
            let Some(queues) = table.queues(scrape)? else { continue };
            found = true;
            out.add(family, &[("ip", table.ip), ("queue", "rx")], queues.receive);
            out.add(family, &[("ip", table.ip), ("queue", "tx")], queues.transmit);
        }
        if found { Ok(()) } else { Err(CollectError::no_data("neither net/udp nor net/udp6 exists")) }
    }
}

impl Table {
    /// The sums over all sockets; `None` where the kernel does not know this version of IP.
    fn queues(&mut self, scrape: &mut Scrape) -> Result<Option<Queues>, CollectError> {
        // For this file the kernel walks through its whole hash table, sockets or not, and counts them for the other.
        if self.file.is_kept() && scrape.sockstat(self.version)?.is_some_and(|it| is_none_in_use(it, self.in_use)) {
            return Ok(Some(Queues::default()));
        }
        let content = if_present(self.file.read_records(&mut scrape.scratch, LONGEST_LINE))?;
        let queues = content.map(Queues::sum).transpose();
        queues.map_err(|problem| CollectError::parse(self.path, problem))
    }
}

fn is_none_in_use(sockstat: &[u8], in_use: &[u8]) -> bool {
    let number = text::lines(sockstat).find_map(|line| text::fields(line.strip_prefix(in_use)?).next());
    number == Some(b"0")
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
    fn a_socket_in_use_is_one_that_sockstat_counts() {
        let none = |sockstat: &[u8]| is_none_in_use(sockstat, b"UDP: inuse ");
        assert!(none(b"sockets: used 43\nUDP: inuse 0 mem 4\nUDPLITE: inuse 0\n"));
        assert!(none(b"UDP: inuse 0"));
        for other in
            ["UDP: inuse 10 mem 0\n", "UDPLITE: inuse 0\nUDP: inuse 1 mem 0\n", "UDP6: inuse 0\n", "UDP: inuse\n", ""]
        {
            assert!(!none(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn the_kernel_shows_a_socket_where_it_counts_one() {
        let settings = crate::config::settings(&[]).unwrap();
        let mut scrape = Scrape::new(&settings.roots);
        let mut collector = (REGISTRATION.new)(&settings).unwrap();
        let mut scraped = || {
            let mut out = Families::default();
            scrape.begin();
            collector.collect(&mut scrape, &mut out).unwrap();
            String::from_utf8_lossy(&out.text).into_owned()
        };
        scraped();
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(&[0; 1000], socket.local_addr().unwrap()).unwrap();
        let text = scraped();
        let queued = text.lines().find_map(|line| line.rsplit_once("{ip=\"v4\",queue=\"rx\"} ")).unwrap().1;
        assert!(queued.parse::<u64>().unwrap() >= 1000, "{text}");
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
