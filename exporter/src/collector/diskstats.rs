//! Transfers of block devices, from `/proc/diskstats`, and what udev knows of the devices.

mod line;
mod udev;

use std::collections::HashMap;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::filter::Filter;
use crate::sample::{Families, Kind};
use crate::source::{KeptFile, Roots, text};
use line::{COUNTERS, Disk};
use udev::{Property, Udev};

const EXCLUDE: &str = "collector.diskstats.device-exclude";
const INCLUDE: &str = "collector.diskstats.device-include";
const IGNORED: &str = "collector.diskstats.ignored-devices";

#[rustfmt::skip]
pub(super) const REGISTRATION: Registration = Registration {
    name: "diskstats",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[
        Flag::text(EXCLUDE, "REGEXP", r"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$", "Devices to leave out; excludes --collector.diskstats.device-include."),
        Flag::text(INCLUDE, "REGEXP", "", "Devices to include; excludes --collector.diskstats.device-exclude."),
        Flag::text(IGNORED, "REGEXP", "", "Old name of --collector.diskstats.device-exclude.").hidden(),
    ],
    new: |settings| Ok(Box::new(Diskstats::new(settings)?)),
};

/// A name of 31 letters at most, and 19 numbers of up to 20 digits.
const LONGEST_LINE: usize = 512;

struct Diskstats {
    filter: Filter,
    file: KeptFile,
    roots: std::sync::Arc<Roots>,
    udev: Option<Udev>,
    rotational: HashMap<String, KeptFile>,
}

impl Diskstats {
    fn new(settings: &Settings) -> Result<Self, UsageError> {
        let roots = settings.roots.clone();
        let exclude = settings.renamed(EXCLUDE, IGNORED)?;
        Ok(Diskstats {
            filter: settings.filter_of((INCLUDE, settings.text(INCLUDE)), (EXCLUDE, exclude))?,
            file: KeptFile::report(roots.proc("diskstats")),
            udev: roots.udev_data.is_dir().then(|| Udev::new(&roots.udev_data)),
            rotational: HashMap::new(),
            roots,
        })
    }
}

impl Collector for Diskstats {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut disks = Vec::new();
        for line in text::lines(self.file.read_records(&mut scrape.scratch, LONGEST_LINE)?) {
            if let Some(disk) = Disk::parse(line)?
                && self.filter.accepts(&disk.name)
            {
                disks.push(disk);
            }
        }
        if let Some(udev) = &mut self.udev {
            udev.refresh(&disks);
        }
        self.write_info(&disks, &mut scrape.scratch, out);
        write_counters(&disks, out);
        if let Some(udev) = &self.udev {
            write_filesystems(&disks, udev, out);
            write_mappings(&disks, udev, out);
            write_ata(&disks, udev, out);
        }
        Ok(())
    }
}

impl Diskstats {
    fn write_info(&mut self, disks: &[Disk], buffer: &mut Vec<u8>, out: &mut Families) {
        let family = out.gauge("node_disk_info", "1, labelled by what is known of the device.");
        self.rotational.retain(|name, _| disks.iter().any(|disk| disk.name == *name));
        for disk in disks {
            let property = |which| self.udev.as_ref().map_or("", |udev| udev.property(disk, which));
            let serials = [Property::ScsiIdentSerial, Property::SerialShort, Property::Serial];
            let serial = serials.map(property).into_iter().find(|serial| !serial.is_empty());
            let (major, minor) = (disk.major.to_string(), disk.minor.to_string());
            if !self.rotational.contains_key(&disk.name) {
                let path = self.roots.sys(format!("block/{}/queue/rotational", disk.name.replace('/', "!")));
                self.rotational.insert(disk.name.clone(), KeptFile::new(path));
            }
            let file = self.rotational.get_mut(&disk.name).expect("was put there just now");
            // What has no queue, or no sysfs, counts as not rotating.
            let rotational = file.read_page(buffer).is_ok_and(|content| content.trim_ascii() == b"1");
            let labels = [
                ("device", disk.name.as_str()),
                ("major", &major),
                ("minor", &minor),
                ("model", property(Property::Model)),
                ("path", property(Property::Path)),
                ("revision", property(Property::Revision)),
                ("rotational", if rotational { "1" } else { "0" }),
                ("serial", serial.unwrap_or_default()),
                ("wwn", property(Property::Wwn)),
            ];
            out.add(family, &labels, 1u64);
        }
    }
}

fn write_counters(disks: &[Disk], out: &mut Families) {
    for (which, counter) in COUNTERS.iter().enumerate() {
        let family = out.declare(counter.kind, counter.name, counter.help);
        for disk in disks {
            if let Some(value) = disk.value(which) {
                out.add(family, &[("device", &disk.name)], value);
            }
        }
    }
}

fn write_filesystems(disks: &[Disk], udev: &Udev, out: &mut Families) {
    let family = out.gauge("node_disk_filesystem_info", "1, labelled by the filesystem on the device.");
    for disk in disks {
        let property = |which| udev.property(disk, which);
        let labels = [
            ("device", disk.name.as_str()),
            ("type", property(Property::FsType)),
            ("usage", property(Property::FsUsage)),
            ("uuid", property(Property::FsUuid)),
            ("version", property(Property::FsVersion)),
        ];
        if !property(Property::FsType).is_empty() {
            out.add(family, &labels, 1u64);
        }
    }
}

fn write_mappings(disks: &[Disk], udev: &Udev, out: &mut Families) {
    let family =
        out.gauge("node_disk_device_mapper_info", "1, labelled by what the device mapper makes the device of.");
    for disk in disks {
        let property = |which| udev.property(disk, which);
        let labels = [
            ("device", disk.name.as_str()),
            ("lv_layer", property(Property::DmLvLayer)),
            ("lv_name", property(Property::DmLvName)),
            ("name", property(Property::DmName)),
            ("uuid", property(Property::DmUuid)),
            ("vg_name", property(Property::DmVgName)),
        ];
        if !property(Property::DmName).is_empty() {
            out.add(family, &labels, 1u64);
        }
    }
}

#[rustfmt::skip]
const ATA: [(Property, &str, &str); 3] = [
    (Property::AtaWriteCache, "node_disk_ata_write_cache", "Whether the ATA disk has a cache for writing."),
    (Property::AtaWriteCacheEnabled, "node_disk_ata_write_cache_enabled", "Whether the ATA disk's cache for writing is on."),
    (Property::AtaRotationRate, "node_disk_ata_rotation_rate_rpm", "Revolutions of the ATA disk in a minute; 0 when it does not rotate."),
];

fn write_ata(disks: &[Disk], udev: &Udev, out: &mut Families) {
    for (which, name, help) in ATA {
        let family = out.declare(Kind::Gauge, name, help);
        for disk in disks.iter().filter(|disk| !udev.property(disk, Property::Ata).is_empty()) {
            if let Ok(value) = udev.property(disk, which).parse::<f64>() {
                out.add(family, &[("device", &disk.name)], value);
            }
        }
    }
}
