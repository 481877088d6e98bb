//! Interfaces from a netlink dump, and from sysfs what netlink does not tell.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::attributes::{self, Attributes, NUMBERS, parse_number};
use crate::source::netlink::Link;
use crate::source::{self, KeptFile, text};

/// Operational states by number, `IF_OPER_…`.
const OPERSTATES: [&str; 7] = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];

/// How many interfaces have their speed read again in each scrape without a sign that it changed, in turn.
const REREAD: usize = 2;

/// With more interfaces than this, their turn to be read comes so seldom that no files are kept open for it.
const MOST_KEPT: usize = 16;

pub(super) struct Netlink {
    folder: PathBuf,
    /// What sysfs said, by the interface's number.
    known: HashMap<u32, Known>,
    scrape: u64,
    buffer: Vec<u8>,
}

/// What only sysfs tells of an interface.
#[derive(Default)]
struct Known {
    name: Vec<u8>,
    address: Vec<u8>,
    addr_assign_type: Option<i64>,
    dev_id: Option<i64>,
    name_assign_type: Option<i64>,
    /// Of when the speed was read: another state may have another speed.
    state: Option<State>,
    speed: Option<i64>,
    duplex: String,
    /// Where these stand.
    files: Option<Box<[KeptFile; 2]>>,
    /// The scrapes in which the speed was last read, and in which the interface was last there.
    read: u64,
    seen: u64,
}

/// What changes with an interface's link: speed and duplex can only change with it, but for a few drivers of virtual
/// devices and for groups of interfaces, whose speed is that of their members. Those are found by reading in turn.
#[derive(PartialEq)]
struct State {
    up: bool,
    operstate: u8,
    carrier: Option<u8>,
    changes: Option<u32>,
}

impl Netlink {
    pub(super) fn new(folder: PathBuf) -> Self {
        Netlink { folder, known: HashMap::new(), scrape: 0, buffer: Vec::new() }
    }

