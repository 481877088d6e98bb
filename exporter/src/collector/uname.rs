//! Kernel and host name, from `uname(2)`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;

pub(super) const REGISTRATION: Registration = Registration {
    name: "uname",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |_| Ok(Box::new(Uname)),
};

struct Uname;

impl Collector for Uname {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let uname = rustix::system::uname();
        let labels = [
            ("domainname", uname.domainname().to_string_lossy()),
            ("machine", uname.machine().to_string_lossy()),
            ("nodename", uname.nodename().to_string_lossy()),
            ("release", uname.release().to_string_lossy()),
            ("sysname", uname.sysname().to_string_lossy()),
            ("version", uname.version().to_string_lossy()),
        ];
        let family = out.gauge("node_uname_info", "1, labelled by what uname(2) tells of the machine.");
        out.add(family, &labels.each_ref().map(|(name, value)| (*name, value.as_ref())), 1u64);
        Ok(())
    }
}
