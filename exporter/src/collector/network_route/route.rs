//! A route, as netlink describes it: `struct rtmsg` and attributes, see `rtnetlink(7)`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::source::netlink::{attributes, integer, u32_at};

#[derive(Debug, PartialEq)]
pub(super) struct Route {
    pub(super) destination: String,
    /// The address that packets are sent from.
    pub(super) source: String,
    pub(super) priority: u32,
    pub(super) protocol: &'static str,
    /// One, or several of a route that shares its load.
    pub(super) hops: Vec<Hop>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Hop {
    pub(super) device: u32,
    pub(super) gateway: String,
    /// Only of a route with several.
    pub(super) weight: Option<u32>,
}

const HEADER: usize = 12;
/// `RTN_UNICAST`: a route to somewhere else, and not to the machine itself.
const UNICAST: u8 = 1;

const DESTINATION: u16 = 1;
const OUT_DEVICE: u16 = 4;
const GATEWAY: u16 = 5;
const PRIORITY: u16 = 6;
const PREFERRED_SOURCE: u16 = 7;
const MULTIPATH: u16 = 9;

/// The route of a message's payload; `None` for what is no route to somewhere else.
pub(super) fn parse(payload: &[u8]) -> Option<Route> {
    let (prefix, protocol) = (*payload.get(1)?, *payload.get(5)?);
    if *payload.get(7)? != UNICAST {
        return None;
    }
    let mut single = Hop::default();
    let mut destination = None;
    let mut route = Route {
        destination: String::new(),
        source: String::new(),
        priority: 0,
        protocol: protocol_name(protocol),
        hops: Vec::new(),
    };
    for (kind, value) in attributes(payload.get(HEADER..)?) {
        match kind {
            DESTINATION => destination = address(value),
            OUT_DEVICE => single.device = u32_at(value, 0).unwrap_or(0),
            GATEWAY => single.gateway = shown(value),
            PRIORITY => route.priority = u32_at(value, 0).unwrap_or(0),
            PREFERRED_SOURCE => route.source = shown(value),
            MULTIPATH => route.hops = hops(value),
            _ => {}
        }
    }
    route.destination = match destination {
        Some(address) if prefix > 0 => format!("{address}/{prefix}"),
        _ => "default".to_owned(),
    };
    if route.hops.is_empty() {
        route.hops.push(single);
    }
    Some(route)
}

/// The list of `struct rtnexthop`: length, flags, hops, interface, and attributes.
fn hops(mut bytes: &[u8]) -> Vec<Hop> {
    const HEADER: usize = 8;
    let mut hops = Vec::new();
    while let Some(length) = integer(bytes, 0).map(|length| usize::from(u16::from_ne_bytes(length))) {
        let Some(hop) = bytes.get(..length).filter(|hop| hop.len() >= HEADER) else { break };
        let gateway = attributes(hop.get(HEADER..).unwrap_or_default()).find(|(kind, _)| *kind == GATEWAY);
        hops.push(Hop {
            device: u32_at(hop, 4).unwrap_or(0),
            gateway: gateway.map(|(_, value)| shown(value)).unwrap_or_default(),
            weight: hop.get(3).map(|&hops| u32::from(hops) + 1),
        });
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    hops
}

fn address(value: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(value).map(|bytes| IpAddr::from(Ipv4Addr::from(bytes)));
    four.or_else(|_| <[u8; 16]>::try_from(value).map(|bytes| Ipv6Addr::from(bytes).to_canonical())).ok()
}

fn shown(value: &[u8]) -> String {
    address(value).map(|address| address.to_string()).unwrap_or_default()
}

/// Who made the route, as in the kernel's `linux/rtnetlink.h`.
fn protocol_name(number: u8) -> &'static str {
    match number {
        0 => "unspec",
        1 => "redirect",
        2 => "kernel",
        3 => "boot",
        4 => "static",
        8 => "gated",
        9 => "ra",
        10 => "mrt",
        11 => "zebra",
        12 => "bird",
        13 => "dnrouted",
        14 => "xorp",
        15 => "ntk",
        16 => "dhcp",
        17 => "mrouted",
        42 => "babel",
        186 => "bgp",
        187 => "isis",
        188 => "ospf",
        189 => "rip",
        192 => "eigrp",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::netlink::attribute;

    fn payload(prefix: u8, kind: u8, attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut payload = vec![2, prefix, 0, 0, 254, 16, 0, kind, 0, 0, 0, 0];
        payload.extend(attributes.concat());
        payload
    }

    #[test]
    fn a_route_with_one_hop() {
        let route = parse(&payload(
            24,
            UNICAST,
            &[
                attribute(DESTINATION, &[10, 1, 2, 0]),
                attribute(PREFERRED_SOURCE, &[10, 1, 2, 3]),
                attribute(OUT_DEVICE, &2u32.to_ne_bytes()),
                attribute(PRIORITY, &100u32.to_ne_bytes()),
            ],
        ));
        let hop = Hop { device: 2, gateway: String::new(), weight: None };
        let wanted = Route {
            destination: "10.1.2.0/24".into(),
            source: "10.1.2.3".into(),
            priority: 100,
            protocol: "dhcp",
            hops: vec![hop],
        };
        assert_eq!(route, Some(wanted));
        assert_eq!(parse(&payload(24, 2, &[])), None, "a route to the machine itself");
    }

    #[test]
    fn a_route_with_several_hops() {
        let hop = |weight: u8, device: u32, gateway: &[u8]| {
            let gateway = attribute(GATEWAY, gateway);
            let mut bytes = u16::try_from(8 + gateway.len()).unwrap().to_ne_bytes().to_vec();
            bytes.extend([0, weight - 1]);
            bytes.extend(device.to_ne_bytes());
            bytes.extend(gateway);
            bytes
        };
        let v6 = Ipv6Addr::LOCALHOST.octets();
        let paths = attribute(MULTIPATH, &[hop(1, 2, &[10, 0, 0, 1]), hop(5, 3, &v6)].concat());
        let route = parse(&payload(0, UNICAST, std::slice::from_ref(&paths))).unwrap();
        assert_eq!(route.destination, "default");
        let hops = [
            Hop { device: 2, gateway: "10.0.0.1".into(), weight: Some(1) },
            Hop { device: 3, gateway: "::1".into(), weight: Some(5) },
        ];
        assert_eq!(route.hops, hops);
        let whole = payload(0, UNICAST, &[paths]);
        for length in 0..whole.len() {
            let _ = parse(&whole[..length]);
        }
    }
}
