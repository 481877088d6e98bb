//! NFS mounts of the exporter's mount namespace, from `/proc/self/mountstats`.

mod families;
mod parse;

use std::collections::BTreeSet;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::KeptFile;
use families::Writer;
use parse::Mount;

pub(super) const REGISTRATION: Registration = Registration {
    name: "mountstats",
    enabled_by_default: false,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let file = |path: &str| KeptFile::report(settings.roots.proc(path));
        Ok(Box::new(Mountstats { mountstats: file(MOUNTSTATS), mountinfo: file("self/mountinfo"), mounts: Vec::new() }))
    },
};

const MOUNTSTATS: &str = "self/mountstats";

struct Mountstats {
    mountstats: KeptFile,
    mountinfo: KeptFile,
    mounts: Vec<u8>,
}

impl Collector for Mountstats {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        // What is kept from the scrape before is its memory, and not that of a file that was far larger than others.
        self.mounts.clear();
        self.mounts.shrink_to(1 << 20);
        let content = self.mountstats.read(&mut self.mounts)?;
        let mounts = parse::mounts(content).map_err(|problem| CollectError::parse(MOUNTSTATS, problem))?;
        let addresses = parse::addresses(self.mountinfo.read(&mut scrape.scratch)?);
        write(&mounts, &addresses, out);
        Ok(())
    }
}

/// An export that is mounted several times has its statistics in common: they are written once.
fn write(mounts: &[Mount<'_>], addresses: &[String], out: &mut Families) {
    let writer = Writer::new(out);
    let mut mountpoints = BTreeSet::new();
    let mut exports = BTreeSet::new();
    for mount in mounts {
        // Both files list the mounts in the same order.
        let address = addresses.get(mount.place).map_or("", String::as_str);
        for transport in &mount.transports {
            let identity = (mount.device, transport.protocol, address);
            if mountpoints.insert((identity, mount.mountpoint)) {
                writer.mountpoint(mount, transport.protocol, address, out);
            }
            if !exports.insert(identity) {
                break;
            }
            writer.statistics(mount, transport.protocol, address, out);
        }
    }
}
