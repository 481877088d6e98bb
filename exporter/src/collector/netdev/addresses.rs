//! The addresses of the interfaces, over netlink.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::shown_name;
use crate::collector::{CollectError, Scrape};
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::netlink::{Netlink, attributes, integer};

/// `RTM_GETADDR` and `RTM_NEWADDR`, its answer.
const GET_ADDRESS: u16 = 22;
const NEW_ADDRESS: u16 = 20;
const ADDRESS_HEADER: usize = 8;

pub(super) struct Addresses {
    netlink: Netlink,
}

#[derive(Debug, PartialEq)]
struct Address {
    interface: u32,
    address: IpAddr,
    prefix: u8,
}

impl Addresses {
    pub(super) fn new() -> Self {
        Addresses { netlink: Netlink::route() }
    }

    pub(super) fn collect(
        &mut self,
        scrape: &mut Scrape,
        filter: &mut Filter,
        out: &mut Families,
    ) -> Result<(), CollectError> {
        let family = out.gauge("node_network_address_info", "1, labelled by an address of the interface.");
        let answer = self.netlink.dump(GET_ADDRESS, &[0; ADDRESS_HEADER], scrape.deadline);
        let answer = answer.map_err(|error| CollectError::Failed(format!("cannot list the addresses: {error}")))?;
        let messages = answer.filter(|message| message.kind == NEW_ADDRESS);
        let addresses: Vec<Address> = messages.filter_map(|message| Address::parse(message.payload)).collect();
        for link in scrape.links()? {
            let device = shown_name(link.name);
            if !filter.accepts(&device) {
                continue;
            }
            for address in addresses.iter().filter(|address| address.interface == link.index) {
                let labels = [
                    ("address", &*address.address.to_string()),
                    ("device", &*device),
                    ("netmask", &*address.prefix.to_string()),
                    ("scope", scope(address.address)),
                ];
                out.add(family, &labels, 1u64);
            }
        }
        Ok(())
    }
}

impl Address {
    /// Parses `struct ifaddrmsg` and its attributes. On a point-to-point link `IFA_ADDRESS` is the other end's.
    fn parse(payload: &[u8]) -> Option<Self> {
        const ADDRESS: u16 = 1;
        const LOCAL: u16 = 2;
        let find = |wanted| {
            let (_, bytes) = attributes(payload.get(ADDRESS_HEADER..)?).find(|(kind, _)| *kind == wanted)?;
            match bytes.len() {
                4 => Some(IpAddr::from(integer::<4>(bytes, 0)?)),
                16 => Some(IpAddr::from(integer::<16>(bytes, 0)?)),
                _ => None,
            }
        };
        Some(Address {
            interface: u32::from_ne_bytes(integer(payload, 4)?),
            address: find(LOCAL).or_else(|| find(ADDRESS))?,
            prefix: *payload.get(1)?,
        })
    }
}

fn scope(address: IpAddr) -> &'static str {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.octets()[..3] == [224, 0, 0],
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.segments()[0] & 0xff0f == 0xff02,
    };
    let interface_local = matches!(address, IpAddr::V6(v6) if v6.segments()[0] & 0xff0f == 0xff01);
    let nowhere =
        [IpAddr::V4(Ipv4Addr::BROADCAST), IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    if address.is_loopback() || link_local {
        "link-local"
    } else if interface_local {
        "interface-local"
    } else if address.is_multicast() || nowhere.contains(&address) {
        ""
    } else {
        "global"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_end_is_the_interfaces_own() {
        let payload = [2, 24, 0, 0, 3, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 2, 8, 0, 2, 0, 10, 0, 0, 1];
        let expected =
            Address { interface: u32::from_ne_bytes([3, 0, 0, 0]), address: [10, 0, 0, 1].into(), prefix: 24 };
        assert_eq!(Address::parse(&payload), Some(expected));
        assert_eq!(Address::parse(&payload[..16]).unwrap().address, IpAddr::from([10, 0, 0, 2]));
        assert_eq!(Address::parse(&payload[..10]), None);
        assert_eq!(Address::parse(&[]), None);
    }

    #[test]
    fn scopes_are_by_address() {
        let scope = |text: &str| scope(text.parse().unwrap());
        assert_eq!(scope("127.0.0.1"), "link-local");
        assert_eq!(scope("fe80::1"), "link-local");
        assert_eq!(scope("10.0.0.1"), "global");
        assert_eq!(scope("2001:db8::1"), "global");
        assert_eq!(scope("ff01::1"), "interface-local");
        assert_eq!(scope("255.255.255.255"), "");
    }
}
