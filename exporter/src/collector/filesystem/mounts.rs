//! The list of mounts: `/proc/<pid>/mountinfo`; see `proc_pid_mountinfo(5)`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::collector::CollectError;
use crate::source::{Roots, text};

#[derive(Debug, PartialEq)]
pub(super) struct Mount {
    pub(super) device: String,
    /// Without the prefix of `--path.rootfs`.
    pub(super) mount_point: String,
    pub(super) kind: String,
    pub(super) major: String,
    pub(super) minor: String,
    pub(super) readonly: bool,
    /// Where the filesystem lies for us.
    pub(super) path: PathBuf,
    /// Whether asking it may take forever: it is a server's or a program's, or lies below one that is.
    pub(super) can_hang: bool,
}

/// Filesystems that the kernel answers for by itself, from memory or from a local disk. All others may need a server or
/// a program to answer, and new ones are better taken for such.
#[rustfmt::skip]
const LOCAL: [&str; 48] = [
    "affs", "autofs", "bcachefs", "befs", "bfs", "binfmt_misc", "bpf", "btrfs", "cgroup", "cgroup2", "configfs", "debugfs", "devpts",
    "devtmpfs", "efivarfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fusectl", "hfs", "hfsplus", "hugetlbfs",
    "iso9660", "jffs2", "jfs", "minix", "mqueue", "nilfs2", "nsfs", "ntfs3", "proc", "pstore", "ramfs", "reiserfs",
    "rootfs", "securityfs", "selinuxfs", "squashfs", "sysfs", "tmpfs", "tracefs", "ubifs", "vfat", "xfs", "zfs",
];

impl Mount {
    /// What makes a mount another one than those before it in the list.
    pub(super) fn identity(&self) -> [String; 5] {
        [&self.device, &self.mount_point, &self.kind, &self.major, &self.minor].map(String::clone)
    }

    /// Sorted by name.
    pub(super) fn labels<'l>(&'l self, device_error: &'l str) -> [(&'static str, &'l str); 4] {
        [
            ("device", &self.device),
            ("device_error", device_error),
            ("fstype", &self.kind),
            ("mountpoint", &self.mount_point),
        ]
    }
}

/// Parses a whole list.
pub(super) fn parse(content: &[u8], roots: &Roots) -> Result<Vec<Mount>, CollectError> {
    let mut mounts = Vec::new();
    for line in text::lines(content) {
        let mount = parse_line(line, roots).ok_or_else(|| {
            let shown: String = text::shown(line).chars().take(200).collect();
            CollectError::parse("mountinfo", format!("`{shown}` is not a mount"))
        })?;
        mounts.push(mount);
    }
    if mounts.is_empty() {
        return Err(CollectError::parse("mountinfo", "the list is empty"));
    }
    // The way to a mount leads through those above it.
    let hanging: Vec<PathBuf> = mounts.iter().filter(|it| it.can_hang).map(|it| it.path.clone()).collect();
    for mount in &mut mounts {
        mount.can_hang |= hanging.iter().any(|above| mount.path.starts_with(above));
    }
    Ok(mounts)
}

/// Parses `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`. What is separated by
/// spaces may be empty; spaces in it are escaped.
fn parse_line(line: &[u8], roots: &Roots) -> Option<Mount> {
    let mut fields = line.split(|&byte| byte == b' ');
    let numbers = fields.nth(2)?;
    let mount_point = fields.nth(1)?;
    let options = fields.next()?;
    fields.find(|&field| field == b"-")?;
    let (kind, device, super_options) = (fields.next()?, fields.next()?, fields.next()?);
    let (major, minor) = text::split_once(numbers, b':')?;
    let shown = |bytes| text::shown(bytes).into_owned();
    let kind = shown(kind);
    let inside = strip_rootfs(mount_point, &roots.rootfs);
    Some(Mount {
        device: shown(device),
        mount_point: shown(&unescape(&inside, &[b"040", b"011"])),
        major: text::number::<u32>(major)?.to_string(),
        minor: text::number::<u32>(minor)?.to_string(),
        readonly: has(options, &[b"ro"]) || has(super_options, &[b"ro", b"emergency_ro"]),
        path: path_of(&inside, &roots.rootfs),
        can_hang: LOCAL.binary_search(&kind.as_str()).is_err(),
        kind,
    })
}

fn has(options: &[u8], wanted: &[&[u8]]) -> bool {
    options.split(|&byte| byte == b',').any(|option| wanted.contains(&option))
}

