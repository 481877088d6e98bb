//! Queueing disciplines of interfaces, over netlink.

mod fixture;
mod message;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::netlink::Netlink;
use crate::source::text;

const INCLUDE: (&str, &str) = ("collector.qdisc.device-include", "collector.qdisk.device-include");
const EXCLUDE: (&str, &str) = ("collector.qdisc.device-exclude", "collector.qdisk.device-exclude");
const FIXTURES: &str = "collector.qdisc.fixtures";

pub(super) const REGISTRATION: Registration = Registration {
    name: "qdisc",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[
        Flag::text(INCLUDE.0, "REGEX", "", "Interfaces to expose; excludes the other."),
        Flag::text(EXCLUDE.0, "REGEX", "", "Interfaces not to expose."),
        Flag::text(INCLUDE.1, "REGEX", "", "").hidden(),
        Flag::text(EXCLUDE.1, "REGEX", "", "").hidden(),
        Flag::text(FIXTURES, "FOLDER", "", "Folder with a recorded answer to use instead of the kernel's.").hidden(),
    ],
    new: |settings| {
        Ok(Box::new(Qdisc {
            devices: devices(settings)?,
            netlink: Netlink::route(),
            fixtures: settings.given_text(FIXTURES).map(PathBuf::from),
        }))
    },
};

fn devices(settings: &Settings) -> Result<Filter, UsageError> {
    let renamed = |(name, old): (&'static str, _)| settings.renamed(name, old);
    let (include, exclude) = (renamed(INCLUDE)?, renamed(EXCLUDE)?);
    settings.filter_of((INCLUDE.0, include), (EXCLUDE.0, exclude))
}

struct Qdisc {
    devices: Filter,
    netlink: Netlink,
    fixtures: Option<PathBuf>,
}

/// The discipline that an interface's packets come to first, and what it counted.
#[derive(Debug, Default, PartialEq)]
struct Root {
    device: String,
    kind: String,
    bytes: u64,
    packets: u64,
    drops: u32,
    requeues: u32,
    overlimits: u32,
    queue_length: u32,
    backlog: u32,
}

impl Collector for Qdisc {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut roots = match &self.fixtures {
            Some(folder) => fixture::read(folder)?,
            None => ask(&mut self.netlink, scrape)?,
        };
        roots.retain(|root| self.devices.accepts(&root.device));
        write(&roots, out);
        Ok(())
    }
}

fn ask(netlink: &mut Netlink, scrape: &mut Scrape) -> Result<Vec<Root>, CollectError> {
    let links = scrape.links()?.map(|link| (link.index, text::shown(link.name).into_owned()));
    let names: BTreeMap<u32, String> = links.collect();
    let failed = |error| CollectError::Failed(format!("cannot list the queueing disciplines: {error}"));
    let messages = netlink.dump(message::REQUEST, &message::REQUEST_BODY, scrape.deadline).map_err(failed)?;
    let roots = messages.filter(|message| message.kind == message::ANSWER).filter_map(|message| {
        let (index, root) = message::parse(message.payload)?;
        Some(Root { device: names.get(&index).cloned().unwrap_or_default(), ..root })
    });
    Ok(roots.collect())
}

fn write(roots: &[Root], out: &mut Families) {
    let bytes = out.counter("node_qdisc_bytes_total", "Bytes sent.");
    let packets = out.counter("node_qdisc_packets_total", "Packets sent.");
    let drops = out.counter("node_qdisc_drops_total", "Packets dropped.");
    let requeues = out.counter("node_qdisc_requeues_total", "Packets put back because the device did not take them.");
    let overlimits = out.counter("node_qdisc_overlimits_total", "Packets over a limit.");
    let length = out.gauge("node_qdisc_current_queue_length", "Packets that wait to be sent.");
    let backlog = out.gauge("node_qdisc_backlog", "Bytes that wait to be sent.");
    for root in roots {
        let labels = [("device", &*root.device), ("kind", &*root.kind)];
        out.add(bytes, &labels, root.bytes);
        out.add(packets, &labels, root.packets);
        out.add(drops, &labels, root.drops);
        out.add(requeues, &labels, root.requeues);
        out.add(overlimits, &labels, root.overlimits);
        out.add(length, &labels, root.queue_length);
        out.add(backlog, &labels, root.backlog);
    }
}
