//! What nl80211 tells: a family of generic netlink, see the kernel's `linux/nl80211.h`.

use std::io;
use std::time::Instant;

use super::{Interface, Network, Station};
use crate::collector::CollectError;
use crate::source::netlink::{Netlink, attribute, attributes, integer, string, u32_at};
use crate::source::text;

/// The family that tells of families, and its command to list them.
const CONTROL: u16 = 16;
const GET_FAMILY: u8 = 3;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;

const GET_INTERFACE: u8 = 5;
const GET_STATION: u8 = 17;
const GET_SCAN: u8 = 32;

/// `struct genlmsghdr` before the attributes: command, version, and two bytes of nothing.
const HEADER: usize = 4;

const INTERFACE_INDEX: u16 = 3;
const INTERFACE_NAME: u16 = 4;
const ADDRESS: u16 = 6;
const STATION_INFO: u16 = 21;
const FREQUENCY: u16 = 38;
const NETWORK: u16 = 47;

pub(super) fn ask(netlink: &mut Netlink, deadline: Instant) -> Result<Vec<Interface>, CollectError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied => CollectError::no_data("nl80211 may not be asked"),
        _ => CollectError::Failed(format!("cannot ask nl80211: {error}")),
    };
    let family = find_family(netlink, deadline).map_err(failed)?;
    let Some(family) = family else { return Err(CollectError::no_data("the kernel has no nl80211")) };
    let mut interfaces: Vec<Interface> = netlink
        .dump(family, &request(GET_INTERFACE, None), deadline)
        .map_err(failed)?
        .filter_map(|message| Some(parse_interface(message.payload.get(HEADER..)?)))
        .collect();
    for interface in &mut interfaces {
        interface.network = about(netlink, family, GET_SCAN, interface, deadline, parse_network).map_err(failed)?.pop();
        interface.stations = about(netlink, family, GET_STATION, interface, deadline, parse_station).map_err(failed)?;
    }
    Ok(interfaces)
}

fn find_family(netlink: &mut Netlink, deadline: Instant) -> io::Result<Option<u16>> {
    let request = request(GET_FAMILY, None);
    let mut messages = netlink.dump(CONTROL, &request, deadline)?;
    Ok(messages.find_map(|message| parse_family(message.payload.get(HEADER..)?)))
}

