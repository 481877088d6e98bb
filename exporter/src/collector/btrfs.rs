//! Btrfs filesystems, from `/sys/fs/btrfs`, and their devices from ioctls on mount points.

mod device;
mod ioctl;
mod mounts;

use std::collections::HashMap;
use std::sync::Arc;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Kind, NamedFamilies};
use crate::source::{Folder, ReadError, Roots};
use device::Device;

pub(super) const REGISTRATION: Registration = Registration {
    name: "btrfs",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| {
        let roots = Arc::clone(&settings.roots);
        Ok(Box::new(Btrfs { filesystems: Folder::new(roots.sys("fs/btrfs")), roots }))
    },
};

struct Btrfs {
    filesystems: Folder,
    roots: Arc<Roots>,
}

/// Bytes of a sector, whatever the disk's own block size.
const SECTOR: u64 = 512;

impl Collector for Btrfs {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        // Beside the filesystems, which have UUIDs for names, stands a folder on features.
        let mut names = self.filesystems.names()?;
        names.retain(|name| name.contains('-'));
        if names.is_empty() {
            return Ok(());
        }
        let devices = mounts::devices_by_filesystem(&self.roots, &mut scrape.scratch);
        let mut out = NamedFamilies::new(out);
        for name in names {
            write_filesystem(&self.filesystems.folder(&name), &name, &devices, &mut out)?;
        }
        Ok(())
    }
}

fn write_filesystem(
    folder: &Folder,
    name: &str,
    devices: &HashMap<String, Vec<Device>>,
    out: &mut NamedFamilies<'_>,
) -> Result<(), CollectError> {
    let uuid = folder.offered_text("metadata_uuid")?.filter(|uuid| !uuid.is_empty());
    let uuid = uuid.as_deref().unwrap_or(name);
    let label = folder.offered_text("label")?.unwrap_or_default();
    let help = || "A mounted filesystem and its label; always 1.".to_owned();
    out.add((Kind::Gauge, "node_btrfs_info"), help, &[("label", &label), ("uuid", uuid)], 1u64);
    if let Some(size) = folder.offered_number::<u64>("allocation/global_rsv_size")? {
        let help = || "Space kept back for what must not fail, in bytes.".to_owned();
        out.add((Kind::Gauge, "node_btrfs_global_rsv_size_bytes"), help, &[("uuid", uuid)], size);
    }
    write_commits(folder, uuid, out)?;
    let members = folder.folder("devices").names()?;
    for group in ["data", "metadata", "system"] {
        let allocation = folder.folder("allocation").folder(group);
        write_allocation(&allocation, &[("block_group_type", group), ("uuid", uuid)], members.len(), out)?;
    }
    match devices.get(&uuid.replace('-', "")) {
        Some(devices) => devices.iter().for_each(|device| device.write(uuid, out)),
        None => {
            for member in members {
                let Some(sectors) = folder.folder("devices").offered_number::<u64>(&format!("{member}/size"))? else {
                    continue;
                };
                let labels = [("device", member.as_str()), ("uuid", uuid)];
                device::write_size(&labels, sectors.saturating_mul(SECTOR), out);
            }
        }
    }
    Ok(())
}

/// Lines of `commit_stats`, and their families.
#[rustfmt::skip]
const COMMITS: [(&str, Kind, &str, &str); 4] = [
    ("commits", Kind::Counter, "node_btrfs_commits_total", "Commits since the filesystem was mounted."),
    ("last_commit_ms", Kind::Gauge, "node_btrfs_last_commit_seconds", "How long the last commit took, in seconds."),
    ("max_commit_ms", Kind::Gauge, "node_btrfs_max_commit_seconds", "How long the slowest commit took, in seconds."),
    ("total_commit_ms", Kind::Counter, "node_btrfs_commit_seconds_total", "How long all commits took, in seconds."),
];

/// Before Linux 6.0 there is no such file; node_exporter's series are there nevertheless, and 0.
fn write_commits(folder: &Folder, uuid: &str, out: &mut NamedFamilies<'_>) -> Result<(), CollectError> {
    let text = folder.offered_text("commit_stats")?.unwrap_or_default();
    let stats = commit_stats(&text).map_err(|line| {
        let path = folder.path().join("commit_stats");
        CollectError::parse(path.display().to_string(), format!("`{line}` is not a name and a number"))
    })?;
    for (word, kind, name, help) in COMMITS {
        let value = stats.iter().find(|(known, _)| *known == word).map_or(0, |(_, value)| *value);
        let value = if word.ends_with("_ms") { value as f64 / 1000.0 } else { value as f64 };
        out.add((kind, name), || help.to_owned(), &[("uuid", uuid)], value);
    }
    Ok(())
}

fn commit_stats(text: &str) -> Result<Vec<(&str, u64)>, &str> {
    let lines = text.lines().map(|line| {
        let (word, number) = line.trim().split_once(char::is_whitespace).ok_or(line)?;
        Ok((word, number.trim().parse().map_err(|_| line)?))
    });
    lines.collect()
}

/// `labels` are the type of the block group and the filesystem.
fn write_allocation(
    folder: &Folder,
    labels: &[(&str, &str); 2],
    devices: usize,
    out: &mut NamedFamilies<'_>,
) -> Result<(), ReadError> {
    if let Some(reserved) = folder.offered_number::<u64>("bytes_reserved")? {
        let help = || "Space reserved for a type of data, in bytes.".to_owned();
        out.add((Kind::Gauge, "node_btrfs_reserved_bytes"), help, labels, reserved);
    }
    for mode in folder.names()? {
        let layout = folder.folder(&mode);
        if !layout.path().is_dir() {
            continue;
        }
        let labels = [labels[0], ("mode", mode.as_str()), labels[1]];
        for (attribute, name, help) in [
            ("used_bytes", "node_btrfs_used_bytes", "Space in use, by type of data and RAID profile, in bytes."),
            ("total_bytes", "node_btrfs_size_bytes", "Space set aside, by type of data and RAID profile, in bytes."),
        ] {
            if let Some(value) = layout.offered_number::<u64>(attribute)? {
                out.add((Kind::Gauge, name), || help.to_owned(), &labels, value);
            }
        }
        let help = || "Bytes on the devices for each byte of data.".to_owned();
        out.add((Kind::Gauge, "node_btrfs_allocation_ratio"), help, &labels, ratio(&mode, devices));
    }
    Ok(())
}

/// How many bytes on the devices a RAID profile needs for one byte of data; 0 for a profile that is not known.
fn ratio(mode: &str, devices: usize) -> f64 {
    let devices = devices as f64;
    match mode {
        "single" | "raid0" => 1.0,
        "dup" | "raid1" | "raid10" => 2.0,
        "raid1c3" => 3.0,
        "raid1c4" => 4.0,
        "raid5" => devices / (devices - 1.0),
        "raid6" => devices / (devices - 2.0),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_words_and_numbers() {
        assert_eq!(commit_stats("commits 2\nlast_commit_ms 20\n"), Ok(vec![("commits", 2), ("last_commit_ms", 20)]));
        assert_eq!(commit_stats("commits"), Err("commits"));
        assert_eq!(commit_stats("commits -1"), Err("commits -1"));
        assert_eq!(commit_stats(""), Ok(vec![]));
    }

    #[test]
    fn parity_costs_less_on_more_devices() {
        assert_eq!((ratio("raid5", 4), ratio("raid6", 4), ratio("raid1c3", 4)), (4.0 / 3.0, 2.0, 3.0));
        assert_eq!(ratio("mixed", 1), 0.0);
    }
}
