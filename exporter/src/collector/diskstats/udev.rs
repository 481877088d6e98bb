//! What udev's database tells of block devices: `/run/udev/data/b<major>:<minor>`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::line::Disk;
use crate::source::{self, FileIdentity, text};

/// The properties that are exposed.
#[derive(Clone, Copy)]
pub(super) enum Property {
    DmLvLayer,
    DmLvName,
    DmName,
    DmUuid,
    DmVgName,
    Ata,
    AtaRotationRate,
    AtaWriteCache,
    AtaWriteCacheEnabled,
    FsType,
    FsUsage,
    FsUuid,
    FsVersion,
    Model,
    Path,
    Revision,
    Serial,
    SerialShort,
    Wwn,
    ScsiIdentSerial,
}

/// Their names in the database, in the order of [`Property`].
const NAMES: [&str; 20] = [
    "DM_LV_LAYER",
    "DM_LV_NAME",
    "DM_NAME",
    "DM_UUID",
    "DM_VG_NAME",
    "ID_ATA",
    "ID_ATA_ROTATION_RATE_RPM",
    "ID_ATA_WRITE_CACHE",
    "ID_ATA_WRITE_CACHE_ENABLED",
    "ID_FS_TYPE",
    "ID_FS_USAGE",
    "ID_FS_UUID",
    "ID_FS_VERSION",
    "ID_MODEL",
    "ID_PATH",
    "ID_REVISION",
    "ID_SERIAL",
    "ID_SERIAL_SHORT",
    "ID_WWN",
    "SCSI_IDENT_SERIAL",
];

/// The database, read again where udev has written it anew.
pub(super) struct Udev {
    folder: PathBuf,
    known: HashMap<(u32, u32), (FileIdentity, Properties)>,
}

type Properties = [Box<str>; NAMES.len()];

impl Udev {
    pub(super) fn new(folder: &Path) -> Self {
        Udev { folder: folder.to_owned(), known: HashMap::new() }
    }

    /// Brings what is known up to date; devices that are not among `disks` are forgotten.
    pub(super) fn refresh(&mut self, disks: &[Disk]) {
        let mut before = std::mem::take(&mut self.known);
        for disk in disks {
            let key = (disk.major, disk.minor);
            let path = self.folder.join(format!("b{}:{}", disk.major, disk.minor));
            let Ok(identity) = FileIdentity::of(&path) else { continue };
            let known = before.remove(&key).filter(|(known, _)| *known == identity);
            let known = known.or_else(|| {
                let content = source::read_into(&path, &mut Vec::new()).map(parse).ok()?;
                Some((identity, content))
            });
            self.known.extend(known.map(|known| (key, known)));
        }
    }

    /// A property of a device; empty when it does not have it.
    pub(super) fn property(&self, disk: &Disk, which: Property) -> &str {
        self.known.get(&(disk.major, disk.minor)).map_or("", |(_, properties)| &properties[which as usize])
    }
}

/// Parses lines like `E:ID_MODEL=…`; others tell of links and tags.
fn parse(content: &[u8]) -> Properties {
    let mut properties = Properties::default();
    for line in text::lines(content) {
        let Some((name, value)) = line.strip_prefix(b"E:").and_then(|line| text::split_once(line, b'=')) else {
            continue;
        };
        if let Some(which) = NAMES.iter().position(|known| known.as_bytes() == name) {
            properties[which] = text::shown(value).into();
        }
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_properties_count() {
        let properties =
            parse(b"S:disk/by-id/x\nE:ID_MODEL=A=B\nE:ID_WWN\nI:1\nE:OTHER=x\nE:SCSI_IDENT_SERIAL=S\xff\n");
        assert_eq!(&*properties[Property::Model as usize], "A=B");
        assert_eq!(&*properties[Property::Wwn as usize], "");
        assert_eq!(&*properties[Property::ScsiIdentSerial as usize], "S\u{fffd}");
        assert!(parse(b"").iter().all(|value| value.is_empty()));
    }

    #[test]
    fn a_file_written_anew_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join("b8:0"), text).unwrap();
        let disk = [Disk::parse(b"8 0 sda 1 2 3 4 5 6 7 8 9 10 11").unwrap().unwrap()];
        let mut udev = Udev::new(folder.path());
        udev.refresh(&disk);
        assert_eq!(udev.property(&disk[0], Property::Model), "");
        write("E:ID_MODEL=one\n");
        udev.refresh(&disk);
        assert_eq!(udev.property(&disk[0], Property::Model), "one");
        write("E:ID_MODEL=another\n");
        udev.refresh(&disk);
        assert_eq!(udev.property(&disk[0], Property::Model), "another");
    }
}
