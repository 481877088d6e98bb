//! What network interfaces are: names, addresses, states, speeds; from `/sys/class/net` or over netlink.
//!
//! Thirty small files of every interface cost most of a scrape where there are many, and some of them wait for the
//! lock that guards all network configuration. So one netlink dump, which netdev needs anyway, tells of the machine's
//! own interfaces. Where `--path.sysfs` names another tree than `/sys`, its files are read: in a container it may show
//! the interfaces of another network namespace than the one that netlink would answer for.

mod attributes;
mod netlink;
mod sysfs;

use std::path::Path;

use regex::Regex;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape, netdev};
use crate::config::{Flag, Settings, UsageError};
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::netlink::Link;
use crate::source::text;
use attributes::{Attributes, NUMBERS};

const IGNORED: &str = "collector.netclass.ignored-devices";
const IGNORE_INVALID_SPEED: &str = "collector.netclass.ignore-invalid-speed";
const NETLINK: &str = "collector.netclass.netlink";
const WITH_STATS: &str = "collector.netclass_rtnl.with-stats";

#[rustfmt::skip]
pub(super) const REGISTRATION: Registration = Registration {
    name: "netclass",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[
        Flag::text(IGNORED, "REGEXP", "^$", "Interfaces to leave out."),
        Flag::switch(IGNORE_INVALID_SPEED, false, "Leave out speeds that are not known, which otherwise are negative."),
        Flag::switch(NETLINK, false, "Ask over netlink even if --path.sysfs is not /sys, and export alternative names, too."),
        Flag::switch(WITH_STATS, false, "Export the counters of netdev as well; needs --collector.netclass.netlink."),
    ],
    new: |settings| Ok(Box::new(Netclass::new(settings)?)),
};

struct Netclass {
    filter: Filter,
    ignore_invalid_speed: bool,
    source: Source,
    /// Whether alternative names were asked for, and whether counters were.
    alternative_names: bool,
    statistics: bool,
}

enum Source {
    Sysfs(sysfs::Sysfs),
    Netlink(netlink::Netlink),
}

impl Netclass {
    fn new(settings: &Settings) -> Result<Self, UsageError> {
        let ignored: Option<Regex> = settings.pattern(IGNORED)?;
        let asked_for = settings.switch(NETLINK);
        let folder = settings.roots.sys("class/net");
        let source = if asked_for || settings.roots.sysfs == Path::new("/sys") {
            Source::Netlink(netlink::Netlink::new(folder))
        } else {
            Source::Sysfs(sysfs::Sysfs::new(folder))
        };
        Ok(Netclass {
            filter: Filter::new(None, ignored),
            ignore_invalid_speed: settings.switch(IGNORE_INVALID_SPEED),
            source,
            alternative_names: asked_for,
            statistics: asked_for && settings.switch(WITH_STATS),
        })
    }
}

impl Collector for Netclass {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let filter = &mut self.filter;
        match &mut self.source {
            Source::Sysfs(sysfs) => {
                let interfaces = sysfs.read(|name| filter.accepts(name))?;
                write(&interfaces, self.ignore_invalid_speed, out);
            }
            Source::Netlink(netlink) => {
                let mut links: Vec<Link<'_>> = scrape.links()?.collect();
                links.retain(|link| filter.accepts(&text::shown(link.name)));
                links.sort_unstable_by_key(|link| link.name);
                write(&netlink.describe(&links), self.ignore_invalid_speed, out);
                if self.alternative_names {
                    write_alternative_names(&links, out);
                }
                if self.statistics {
                    write_statistics(&links, out);
                }
            }
        }
        Ok(())
    }
}

fn write(interfaces: &[Attributes], ignore_invalid_speed: bool, out: &mut Families) {
    let up = out.gauge("node_network_up", "Whether the interface's operational state is `up`.");
    for interface in interfaces {
        out.add(up, &[("device", &interface.name)], interface.operstate == "up");
    }
    let info = out.gauge("node_network_info", "1, labelled by what is known of the interface.");
    for interface in interfaces {
        let labels = [
            ("address", interface.address.as_str()),
            ("adminstate", interface.adminstate()),
            ("broadcast", &interface.broadcast),
            ("device", &interface.name),
            ("duplex", &interface.duplex),
            ("ifalias", &interface.alias),
            ("operstate", &interface.operstate),
        ];
        out.add(info, &labels, 1u64);
    }
    for (which, number) in NUMBERS.iter().enumerate() {
        let family = out.declare(number.kind, number.name, number.help);
        for interface in interfaces {
            if let Some(value) = interface.exposed(which, ignore_invalid_speed) {
                out.add(family, &[("device", &interface.name)], value);
            }
        }
    }
}

fn write_alternative_names(links: &[Link<'_>], out: &mut Families) {
    let family = out.gauge("node_network_altnames_info", "1, labelled by an alternative name of the interface.");
    for link in links {
        for name in link.alternative_names().filter(|name| !name.is_empty()) {
            out.add(family, &[("altname", &text::shown(name)), ("device", &text::shown(link.name))], 1u64);
        }
    }
}

fn write_statistics(links: &[Link<'_>], out: &mut Families) {
    for counter in netdev::DETAILED {
        let family = out.gauge(counter.name, counter.help);
        for link in links {
            let Some(statistics) = link.statistics else { continue };
            let sum: u64 = counter.sum.iter().map(|&which| statistics[which]).sum();
            out.add(family, &[("device", &text::shown(link.name))], sum);
        }
    }
}
