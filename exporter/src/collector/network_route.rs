//! The routing tables, over netlink.

mod route;

use std::collections::BTreeMap;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::netlink::Netlink;
use crate::source::text;
use route::Route;

pub(super) const REGISTRATION: Registration = Registration {
    name: "network_route",
    enabled_by_default: false,
    // A router can have a million of them.
    pace: Pace::Slow,
    flags: &[],
    new: |_| Ok(Box::new(NetworkRoute { netlink: Netlink::route() })),
};

struct NetworkRoute {
    netlink: Netlink,
}

/// `RTM_GETROUTE`, and what answers it.
const GET_ROUTES: u16 = 26;
const ROUTE: u16 = 24;

impl Collector for NetworkRoute {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let links = scrape.links()?.map(|link| (link.index, text::shown(link.name).into_owned()));
        let names: BTreeMap<u32, String> = links.collect();
        let failed = |error| CollectError::Failed(format!("cannot list the routes: {error}"));
        // `struct rtmsg` of any family.
        let messages = self.netlink.dump(GET_ROUTES, &[0; 12], scrape.deadline).map_err(failed)?;
        let routes =
            messages.filter(|message| message.kind == ROUTE).filter_map(|message| route::parse(message.payload));
        write(routes, &names, out);
        Ok(())
    }
}

fn write(routes: impl Iterator<Item = Route>, names: &BTreeMap<u32, String>, out: &mut Families) {
    let info = out.gauge("node_network_route_info", "1, labelled by a route.");
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for route in routes {
        let priority = route.priority.to_string();
        for hop in &route.hops {
            let device = names.get(&hop.device).map_or("", String::as_str);
            let weight = hop.weight.map(|weight| weight.to_string()).unwrap_or_default();
            let labels = [
                ("dest", &*route.destination),
                ("device", device),
                ("gw", &*hop.gateway),
                ("priority", &*priority),
                ("proto", route.protocol),
                ("src", &*route.source),
                ("weight", &*weight),
            ];
            out.add(info, &labels, 1u64);
            *counts.entry(device).or_default() += 1;
        }
    }
    let total = out.gauge("node_network_routes", "Routes that lead through the interface.");
    for (device, count) in counts {
        out.add(total, &[("device", device)], count);
    }
}

#[cfg(test)]
mod tests {
    use super::route::Hop;
    use super::*;

    #[test]
    fn each_hop_is_a_series_and_counts_for_its_device() {
        let route = |hops| Route {
            destination: "default".into(),
            source: String::new(),
            priority: 100,
            protocol: "dhcp",
            hops,
        };
        let hop = |device, weight| Hop { device, gateway: "10.0.0.1".into(), weight };
        let routes = vec![route(vec![hop(2, None)]), route(vec![hop(2, Some(1)), hop(9, Some(3))])];
        let mut out = Families::default();
        write(routes.into_iter(), &BTreeMap::from([(2, "eth0".to_owned())]), &mut out);
        let text: String = out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect();
        insta::assert_snapshot!(text, @r#"
        node_network_route_info{dest="default",device="eth0",gw="10.0.0.1",priority="100",proto="dhcp",src="",weight=""} 1
        node_network_route_info{dest="default",device="eth0",gw="10.0.0.1",priority="100",proto="dhcp",src="",weight="1"} 1
        node_network_route_info{dest="default",device="",gw="10.0.0.1",priority="100",proto="dhcp",src="",weight="3"} 1
        node_network_routes{device=""} 1
        node_network_routes{device="eth0"} 2
        "#);
    }
}
