//! Software RAID arrays, from `/proc/mdstat` and `/sys/block/md*/md`.

mod mdstat;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{Folder, KeptFile, ReadError};
use mdstat::Array;

pub(super) const REGISTRATION: Registration = Registration {
    name: "mdadm",
    enabled_by_default: true,
    // Both files wait for the array's lock, which a failing disk can hold for long.
    pace: Pace::Slow,
    flags: &[],
    new: |settings| {
        let blocks = Folder::new(settings.roots.sys("block"));
        Ok(Box::new(Mdadm { mdstat: KeptFile::report(settings.roots.proc("mdstat")), blocks }))
    },
};

struct Mdadm {
    mdstat: KeptFile,
    blocks: Folder,
}

impl Collector for Mdadm {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.mdstat.read(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        write_arrays(&mdstat::parse(content)?, out);
        self.write_members(out)?;
        Ok(())
    }
}

fn write_arrays(arrays: &[Array], out: &mut Families) {
    let required = out.gauge("node_md_disks_required", "Disks that the array needs to be complete.");
    let disks = out.gauge("node_md_disks", "Disks of the array by state.");
    let state = out.gauge("node_md_state", "1 for the state that the array is in, 0 for the others.");
    let blocks = out.gauge("node_md_blocks", "Size of the array in blocks of 1024 bytes.");
    let synced = out.gauge("node_md_blocks_synced", "Blocks that are in sync, of those that a running sync visits.");
    for array in arrays {
        let device = ("device", array.name);
        out.add(required, &[device], array.disks_required);
        for (state, count) in
            [("active", array.disks_active), ("failed", array.disks_failed), ("spare", array.disks_spare)]
        {
            out.add(disks, &[device, ("state", state)], count);
        }
        for name in ["active", "inactive", "recovering", "resync", "check"] {
            out.add(state, &[device, ("state", name)], array.state == name);
        }
        out.add(blocks, &[device], array.blocks);
        out.add(synced, &[device], array.blocks_synced);
    }
}

impl Mdadm {
    fn write_members(&self, out: &mut Families) -> Result<(), ReadError> {
        let raid_disks = out.gauge("node_md_raid_disks", "Disks that the array has been made for.");
        let degraded = out.gauge("node_md_degraded", "Disks that the array lacks.");
        for name in self.blocks.names()?.iter().filter(|name| name.starts_with("md")) {
            let array = self.blocks.folder(name).folder("md");
            let Some(level) = array.offered_text("level")? else { continue };
            let labels = [("device", name.as_str())];
            if !matches!(level.as_str(), "container" | "imsm" | "ddf" | "")
                && let Some(count) = array.offered_text("raid_disks")?.as_deref().and_then(disk_count)
            {
                out.add(raid_disks, &labels, count);
            }
            // An array that is stopped meanwhile has no number; the others' are told.
            let lacking = match level.as_str() {
                "raid1" | "raid4" | "raid5" | "raid6" | "raid10" => array.offered_number("degraded")?,
                _ => Some(0u64),
            };
            if let Some(lacking) = lacking {
                out.add(degraded, &labels, lacking);
            }
        }
        Ok(())
    }
}

/// The new number of disks from `11`, or from `11 (10)` while the array is being grown.
fn disk_count(text: &str) -> Option<u64> {
    text.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_that_grows_has_its_new_number_of_disks() {
        assert_eq!(disk_count("4"), Some(4));
        assert_eq!(disk_count("11 (10)"), Some(11));
        assert_eq!((disk_count(""), disk_count("x"), disk_count(" 4")), (None, None, None));
    }
}