/// What a command tells about an interface; nothing where the interface's kind has no such thing.
fn about<T>(
    netlink: &mut Netlink,
    family: u16,
    command: u8,
    interface: &Interface,
    deadline: Instant,
    parse: fn(&[u8]) -> Option<T>,
) -> io::Result<Vec<T>> {
    let request = request(command, Some(interface));
    let messages = match netlink.dump(family, &request, deadline) {
        Ok(messages) => messages,
        Err(error) if [libc::ENOENT, libc::EOPNOTSUPP, libc::ENODEV].map(Some).contains(&error.raw_os_error()) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    Ok(messages.filter_map(|message| parse(message.payload.get(HEADER..)?)).collect())
}

fn request(command: u8, about: Option<&Interface>) -> Vec<u8> {
    let mut request = vec![command, 1, 0, 0];
    if let Some(interface) = about {
        request.extend(attribute(INTERFACE_INDEX, &interface.index.to_ne_bytes()));
        if !interface.address.is_empty() {
            request.extend(attribute(ADDRESS, &interface.address));
        }
    }
    request
}

/// The family's number, if it is the one that is looked for.
fn parse_family(payload: &[u8]) -> Option<u16> {
    let value = |wanted| attributes(payload).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
    (string(value(FAMILY_NAME)?) == b"nl80211").then_some(())?;
    integer(value(FAMILY_ID)?, 0).map(u16::from_ne_bytes)
}

fn parse_interface(payload: &[u8]) -> Interface {
    let mut interface = Interface::default();
    for (kind, value) in attributes(payload) {
        match kind {
            INTERFACE_INDEX => interface.index = u32_at(value, 0).unwrap_or(0),
            INTERFACE_NAME => interface.name = text::shown(string(value)).into_owned(),
            ADDRESS => interface.address = value.to_vec(),
            FREQUENCY => interface.frequency_mhz = u32_at(value, 0).unwrap_or(0),
            _ => {}
        }
    }
    interface
}

/// A network that was seen; `None` unless the interface has joined it.
fn parse_network(payload: &[u8]) -> Option<Network> {
    const ADDRESS: u16 = 1;
    const ELEMENTS: u16 = 6;
    const STATUS: u16 = 9;
    let (_, nested) = attributes(payload).find(|(kind, _)| *kind == NETWORK)?;
    let mut network = Network::default();
    let mut joined = false;
    for (kind, value) in attributes(nested) {
        match kind {
            ADDRESS => network.address = value.to_vec(),
            ELEMENTS => network.name = text::shown(name(value)).into_owned(),
            STATUS => {
                joined = true;
                network.mode = match u32_at(value, 0) {
                    Some(0 | 1) => "client",
                    Some(2) => "ad-hoc",
                    _ => "unknown",
                };
            }
            _ => {}
        }
    }
    joined.then_some(network)
}

/// The network's name among the information elements: each its kind, its length and its content.
fn name(mut elements: &[u8]) -> &[u8] {
    const NAME: u8 = 0;
    while let [kind, length, rest @ ..] = elements {
        let Some((content, others)) = rest.split_at_checked(usize::from(*length)) else { break };
        if *kind == NAME {
            return content;
        }
        elements = others;
    }
    &[]
}

fn parse_station(payload: &[u8]) -> Option<Station> {
    let mut station = Station::default();
    let mut told = false;
    for (kind, value) in attributes(payload) {
        match kind {
            ADDRESS => station.address = value.to_vec(),
            STATION_INFO => {
                told = true;
                station.take(value);
            }
            _ => {}
        }
    }
    told.then_some(station)
}

impl Station {
    fn take(&mut self, nested: &[u8]) {
        let (mut received, mut transmitted) = (None, None);
        for (kind, value) in attributes(nested) {
            let number = || u32_at(value, 0).unwrap_or(0);
            let wide = || integer(value, 0).map(u64::from_ne_bytes);
            match kind {
                1 => self.inactive_seconds = f64::from(number()) / 1000.0,
                // The 32 bits that older kernels have wrap around.
                2 => self.received_bytes = number().into(),
                3 => self.transmitted_bytes = number().into(),
                7 => self.signal_dbm = value.first().map_or(0, |&byte| i32::from(byte.cast_signed())),
                8 => self.transmit_bits_per_second = rate(value),
                9 => self.received_packets = number(),
                10 => self.transmitted_packets = number(),
                11 => self.retries = number(),
                12 => self.failed = number(),
                14 => self.receive_bits_per_second = rate(value),
                16 => self.connected_seconds = number().into(),
                18 => self.beacon_losses = number(),
                23 => received = wide(),
                24 => transmitted = wide(),
                _ => {}
            }
        }
        self.received_bytes = received.unwrap_or(self.received_bytes);
        self.transmitted_bytes = transmitted.unwrap_or(self.transmitted_bytes);
    }
}

/// A bit rate, which comes in units of 100 kbit/s, in 16 bits and where they may not do also in 32.
fn rate(nested: &[u8]) -> u64 {
    const NARROW: u16 = 1;
    const WIDE: u16 = 5;
    let value = |wanted| attributes(nested).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
    let wide = value(WIDE).and_then(|value| u32_at(value, 0)).filter(|&rate| rate > 0);
    let narrow = || value(NARROW).and_then(|value| integer(value, 0)).map(u16::from_ne_bytes).map(u32::from);
    u64::from(wide.or_else(narrow).unwrap_or(0)) * 100_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_is_known_by_its_name() {
        let family = |name: &[u8]| [attribute(FAMILY_NAME, name), attribute(FAMILY_ID, &28u16.to_ne_bytes())].concat();
        assert_eq!(parse_family(&family(b"nl80211\0")), Some(28));
        assert_eq!(parse_family(&family(b"nlctrl\0")), None);
        assert_eq!(parse_family(&[]), None);
    }

    #[test]
    fn a_network_counts_when_it_was_joined() {
        let elements = attribute(6, &[1, 1, 0x82, 0, 4, b'h', b'o', b'm', b'e', 9]);
        let network = |more: &[Vec<u8>]| {
            let nested = [vec![attribute(1, &[0, 1, 2, 3, 4, 5]), elements.clone()], more.to_vec()].concat().concat();
            parse_network(&attribute(NETWORK, &nested))
        };
        let status = |number: u32| attribute(9, &number.to_ne_bytes());
        let joined = network(&[status(1)]).unwrap();
        assert_eq!((joined.name.as_str(), joined.mode, joined.address.len()), ("home", "client", 6));
        assert_eq!(network(&[status(2)]).unwrap().mode, "ad-hoc");
        assert_eq!(network(&[]), None);
    }

    #[test]
    fn a_station_is_read_with_wide_numbers_where_there_are_some() {
        let narrow = [
            attribute(2, &5u32.to_ne_bytes()),
            attribute(7, &[0xcc]),
            attribute(8, &attribute(1, &540u16.to_ne_bytes())),
        ];
        let wide = [attribute(23, &(1u64 << 33).to_ne_bytes()), attribute(14, &attribute(5, &70_000u32.to_ne_bytes()))];
        let payload =
            [attribute(ADDRESS, &[1; 6]), attribute(STATION_INFO, &[narrow.concat(), wide.concat()].concat())].concat();
        let station = parse_station(&payload).unwrap();
        assert_eq!((station.received_bytes, station.transmitted_bytes, station.signal_dbm), (1 << 33, 0, -52));
        assert_eq!((station.transmit_bits_per_second, station.receive_bits_per_second), (54_000_000, 7_000_000_000));
        for length in 0..payload.len() {
            let _ = parse_station(&payload[..length]);
        }
    }
}
