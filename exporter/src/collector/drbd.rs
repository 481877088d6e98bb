//! Disks mirrored over the network by DRBD 8, from `/proc/drbd`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Kind};
use crate::source::{KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "drbd",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Drbd { file: KeptFile::report(settings.roots.proc("drbd")) })),
};

struct Drbd {
    file: KeptFile,
}

struct Number {
    key: &'static str,
    kind: Kind,
    name: &'static str,
    help: &'static str,
    /// DRBD counts in KiB; node_exporter takes what was received for bytes, and so do the dashboards made for it.
    factor: f64,
}

#[rustfmt::skip]
const NUMBERS: [Number; 12] = [
    Number { key: "ns", kind: Kind::Counter, name: "node_drbd_network_sent_bytes_total", help: "Bytes sent to the peer.", factor: 1024.0 },
    Number { key: "nr", kind: Kind::Counter, name: "node_drbd_network_received_bytes_total", help: "Data received from the peer, in KiB despite the name.", factor: 1.0 },
    Number { key: "dw", kind: Kind::Counter, name: "node_drbd_disk_written_bytes_total", help: "Bytes written to the local disk.", factor: 1024.0 },
    Number { key: "dr", kind: Kind::Counter, name: "node_drbd_disk_read_bytes_total", help: "Bytes read from the local disk.", factor: 1024.0 },
    Number { key: "al", kind: Kind::Counter, name: "node_drbd_activitylog_writes_total", help: "Updates of the activity log.", factor: 1.0 },
    Number { key: "bm", kind: Kind::Counter, name: "node_drbd_bitmap_writes_total", help: "Updates of the bitmap of blocks to sync.", factor: 1.0 },
    Number { key: "lo", kind: Kind::Gauge, name: "node_drbd_local_pending", help: "Requests to the local disk that are under way.", factor: 1.0 },
    Number { key: "pe", kind: Kind::Gauge, name: "node_drbd_remote_pending", help: "Requests to the peer that it has not answered.", factor: 1.0 },
    Number { key: "ua", kind: Kind::Gauge, name: "node_drbd_remote_unacknowledged", help: "Requests of the peer that are not answered.", factor: 1.0 },
    Number { key: "ap", kind: Kind::Gauge, name: "node_drbd_application_pending", help: "Requests of programs that are not answered.", factor: 1.0 },
    Number { key: "ep", kind: Kind::Gauge, name: "node_drbd_epochs", help: "Epochs under way.", factor: 1.0 },
    Number { key: "oos", kind: Kind::Gauge, name: "node_drbd_out_of_sync_bytes", help: "Bytes that differ from the peer's.", factor: 1024.0 },
];

/// What a resource's `key:value` says.
#[derive(Debug, PartialEq)]
enum Fact<'a> {
    /// The resource's number.
    Device(u64),
    /// The place in [`NUMBERS`].
    Number(usize, f64),
    Connection(&'a [u8]),
    /// Of this node, and of the peer.
    Roles(&'a [u8], &'a [u8]),
    Disks(&'a [u8], &'a [u8]),
}

impl Collector for Drbd {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.file.read(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        let numbers = NUMBERS.each_ref().map(|number| out.declare(number.kind, number.name, number.help));
        let connected = out.gauge("node_drbd_connected", "1 when connected to the peer.");
        let primary = out.gauge("node_drbd_node_role_is_primary", "1 for a node that has the role of a primary.");
        let up_to_date = out.gauge("node_drbd_disk_state_is_up_to_date", "1 for a node whose disk is up to date.");
        let mut device = "unknown".to_owned();
        for fact in facts(content) {
            match fact.map_err(|problem| CollectError::parse("drbd", problem))? {
                Fact::Device(number) => device = format!("drbd{number}"),
                Fact::Number(place, value) => {
                    let factor = NUMBERS[place].factor;
                    out.add(numbers[place], &[("device", &device)], value * factor);
                }
                Fact::Connection(state) => out.add(connected, &[("device", &device)], state == b"Connected"),
                Fact::Roles(local, remote) => {
                    out.add(primary, &[("device", &device), ("node", "local")], local == b"Primary");
                    out.add(primary, &[("device", &device), ("node", "remote")], remote == b"Primary");
                }
                Fact::Disks(local, remote) => {
                    out.add(up_to_date, &[("device", &device), ("node", "local")], local == b"UpToDate");
                    out.add(up_to_date, &[("device", &device), ("node", "remote")], remote == b"UpToDate");
                }
            }
        }
        Ok(())
    }
}

fn facts(content: &[u8]) -> impl Iterator<Item = Result<Fact<'_>, String>> {
    text::fields(content).filter_map(|field| fact(field).transpose())
}

/// Words that are no facts, as those of the heading, are `None`.
fn fact(field: &[u8]) -> Result<Option<Fact<'_>>, String> {
    let Some((key, value)) = text::split_once(field, b':') else { return Ok(None) };
    if value.is_empty() {
        return Ok(text::number(key).map(Fact::Device));
    }
    let wrong = |allowed: &str| format!("`{}` is not {allowed}", text::shown(field));
    let pair = || text::split_once(value, b'/').ok_or_else(|| wrong("a pair of states"));
    if let Some(place) = NUMBERS.iter().position(|number| number.key.as_bytes() == key) {
        let value = text::number(value).ok_or_else(|| wrong("a number"))?;
        return Ok(Some(Fact::Number(place, value)));
    }
    Ok(match key {
        b"cs" => Some(Fact::Connection(value)),
        b"ro" => Some(pair().map(|(local, remote)| Fact::Roles(local, remote))?),
        b"ds" => Some(pair().map(|(local, remote)| Fact::Disks(local, remote))?),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_a_number_and_its_facts() {
        let content = b"version: 8.4.3 (api:1/proto:86-101)\n\n 1: cs:Connected ro:Primary/Secondary\n    ns:17 wo:d\n";
        let facts: Vec<_> = facts(content).map(Result::unwrap).collect();
        assert_eq!(
            facts,
            [
                Fact::Device(1),
                Fact::Connection(b"Connected"),
                Fact::Roles(b"Primary", b"Secondary"),
                Fact::Number(0, 17.0),
            ]
        );
    }

    #[test]
    fn broken_facts_are_named() {
        assert_eq!(fact(b"ns:x").unwrap_err(), "`ns:x` is not a number");
        assert_eq!(fact(b"ds:UpToDate").unwrap_err(), "`ds:UpToDate` is not a pair of states");
        assert!(fact(b"\xff:").unwrap().is_none() && fact(b":").unwrap().is_none());
    }
}
