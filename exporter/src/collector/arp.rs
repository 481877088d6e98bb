//! Neighbours in the ARP table by interface, over netlink or from `/proc/net/arp`.

use std::collections::BTreeMap;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::netlink::{Netlink, integer, u32_at};
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "arp",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[
        Flag::text("collector.arp.device-include", "REGEX", "", "Interfaces to expose; excludes the other."),
        Flag::text("collector.arp.device-exclude", "REGEX", "", "Interfaces not to expose."),
        Flag::switch("collector.arp.netlink", true, "Ask over netlink instead of reading /proc/net/arp."),
    ],
    new: |settings| {
        let devices = settings.filter("collector.arp.device-include", "collector.arp.device-exclude")?;
        let source = if settings.switch("collector.arp.netlink") {
            Source::Netlink(Netlink::route())
        } else {
            Source::File(KeptFile::report(settings.roots.proc(FILE)))
        };
        Ok(Box::new(Arp { devices, source }))
    },
};

const FILE: &str = "net/arp";

struct Arp {
    devices: Filter,
    source: Source,
}

enum Source {
    Netlink(Netlink),
    File(KeptFile),
}

impl Collector for Arp {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let counts = match &mut self.source {
            Source::Netlink(netlink) => ask(netlink, scrape)?,
            Source::File(file) => parse(file.read(&mut scrape.scratch)?)?,
        };
        let entries = out.gauge("node_arp_entries", "Neighbours in the ARP table.");
        for (device, count) in counts {
            if self.devices.accepts(&device) {
                out.add(entries, &[("device", &device)], count);
            }
        }
        Ok(())
    }
}

/// `RTM_GETNEIGH`, and what answers it.
const GET_NEIGHBOURS: u16 = 30;
const NEIGHBOUR: u16 = 28;
/// `struct ndmsg`, with the family that ARP is for.
const REQUEST: [u8; 12] = [AF_INET, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const AF_INET: u8 = 2;
/// The state of entries that ask for no ARP, which `/proc/net/arp` does not show.
const NO_ARP: u16 = 0x40;

fn ask(netlink: &mut Netlink, scrape: &mut Scrape) -> Result<BTreeMap<String, u32>, CollectError> {
    let failed = |error| CollectError::Failed(format!("cannot list the neighbours: {error}"));
    let mut of_index: BTreeMap<u32, u32> = BTreeMap::new();
    for message in netlink.dump(GET_NEIGHBOURS, &REQUEST, scrape.deadline).map_err(failed)? {
        if let Some(index) = Some(message.payload).filter(|_| message.kind == NEIGHBOUR).and_then(neighbour) {
            *of_index.entry(index).or_default() += 1;
        }
    }
    if of_index.is_empty() {
        return Ok(BTreeMap::new());
    }
    // An interface that is gone meanwhile has no name, and no neighbours any more.
    let named =
        scrape.links()?.filter_map(|link| Some((text::shown(link.name).into_owned(), *of_index.get(&link.index)?)));
    Ok(named.collect())
}

/// The interface of an entry of the ARP table: in `struct ndmsg`, the index stands at 4 and the state at 8.
fn neighbour(payload: &[u8]) -> Option<u32> {
    let state = u16::from_ne_bytes(integer(payload, 8)?);
    let index = u32_at(payload, 4)?;
    (payload.first() == Some(&AF_INET) && state & NO_ARP == 0).then_some(index)
}

/// Counts the lines by their last column; see `proc_net(5)`.
fn parse(content: &[u8]) -> Result<BTreeMap<String, u32>, CollectError> {
    let mut lines = text::lines(content);
    lines.next().ok_or_else(|| CollectError::parse(FILE, "is empty"))?;
    let mut counts = BTreeMap::new();
    for line in lines {
        let columns: Vec<&[u8]> = text::fields(line).collect();
        match *columns {
            [] => {}
            [_, _, flags, _, _, device] if text::hexadecimal(flags).is_some() => {
                *counts.entry(text::shown(device).into_owned()).or_default() += 1;
            }
            _ => return Err(CollectError::parse(FILE, format!("`{}` is no neighbour", text::shown(line)))),
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "IP address       HW type     Flags       HW address            Mask     Device\n";

    #[test]
    fn lines_are_counted_by_device() {
        let line =
            |device| format!("192.168.1.1      0x1         0x2         cc:aa:dd:ee:aa:bb     *        {device}\n");
        let content = [HEAD.to_owned(), line("eth0"), line("eth1"), line("eth0")].concat();
        let counts = parse(content.as_bytes()).unwrap();
        assert_eq!(counts, BTreeMap::from([("eth0".to_owned(), 2), ("eth1".to_owned(), 1)]));
        assert!(parse(HEAD.as_bytes()).unwrap().is_empty());
    }

    #[test]
    fn cut_and_wrong_lines_are_shown() {
        assert_eq!(parse(b"").unwrap_err().to_string(), "net/arp: is empty");
        let error = parse(format!("{HEAD}192.168.1.1 0x1\n").as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "net/arp: `192.168.1.1 0x1` is no neighbour");
        assert!(parse(format!("{HEAD}192.168.1.1 0x1 x cc:aa * eth0\n").as_bytes()).is_err());
    }

    #[test]
    fn an_entry_counts_when_it_asks_for_arp() {
        let entry = |family: u8, state: u16| {
            let mut payload = vec![family, 0, 0, 0, 7, 0, 0, 0];
            payload[4..].copy_from_slice(&7u32.to_ne_bytes());
            payload.extend(state.to_ne_bytes());
            payload.extend([0, 1]);
            payload
        };
        assert_eq!(neighbour(&entry(AF_INET, 2)), Some(7));
        assert_eq!(neighbour(&entry(AF_INET, NO_ARP)), None);
        assert_eq!(neighbour(&entry(10, 2)), None);
        assert_eq!(neighbour(&entry(AF_INET, 2)[..9]), None);
    }
}
