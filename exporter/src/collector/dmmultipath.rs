//! Disks that are reached on several paths (device-mapper multipath), from `/sys/block/dm-*`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{Folder, ReadError};

pub(super) const REGISTRATION: Registration = Registration {
    name: "dmmultipath",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(DmMultipath { blocks: Folder::new(settings.roots.sys("block")) })),
};

struct DmMultipath {
    blocks: Folder,
}

/// Bytes of a sector, whatever the disk's own block size.
const SECTOR: u64 = 512;

struct Disk {
    sysfs_name: String,
    name: String,
    uuid: String,
    suspended: bool,
    sectors: u64,
    /// Each path's device and its state.
    paths: Vec<(String, String)>,
}

impl Collector for DmMultipath {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let names = self.blocks.list().map_err(|error| match error.source.kind() {
            std::io::ErrorKind::PermissionDenied => CollectError::no_data(error.to_string()),
            _ => CollectError::absent_is_no_data(error),
        })?;
        let mut disks = Vec::new();
        for name in names.into_iter().filter(|name| name.starts_with("dm-")) {
            disks.extend(self.disk(name)?);
        }
        if !disks.is_empty() {
            write(&disks, out);
        }
        Ok(())
    }
}

impl DmMultipath {
    /// The disk, unless the device is none or has other work: LVM and dm-crypt are built of the same.
    fn disk(&self, sysfs_name: String) -> Result<Option<Disk>, ReadError> {
        let folder = self.blocks.folder(&sysfs_name);
        let Some(uuid) = folder.offered_text("dm/uuid")?.filter(|uuid| uuid.starts_with("mpath-")) else {
            return Ok(None);
        };
        let mut paths = Vec::new();
        for path in folder.folder("slaves").names()? {
            let state = self.blocks.folder(&path).offered_text("device/state")?;
            paths.push((path, state.unwrap_or_else(|| "unknown".to_owned())));
        }
        Ok(Some(Disk {
            name: folder.text("dm/name")?,
            uuid,
            suspended: folder.number::<u64>("dm/suspended")? == 1,
            sectors: folder.number("size")?,
            paths,
            sysfs_name,
        }))
    }
}

#[rustfmt::skip]
fn write(disks: &[Disk], out: &mut Families) {
    let info = out.gauge("node_dmmultipath_device_info", "A multipath disk; always 1.");
    let active = out.gauge("node_dmmultipath_device_active", "1 for a multipath disk in use, 0 for one that is suspended.");
    let size = out.gauge("node_dmmultipath_device_size_bytes", "Size of a multipath disk in bytes.");
    let paths = out.gauge("node_dmmultipath_device_paths", "Paths to a multipath disk.");
    let paths_active = out.gauge("node_dmmultipath_device_paths_active", "Paths that can be used: `running` (SCSI) or `live` (NVMe).");
    let paths_failed = out.gauge("node_dmmultipath_device_paths_failed", "Paths that cannot be used.");
    let path_state = out.gauge("node_dmmultipath_path_state", "The state of a path's device, as a label; always 1.");
    for disk in disks {
        let labels = [("device", disk.name.as_str()), ("sysfs_name", &disk.sysfs_name)];
        out.add(info, &[labels[0], labels[1], ("uuid", &disk.uuid)], 1u64);
        out.add(active, &labels, !disk.suspended);
        out.add(size, &labels, disk.sectors.saturating_mul(SECTOR));
        let usable = disk.paths.iter().filter(|(_, state)| matches!(state.as_str(), "running" | "live")).count();
        out.add(paths, &labels, disk.paths.len());
        out.add(paths_active, &labels, usable);
        out.add(paths_failed, &labels, disk.paths.len() - usable);
        for (path, state) in &disk.paths {
            out.add(path_state, &[("device", &disk.name), ("path", path), ("state", state)], 1u64);
        }
    }
}
