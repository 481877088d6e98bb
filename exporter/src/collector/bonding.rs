//! Bonded network interfaces, from `/sys/class/net`.

use std::path::{Path, PathBuf};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, ReadError, read_attribute};

pub(super) const REGISTRATION: Registration = Registration {
    name: "bonding",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let folder = settings.roots.sys("class/net");
        Ok(Box::new(Bonding { masters: KeptFile::new(folder.join("bonding_masters")), folder }))
    },
};

struct Bonding {
    folder: PathBuf,
    masters: KeptFile,
}

impl Collector for Bonding {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let masters = self.masters.read_page(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        let slaves = out.gauge("node_bonding_slaves", "Interfaces that belong to the bond.");
        let active = out.gauge("node_bonding_active", "Interfaces of the bond that have a link.");
        for master in String::from_utf8_lossy(masters).split_ascii_whitespace() {
            let bond = Bond::read(&self.folder.join(master)).map_err(CollectError::absent_is_no_data)?;
            out.add(slaves, &[("master", master)], bond.slaves);
            out.add(active, &[("master", master)], bond.active);
        }
        Ok(())
    }
}

#[derive(Default)]
struct Bond {
    slaves: u32,
    active: u32,
}

impl Bond {
    fn read(folder: &Path) -> Result<Self, ReadError> {
        let mut bond = Bond::default();
        for slave in read_attribute(&folder.join("bonding/slaves"))?.split_ascii_whitespace() {
            let status = |prefix: &str| folder.join(format!("{prefix}_{slave}/bonding_slave/mii_status"));
            let status = match read_attribute(&status("lower")) {
                // Kernels before 3.19 know the links to slaves by another name.
                Err(error) if error.is_absent() => read_attribute(&status("slave")),
                other => other,
            };
            bond.slaves += 1;
            bond.active += u32::from(status? == "up");
        }
        Ok(bond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slaves_with_a_link_are_active_under_either_name() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, content: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        };
        write("bonding/slaves", "eth0 eth1\n");
        write("lower_eth0/bonding_slave/mii_status", "up\n");
        assert!(Bond::read(folder.path()).is_err_and(|error| error.is_absent()), "eth1 has no status");
        write("slave_eth1/bonding_slave/mii_status", "down\n");
        let bond = Bond::read(folder.path()).unwrap();
        assert_eq!((bond.slaves, bond.active), (2, 1));
    }
}
