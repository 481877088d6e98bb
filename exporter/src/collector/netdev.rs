//! Traffic and errors of network interfaces, over netlink or from `/proc/net/dev`.

mod addresses;
mod counters;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::{self, KeptFile, Roots, text};
use addresses::Addresses;
use counters::{Counter, Device};

pub(super) use counters::DETAILED;

const INCLUDE: &str = "collector.netdev.device-include";
const EXCLUDE: &str = "collector.netdev.device-exclude";
const WHITELIST: &str = "collector.netdev.device-whitelist";
const BLACKLIST: &str = "collector.netdev.device-blacklist";
const ADDRESS_INFO: &str = "collector.netdev.address-info";
const DETAILED_METRICS: &str = "collector.netdev.enable-detailed-metrics";
const NETLINK: &str = "collector.netdev.netlink";
const LABEL_IFALIAS: &str = "collector.netdev.label-ifalias";

#[rustfmt::skip]
pub(super) const REGISTRATION: Registration = Registration {
    name: "netdev",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[
        Flag::text(INCLUDE, "REGEXP", "", "Interfaces to include; excludes --collector.netdev.device-exclude."),
        Flag::text(EXCLUDE, "REGEXP", "", "Interfaces to leave out; excludes --collector.netdev.device-include."),
        Flag::text(WHITELIST, "REGEXP", "", "Old name of --collector.netdev.device-include.").hidden(),
        Flag::text(BLACKLIST, "REGEXP", "", "Old name of --collector.netdev.device-exclude.").hidden(),
        Flag::switch(ADDRESS_INFO, false, "Export the addresses of every interface."),
        Flag::switch(DETAILED_METRICS, false, "Export every counter of the kernel under its own name, instead of sums under old names."),
        Flag::switch(NETLINK, true, "Ask over netlink instead of reading /proc/net/dev."),
        Flag::switch(LABEL_IFALIAS, false, "Add the label ifalias."),
    ],
    new: |settings| Ok(Box::new(Netdev::new(settings)?)),
};

struct Netdev {
    filter: Filter,
    /// Read instead of asking over netlink.
    file: Option<KeptFile>,
    counters: &'static [Counter],
    /// Where aliases are read, when they are wanted.
    aliases: Option<std::sync::Arc<Roots>>,
    addresses: Option<Addresses>,
}

impl Netdev {
    fn new(settings: &Settings) -> Result<Self, UsageError> {
        let include = settings.renamed(INCLUDE, WHITELIST)?;
        let exclude = settings.renamed(EXCLUDE, BLACKLIST)?;
        let netlink = settings.switch(NETLINK);
        Ok(Netdev {
            filter: settings.filter_of((INCLUDE, include), (EXCLUDE, exclude))?,
            file: (!netlink).then(|| KeptFile::report(settings.roots.proc("net/dev"))),
            counters: match (netlink, settings.switch(DETAILED_METRICS)) {
                (true, false) => counters::LEGACY,
                (true, true) => counters::DETAILED,
                (false, false) => counters::FILE_LEGACY,
                (false, true) => counters::FILE_DETAILED,
            },
            aliases: settings.switch(LABEL_IFALIAS).then(|| settings.roots.clone()),
            addresses: settings.switch(ADDRESS_INFO).then(Addresses::new),
        })
    }
}

impl Collector for Netdev {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let filter = &mut self.filter;
        let devices: Vec<Device> = match &mut self.file {
            Some(file) => counters::parse(file.read(&mut scrape.scratch)?)?,
            None => scrape.links()?.filter_map(|link| Device::of(&link)).collect(),
        };
        let mut devices: Vec<Device> = devices.into_iter().filter(|device| filter.accepts(&device.name)).collect();
        devices.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        match &self.aliases {
            Some(roots) => write_with_alias(self.counters, &devices, roots, out),
            None => write(self.counters, &devices, out),
        }
        if let Some(addresses) = &mut self.addresses {
            addresses.collect(scrape, &mut self.filter, out)?;
        }
        Ok(())
    }
}

fn write(counters: &[Counter], devices: &[Device], out: &mut Families) {
    for counter in counters {
        let family = out.counter(counter.name, counter.help);
        for device in devices {
            out.add(family, &[("device", &device.name)], device.sum(counter));
        }
    }
}

fn write_with_alias(counters: &[Counter], devices: &[Device], roots: &Roots, out: &mut Families) {
    let alias = |device: &Device| source::read_attribute(&roots.sys(format!("class/net/{}/ifalias", device.name)));
    let aliases: Vec<String> = devices.iter().map(|device| alias(device).unwrap_or_default()).collect();
    for counter in counters {
        let family = out.counter(counter.name, counter.help);
        for (device, alias) in devices.iter().zip(&aliases) {
            out.add(family, &[("device", &device.name), ("ifalias", alias)], device.sum(counter));
        }
    }
}

/// An interface's name as it is shown.
fn shown_name(name: &[u8]) -> String {
    text::shown(name).into_owned()
}
