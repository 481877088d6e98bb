//! Interfaces from a tree like `/sys/class/net`.

use std::path::{Path, PathBuf};

use super::attributes::{Attributes, NUMBERS, parse_number};
use crate::collector::CollectError;
use crate::source;

pub(super) struct Sysfs {
    folder: PathBuf,
}

impl Sysfs {
    pub(super) fn new(folder: PathBuf) -> Self {
        Sysfs { folder }
    }

    /// The interfaces whose names are accepted, sorted by name.
    pub(super) fn read(&self, mut accepts: impl FnMut(&str) -> bool) -> Result<Vec<Attributes>, CollectError> {
        let names = source::list(&self.folder).map_err(CollectError::absent_is_no_data)?;
        // Interfaces are folders; the bonding driver puts a file among them.
        let interfaces = names.into_iter().filter(|name| accepts(name) && self.folder.join(name).is_dir());
        Ok(interfaces.map(|name| read_interface(&self.folder.join(&name), name)).collect())
    }
}

/// Attributes that cannot be read are left out: some drivers answer only when the interface is up.
fn read_interface(folder: &Path, name: String) -> Attributes {
    let text = |file: &str| source::read_attribute(&folder.join(file)).unwrap_or_default();
    Attributes {
        address: text("address"),
        broadcast: text("broadcast"),
        duplex: text("duplex"),
        operstate: text("operstate"),
        alias: text("ifalias"),
        numbers: NUMBERS.map(|number| parse_number(&text(number.file))),
        name,
    }
}