    pub(super) fn describe(&mut self, links: &[Link<'_>]) -> Vec<Attributes> {
        self.scrape += 1;
        for link in links {
            self.refresh(link);
        }
        self.known.retain(|_, known| known.seen == self.scrape);
        if self.known.len() > MOST_KEPT {
            self.known.values_mut().for_each(|known| known.files = None);
        }
        self.reread();
        links.iter().map(|link| attributes(link, self.known.get(&link.index))).collect()
    }

    fn refresh(&mut self, link: &Link<'_>) {
        let known = self.known.entry(link.index).or_default();
        known.seen = self.scrape;
        let folder = || self.folder.join(&*text::shown(link.name));
        if known.name != link.name || known.address != link.address {
            // A name or an address that was given anew was assigned anew.
            let folder = folder();
            let number = |file| source::read_attribute(&folder.join(file)).ok().and_then(|text| parse_number(&text));
            known.name = link.name.to_vec();
            known.address = link.address.to_vec();
            known.addr_assign_type = number("addr_assign_type");
            known.dev_id = number("dev_id");
            known.name_assign_type = number("name_assign_type");
            known.files = None;
        }
        let state = State {
            up: link.is_up(),
            operstate: link.operstate,
            carrier: link.carrier(),
            changes: link.carrier_changes,
        };
        if known.state.as_ref() != Some(&state) {
            known.state = Some(state);
            known.read_speed(&self.folder, self.scrape, &mut self.buffer);
        }
    }

    /// Reads the speeds again that were read longest ago.
    fn reread(&mut self) {
        for _ in 0..REREAD {
            let up = |known: &&mut Known| known.state.as_ref().is_some_and(|state| state.up);
            let oldest = self.known.values_mut().filter(up).min_by_key(|known| known.read);
            match oldest {
                Some(known) if known.read < self.scrape => {
                    known.read_speed(&self.folder, self.scrape, &mut self.buffer);
                }
                _ => return,
            }
        }
    }
}

impl Known {
    /// Only an interface that is up has a speed.
    fn read_speed(&mut self, folder: &Path, scrape: u64, buffer: &mut Vec<u8>) {
        self.read = scrape;
        (self.speed, self.duplex) = (None, String::new());
        if !self.state.as_ref().is_some_and(|state| state.up) {
            return;
        }
        let folder = || folder.join(&*text::shown(&self.name));
        let files = || Box::new(["speed", "duplex"].map(|file| KeptFile::new(folder().join(file))));
        let [speed, duplex] = &mut **self.files.get_or_insert_with(files);
        let mut text =
            |file: &mut KeptFile| file.read_page(buffer).map(|text| text::shown(text.trim_ascii()).into_owned());
        self.speed = text(speed).ok().and_then(|text| parse_number(&text));
        self.duplex = text(duplex).unwrap_or_default();
    }
}

fn attributes(link: &Link<'_>, known: Option<&Known>) -> Attributes {
    let mut numbers = [None; NUMBERS.len()];
    let wide = |number: Option<u32>| number.map(i64::from);
    numbers[attributes::CARRIER] = link.carrier().map(i64::from);
    numbers[attributes::CARRIER_CHANGES] = wide(link.carrier_changes);
    numbers[attributes::CARRIER_UP_COUNT] = wide(link.carrier_ups);
    numbers[attributes::CARRIER_DOWN_COUNT] = wide(link.carrier_downs);
    numbers[attributes::DORMANT] = link.dormant().map(i64::from);
    numbers[attributes::FLAGS] = Some(link.device_flags().into());
    numbers[attributes::IFINDEX] = Some(link.index.into());
    numbers[attributes::IFLINK] = wide(link.link.or(Some(link.index)));
    numbers[attributes::LINK_MODE] = link.link_mode.map(i64::from);
    numbers[attributes::MTU] = wide(link.mtu);
    numbers[attributes::NETDEV_GROUP] = wide(link.group);
    numbers[attributes::TX_QUEUE_LEN] = wide(link.queue_length);
    numbers[attributes::TYPE] = Some(link.kind.into());
    numbers[attributes::ADDR_ASSIGN_TYPE] = known.and_then(|known| known.addr_assign_type);
    numbers[attributes::DEV_ID] = known.and_then(|known| known.dev_id);
    numbers[attributes::NAME_ASSIGN_TYPE] = known.and_then(|known| known.name_assign_type);
    numbers[attributes::SPEED] = known.and_then(|known| known.speed);
    Attributes {
        name: text::shown(link.name).into_owned(),
        address: hardware_address(link.address),
        broadcast: hardware_address(link.broadcast),
        duplex: known.map(|known| known.duplex.clone()).unwrap_or_default(),
        operstate: OPERSTATES.get(usize::from(link.operstate)).copied().unwrap_or("unknown").to_owned(),
        alias: text::shown(link.alias).into_owned(),
        numbers,
    }
}

/// `02:fc:00:00:00:01`, as sysfs writes it.
fn hardware_address(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(3 * bytes.len());
    for (position, byte) in bytes.iter().enumerate() {
        let separator = if position == 0 { "" } else { ":" };
        write!(text, "{separator}{byte:02x}").expect("writing to memory does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in
            [("speed", "1000\n"), ("duplex", "full\n"), ("dev_id", "0x0\n"), ("name_assign_type", "4\n")]
        {
            std::fs::create_dir_all(folder.path().join("eth0")).unwrap();
            std::fs::write(folder.path().join("eth0").join(file), text).unwrap();
        }
        folder
    }

    #[test]
    fn what_netlink_does_not_tell_is_read_from_sysfs() {
        let folder = folder();
        let mut netlink = Netlink::new(folder.path().to_owned());
        let link = Link {
            index: 2,
            name: b"eth0",
            address: &[2, 0xfc, 0, 0, 0, 1],
            operstate: 6,
            flags: 1,
            ..Link::default()
        };
        let interface = &netlink.describe(&[link])[0];
        assert_eq!((interface.duplex.as_str(), interface.numbers[attributes::SPEED]), ("full", Some(1000)));
        assert_eq!(interface.numbers[attributes::DEV_ID], Some(0));
        assert_eq!(interface.numbers[attributes::ADDR_ASSIGN_TYPE], None);
        assert_eq!(interface.numbers[attributes::IFLINK], Some(2));
        assert_eq!((interface.address.as_str(), interface.operstate.as_str()), ("02:fc:00:00:00:01", "up"));
    }

    #[test]
    fn a_speed_that_changed_with_the_link_is_there_at_the_next_scrape() {
        let folder = folder();
        let mut netlink = Netlink::new(folder.path().to_owned());
        let named =
            |name, index, changes| Link { index, name, carrier_changes: Some(changes), flags: 1, ..Link::default() };
        // Enough others that the turn does not come to it by itself.
        let others = |changes| {
            let mut links: Vec<_> = (10..20).map(|index| named(b"other", index, 0)).collect();
            links.push(named(b"eth0", 2, changes));
            links
        };
        let speed = |interfaces: Vec<Attributes>| interfaces.last().unwrap().numbers[attributes::SPEED];
        assert_eq!(speed(netlink.describe(&others(0))), Some(1000));
        std::fs::write(folder.path().join("eth0/speed"), "2500\n").unwrap();
        assert_eq!(speed(netlink.describe(&others(1))), Some(2500));
        std::fs::write(folder.path().join("eth0/speed"), "10000\n").unwrap();
        let found = (0..11).any(|_| speed(netlink.describe(&others(1))) == Some(10_000));
        assert!(found, "read in turn, though nothing told of it");
    }

    #[test]
    fn an_interface_that_is_down_has_no_speed_and_one_that_went_is_forgotten() {
        let folder = folder();
        let mut netlink = Netlink::new(folder.path().to_owned());
        let link = Link { index: 2, name: b"eth0", ..Link::default() };
        assert_eq!(netlink.describe(&[link])[0].numbers[attributes::SPEED], None);
        netlink.describe(&[]);
        assert!(netlink.known.is_empty());
    }
}
