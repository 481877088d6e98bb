//! Network interfaces as netlink describes them: `RTM_GETLINK`, one dump for all who need it in a scrape.

use std::io;
use std::time::Instant;

use super::{Netlink, attributes, integer};

/// `RTM_GETLINK` and `RTM_NEWLINK`, its answer.
const GET_LINK: u16 = 18;
const NEW_LINK: u16 = 16;
const INTERFACE_HEADER: usize = 16;

/// How many counters `struct rtnl_link_stats64` has that are exposed; the order is the kernel's.
pub(crate) const STATISTICS: usize = 24;

/// The interfaces of the network namespace that the exporter runs in.
pub(crate) struct Links {
    netlink: Netlink,
    messages: Vec<u8>,
    dumped: bool,
}

/// An interface; names are those of `/sys/class/net/<interface>/`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link<'a> {
    pub(crate) index: u32,
    /// The hardware's type, `ARPHRD_…`.
    pub(crate) kind: u16,
    /// As `getifaddrs(3)` shows them, which is not quite as sysfs does: see [`Link::device_flags`].
    pub(crate) flags: u32,
    pub(crate) promiscuity: u32,
    pub(crate) all_multicast: Option<u32>,
    pub(crate) name: &'a [u8],
    pub(crate) address: &'a [u8],
    pub(crate) broadcast: &'a [u8],
    pub(crate) alias: &'a [u8],
    /// The attributes that hold alternative names.
    pub(crate) properties: &'a [u8],
    pub(crate) mtu: Option<u32>,
    /// The interface that this one is stacked on or paired with; absent when it is its own.
    pub(crate) link: Option<u32>,
    pub(crate) queue_length: Option<u32>,
    pub(crate) group: Option<u32>,
    pub(crate) operstate: u8,
    pub(crate) link_mode: Option<u8>,
    pub(crate) carrier: Option<u8>,
    pub(crate) carrier_changes: Option<u32>,
    pub(crate) carrier_ups: Option<u32>,
    pub(crate) carrier_downs: Option<u32>,
    pub(crate) statistics: Option<[u64; STATISTICS]>,
}

/// Flags of `linux/if.h`.
const UP: u32 = 1;
const RUNNING: u32 = 1 << 6;
const PROMISC: u32 = 1 << 8;
const ALLMULTI: u32 = 1 << 9;
const LOWER_UP: u32 = 1 << 16;
const DORMANT: u32 = 1 << 17;

impl Links {
    pub(crate) fn new() -> Self {
        Links { netlink: Netlink::route(), messages: Vec::new(), dumped: false }
    }

    /// Forgets the dump of the scrape before.
    pub(crate) fn begin(&mut self) {
        self.dumped = false;
    }

    /// All interfaces, dumped by the first who asks in a scrape.
    pub(crate) fn get(&mut self, deadline: Instant) -> io::Result<impl Iterator<Item = Link<'_>>> {
        if !self.dumped {
            self.messages.clear();
            for message in self.netlink.dump(GET_LINK, &request_body(), deadline)? {
                if message.kind == NEW_LINK {
                    let length = u32::try_from(message.payload.len()).unwrap_or(0);
                    self.messages.extend_from_slice(&length.to_ne_bytes());
                    self.messages.extend_from_slice(message.payload);
                }
            }
            self.dumped = true;
        }
        let mut rest = self.messages.as_slice();
        Ok(std::iter::from_fn(move || {
            let length = u32::from_ne_bytes(integer(rest, 0)?) as usize;
            let payload = rest.get(4..4 + length)?;
            rest = rest.get(4 + length..)?;
            Some(payload)
        })
        .filter_map(Link::parse))
    }
}

/// `struct ifinfomsg` without a wish, and the wish to be spared what nobody reads: the IP layers' own counters.
fn request_body() -> [u8; INTERFACE_HEADER + 8] {
    const EXT_MASK: u16 = 29;
    const SKIP_STATS: u32 = 8;
    let mut body = [0; INTERFACE_HEADER + 8];
    body[INTERFACE_HEADER..][..2].copy_from_slice(&8u16.to_ne_bytes());
    body[INTERFACE_HEADER + 2..][..2].copy_from_slice(&EXT_MASK.to_ne_bytes());
    body[INTERFACE_HEADER + 4..].copy_from_slice(&SKIP_STATS.to_ne_bytes());
    body
}

impl<'a> Link<'a> {
    /// Parses the payload of a message: `struct ifinfomsg` and attributes. One without a name is none.
    fn parse(payload: &'a [u8]) -> Option<Self> {
        let mut link = Link {
            kind: u16::from_ne_bytes(integer(payload, 2)?),
            index: u32::from_ne_bytes(integer(payload, 4)?),
            flags: u32::from_ne_bytes(integer(payload, 8)?),
            ..Link::default()
        };
        for (kind, value) in attributes(payload.get(INTERFACE_HEADER..)?) {
            link.take(kind, value);
        }
        (!link.name.is_empty()).then_some(link)
    }