fn strip_rootfs(mount_point: &[u8], rootfs: &Path) -> Vec<u8> {
    let root = rootfs.as_os_str().as_bytes();
    let root = root.strip_suffix(b"/").unwrap_or(root);
    match mount_point.strip_prefix(root) {
        Some(b"") => b"/".to_vec(),
        Some(rest) if rest.starts_with(b"/") => rest.to_vec(),
        _ => mount_point.to_vec(),
    }
}

fn path_of(inside: &[u8], rootfs: &Path) -> PathBuf {
    let path = unescape(inside, &[b"040", b"011", b"012", b"043", b"134"]);
    let relative = path.iter().position(|&byte| byte != b'/').and_then(|at| path.get(at..)).unwrap_or_default();
    rootfs.join(OsStr::from_bytes(relative))
}

/// Replaces the given escapes, `\040` for a space and the like. `node_exporter`'s label has only space and tab
/// unescaped, and a path needs them all.
fn unescape(text: &[u8], codes: &[&[u8; 3]]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.first_chunk::<3>().filter(|code| byte == b'\\' && codes.contains(code));
        plain.push(code.map_or(byte, |code| {
            code.iter().fold(0u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0'))
        }));
        rest = code.map_or(after, |_| &after[3..]);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(rootfs: &str) -> Roots {
        Roots { procfs: "/proc".into(), sysfs: "/sys".into(), rootfs: rootfs.into(), udev_data: "/udev".into() }
    }

    fn one(line: &str, rootfs: &str) -> Mount {
        parse(line.as_bytes(), &roots(rootfs)).unwrap().remove(0)
    }

    #[test]
    fn a_line_is_a_mount() {
        let mount =
            one("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n", "/");
        let expected = Mount {
            device: "/dev/root".into(),
            mount_point: "/mnt2".into(),
            kind: "ext3".into(),
            major: "98".into(),
            minor: "0".into(),
            readonly: false,
            path: "/mnt2".into(),
            can_hang: false,
        };
        assert_eq!(mount, expected);
    }

    #[test]
    fn escapes_are_undone_in_labels_as_far_as_node_exporter_does_and_in_paths_all() {
        let mount = one(r"36 35 98:0 / /a\040b\011c\134040d rw - ext4 /dev/x\040y rw", "/");
        assert_eq!(mount.mount_point, "/a b\tc\\134040d");
        assert_eq!(mount.path, Path::new("/a b\tc\\040d"));
        assert_eq!(mount.device, r"/dev/x\040y");
    }

    #[test]
    fn the_root_is_stripped_from_labels_and_kept_in_paths() {
        for rootfs in ["/host", "/host/"] {
            let at = |point: &str| {
                let mount = one(&format!("36 35 98:0 / {point} rw - ext4 /dev/x rw"), rootfs);
                (mount.mount_point, mount.path.to_string_lossy().into_owned())
            };
            assert_eq!(at("/host"), ("/".into(), "/host/".into()));
            assert_eq!(at("/host/var"), ("/var".into(), "/host/var".into()));
            assert_eq!(at("/hostile"), ("/hostile".into(), "/host/hostile".into()));
        }
    }

    #[test]
    fn either_side_can_be_read_only() {
        let readonly = |mount: &str, all: &str| one(&format!("1 1 0:1 / / {mount} - ext4 d {all}"), "/").readonly;
        assert!(readonly("ro,relatime", "rw"));
        assert!(readonly("rw", "ro"));
        assert!(readonly("rw", "rw,emergency_ro"));
        assert!(!readonly("rw,errors=remount-ro", "rw,prot=ro"));
    }

    #[test]
    fn what_is_below_a_remote_mount_can_hang_with_it() {
        let content = b"1 1 0:1 / / rw - ext4 a rw\n2 1 0:2 / /data rw - nfs4 s:/ rw\n3 2 0:3 / /data/x rw - tmpfs t rw\n4 1 0:4 / /data2 rw - xfs t rw\n5 1 0:5 / /new rw - brandnewfs t rw\n";
        let mounts = parse(content, &roots("/")).unwrap();
        assert_eq!(mounts.iter().map(|it| it.can_hang).collect::<Vec<_>>(), [false, true, true, false, true]);
        assert!(LOCAL.is_sorted());
    }

    #[test]
    fn broken_lists_are_shown() {
        let told = |content: &[u8]| parse(content, &roots("/")).unwrap_err().to_string();
        assert_eq!(told(b""), "mountinfo: the list is empty");
        for line in ["36", "36 35 98:0 / / rw ext4 d rw", "36 35 98 / / rw - ext4 d rw", "36 35 98:0 / / rw - ext4 d"] {
            assert_eq!(told(line.as_bytes()), format!("mountinfo: `{line}` is not a mount"));
        }
        assert!(parse(&[b'\\'; 70], &roots("/")).is_err());
    }
}
