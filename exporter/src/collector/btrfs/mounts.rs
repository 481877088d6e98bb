//! Where filesystems are mounted, from `/proc/1/mountinfo`: an ioctl needs an open folder of theirs.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::device::Device;
use super::ioctl;
use crate::source::{Roots, read_into, text};

/// The devices of mounted filesystems, by the filesystems' UUIDs without dashes. Those that cannot be asked, for lack
/// of permission or since the mount point is another's by now, are not in it.
pub(super) fn devices_by_filesystem(roots: &Roots, scratch: &mut Vec<u8>) -> HashMap<String, Vec<Device>> {
    let mut found = HashMap::new();
    let content = match read_into(&roots.proc("1/mountinfo"), scratch) {
        Ok(_) => Ok(&scratch[..]),
        // Under hidepid only root sees process 1.
        Err(_) => read_into(&roots.proc("self/mountinfo"), scratch),
    };
    let mut done = HashSet::new();
    for mount in parse(content.unwrap_or_default()) {
        if done.contains(&mount.source) {
            continue;
        }
        let path = mount.point.strip_prefix("/").unwrap_or(&mount.point);
        let Ok(folder) = File::open(roots.rootfs.join(path)) else { continue };
        let Ok(filesystem) = ioctl::filesystem(&folder) else { continue };
        if found.contains_key(&filesystem.uuid) {
            continue;
        }
        if let Ok(devices) = ioctl::devices(&folder, &filesystem) {
            done.insert(mount.source);
            found.insert(filesystem.uuid, devices);
        }
    }
    found
}

#[derive(Debug, PartialEq)]
struct Mount {
    point: PathBuf,
    source: Vec<u8>,
}

/// The mounts of this type; see `proc_pid_mountinfo(5)`. Lines of another form are no mounts.
fn parse(content: &[u8]) -> impl Iterator<Item = Mount> {
    text::lines(content).filter_map(|line| {
        let mut fields = text::fields(line);
        let point = fields.nth(4)?;
        fields.find(|field| *field == b"-")?;
        let (kind, source) = (fields.next()?, fields.next()?);
        let mount = || Mount { point: std::ffi::OsString::from_vec(unescaped(point)).into(), source: source.to_vec() };
        (kind == b"btrfs").then(mount)
    })
}

/// The kernel writes a space as `\040`, and so on.
fn unescaped(mut text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    while let [byte, rest @ ..] = text {
        text = match (byte, rest) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                plain.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                after
            }
            _ => {
                plain.push(*byte);
                rest
            }
        };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn btrfs_mounts_are_picked_and_their_names_unescaped() {
        let content = b"36 35 98:0 /mnt1 /mnt\\040two rw,noatime master:1 - btrfs /dev/sda1 rw\n\
            37 35 98:1 / /home rw - ext4 /dev/sdb1 rw\nshort line\n38 35 0:1 / /x rw - btrfs\n";
        let mounts: Vec<_> = parse(content).collect();
        assert_eq!(mounts, [Mount { point: "/mnt two".into(), source: b"/dev/sda1".to_vec() }]);
        assert_eq!(unescaped(b"\\134\\777\\04"), b"\\\\777\\04");
    }
}