    fn take(&mut self, kind: u16, value: &'a [u8]) {
        let number = || integer(value, 0).map(u32::from_ne_bytes);
        let byte = || value.first().copied();
        match kind {
            1 => self.address = value,
            2 => self.broadcast = value,
            3 => self.name = text(value),
            4 => self.mtu = number(),
            5 => self.link = number(),
            // The 32 bit counters of kernels that have no others.
            7 => {
                self.statistics = self.statistics.or_else(|| statistics(value, |four| u32::from_ne_bytes(four).into()))
            }
            13 => self.queue_length = number(),
            16 => self.operstate = byte().unwrap_or_default(),
            17 => self.link_mode = byte(),
            20 => self.alias = text(value),
            23 => self.statistics = statistics(value, u64::from_ne_bytes).or(self.statistics),
            27 => self.group = number(),
            30 => self.promiscuity = number().unwrap_or_default(),
            33 => self.carrier = byte(),
            35 => self.carrier_changes = number(),
            47 => self.carrier_ups = number(),
            48 => self.carrier_downs = number(),
            52 => self.properties = value,
            61 => self.all_multicast = number(),
            _ => {}
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.flags & UP != 0
    }

    /// The flags as `/sys/class/net/<interface>/flags` has them: those that the device was given, without those that
    /// are derived from its state.
    pub(crate) fn device_flags(&self) -> u32 {
        let given = self.flags & !(RUNNING | LOWER_UP | DORMANT | PROMISC | ALLMULTI);
        let promiscuous = if self.promiscuity > 0 { PROMISC } else { 0 };
        let all_multicast = match self.all_multicast {
            Some(count) => {
                if count > 0 {
                    ALLMULTI
                } else {
                    0
                }
            }
            // Kernels before 6.0 do not count: take what was asked for.
            None => self.flags & ALLMULTI,
        };
        given | promiscuous | all_multicast
    }

    /// Whether there is a carrier; only an interface that is up can tell.
    pub(crate) fn carrier(&self) -> Option<u8> {
        self.carrier.filter(|_| self.is_up())
    }

    /// Whether the interface waits for something, like authentication; only one that is up can tell.
    pub(crate) fn dormant(&self) -> Option<bool> {
        self.is_up().then_some(self.flags & DORMANT != 0)
    }

    /// The names that the interface has beside its own.
    pub(crate) fn alternative_names(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        const ALTERNATIVE_NAME: u16 = 53;
        attributes(self.properties).filter(|(kind, _)| *kind == ALTERNATIVE_NAME).map(|(_, name)| text(name))
    }
}

/// A string up to its end mark.
fn text(value: &[u8]) -> &[u8] {
    value.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// The counters; those that an old kernel does not have are 0.
fn statistics<const N: usize>(value: &[u8], read: impl Fn([u8; N]) -> u64) -> Option<[u64; STATISTICS]> {
    let mut counters = [0; STATISTICS];
    let given = value.chunks_exact(N).filter_map(|bytes| bytes.try_into().ok());
    for (counter, bytes) in counters.iter_mut().zip(given) {
        *counter = read(bytes);
    }
    (value.len() >= N).then_some(counters)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = u16::try_from(4 + value.len()).unwrap().to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn payload(flags: u32, attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 1, 0, 2, 0, 0, 0];
        bytes[2..4].copy_from_slice(&1u16.to_ne_bytes());
        bytes[4..8].copy_from_slice(&2u32.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 4]);
        bytes.extend(attributes.concat());
        bytes
    }

    #[test]
    fn the_loopback_interface_is_there() {
        let mut links = Links::new();
        let deadline = Instant::now() + Duration::from_secs(5);
        let lo = links.get(deadline).unwrap().find(|link| link.name == b"lo").unwrap();
        assert_eq!((lo.index, lo.kind, lo.address), (1, 772, &[0; 6][..]));
        let bytes = lo.statistics.unwrap()[2];
        assert_eq!(links.get(deadline).unwrap().find(|it| it.name == b"lo").unwrap().statistics.unwrap()[2], bytes);
    }

    #[test]
    fn counters_of_both_widths_are_read() {
        let narrow: Vec<u8> = (0..24u32).flat_map(u32::to_ne_bytes).collect();
        let wide: Vec<u8> = (100..124u64).flat_map(u64::to_ne_bytes).collect();
        let name = attribute(3, b"eth0\0");
        let counters = |given: &[Vec<u8>]| Link::parse(&payload(0, given)).unwrap().statistics;
        assert_eq!(counters(&[name.clone(), attribute(7, &narrow)]).unwrap()[23], 23);
        assert_eq!(counters(&[name.clone(), attribute(7, &narrow), attribute(23, &wide)]).unwrap()[0], 100);
        assert_eq!(counters(&[name.clone(), attribute(7, &[])]), None);
        assert_eq!(counters(&[name]), None);
    }

    #[test]
    fn flags_are_shown_as_sysfs_shows_them() {
        let name = attribute(3, b"eth0");
        let flags = |flags, more: &[Vec<u8>]| Link::parse(&payload(flags, more)).unwrap().device_flags();
        assert_eq!(flags(0x11043, std::slice::from_ref(&name)), 0x1003);
        assert_eq!(flags(0x11043, &[name.clone(), attribute(30, &1u32.to_ne_bytes())]), 0x1103);
        assert_eq!(flags(0x1203, &[name, attribute(61, &0u32.to_ne_bytes())]), 0x1003);
    }

    #[test]
    fn what_is_cut_short_or_nameless_is_no_link() {
        let whole = payload(1, &[attribute(3, b"eth0\0"), attribute(4, &1500u32.to_ne_bytes())]);
        assert_eq!(Link::parse(&whole).unwrap().mtu, Some(1500));
        for length in 0..whole.len() {
            let _ = Link::parse(&whole[..length]);
        }
        assert!(Link::parse(&payload(1, &[])).is_none());
    }
}
