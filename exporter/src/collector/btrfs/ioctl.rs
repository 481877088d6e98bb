//! Btrfs' ioctls on an open mount point, as `linux/btrfs.h` declares them.

use std::fs::File;
use std::io;

use rustix::io::Errno;
use rustix::ioctl::{Getter, Opcode, Updater, ioctl, opcode};

use super::device::{Device, ERRORS};

/// `BTRFS_IOCTL_MAGIC`.
const MAGIC: u8 = 0x94;
const FS_INFO: Opcode = opcode::read::<FsInfo>(MAGIC, 31);
const DEV_INFO: Opcode = opcode::read_write::<DevInfo>(MAGIC, 30);
const GET_DEV_STATS: Opcode = opcode::read_write::<DevStats>(MAGIC, 52);

/// `struct btrfs_ioctl_fs_info_args`.
#[repr(C)]
struct FsInfo {
    max_id: u64,
    num_devices: u64,
    fsid: [u8; 16],
    rest: [u8; 992],
}

/// `struct btrfs_ioctl_dev_info_args`.
#[repr(C)]
struct DevInfo {
    devid: u64,
    uuid: [u8; 16],
    bytes_used: u64,
    total_bytes: u64,
    unused: [u64; 379],
    path: [u8; 1024],
}

/// `struct btrfs_ioctl_get_dev_stats`.
#[repr(C)]
struct DevStats {
    devid: u64,
    nr_items: u64,
    flags: u64,
    values: [u64; ERRORS.len()],
    unused: [u64; 121],
}

/// A filesystem's UUID without dashes, and its devices.
pub(super) struct Filesystem {
    pub(super) uuid: String,
    highest_id: u64,
    devices: u64,
}

/// Device ids are given in turn, and a device that is removed leaves a gap: what asks for more is not believed.
const MOST_IDS: u64 = 1 << 16;

pub(super) fn filesystem(mount: &File) -> io::Result<Filesystem> {
    #[expect(
        unsafe_code,
        reason = "FS_INFO fills the structure, which has the kernel's layout and holds only integers"
    )]
    let info = unsafe { ioctl(mount, Getter::<FS_INFO, FsInfo>::new()) }?;
    Ok(Filesystem { uuid: hexadecimal(&info.fsid), highest_id: info.max_id, devices: info.num_devices })
}

pub(super) fn devices(mount: &File, filesystem: &Filesystem) -> io::Result<Vec<Device>> {
    let mut devices = Vec::new();
    for id in 0..=filesystem.highest_id.min(MOST_IDS) {
        if devices.len() as u64 == filesystem.devices {
            break;
        }
        devices.extend(device(mount, id)?);
    }
    Ok(devices)
}

/// The device with this id, if there is one.
fn device(mount: &File, id: u64) -> io::Result<Option<Device>> {
    let mut info =
        DevInfo { devid: id, uuid: [0; 16], bytes_used: 0, total_bytes: 0, unused: [0; 379], path: [0; 1024] };
    #[expect(
        unsafe_code,
        reason = "DEV_INFO fills the structure, which has the kernel's layout and holds only integers"
    )]
    match unsafe { ioctl(mount, Updater::<DEV_INFO, DevInfo>::new(&mut info)) } {
        Err(Errno::NODEV) => return Ok(None),
        other => other?,
    }
    let mut stats = DevStats { devid: id, nr_items: ERRORS.len() as u64, flags: 0, values: [0; _], unused: [0; 121] };
    #[expect(
        unsafe_code,
        reason = "GET_DEV_STATS fills the structure, which has the kernel's layout and holds only integers"
    )]
    unsafe { ioctl(mount, Updater::<GET_DEV_STATS, DevStats>::new(&mut stats)) }?;
    let path = info.path.split(|&byte| byte == 0).next().unwrap_or_default();
    Ok(Some(Device {
        path: String::from_utf8_lossy(path).into_owned(),
        uuid: dashed(&info.uuid),
        used: info.bytes_used,
        total: info.total_bytes,
        errors: stats.values,
    }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A UUID as it is usually written, `8-4-4-4-12` digits.
fn dashed(uuid: &[u8; 16]) -> String {
    let [a, b, c, d] = [(0, 4), (4, 6), (6, 8), (8, 10)].map(|(start, end)| hexadecimal(&uuid[start..end]));
    format!("{a}-{b}-{c}-{d}-{}", hexadecimal(&uuid[10..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structures_have_the_kernels_sizes_and_numbers() {
        assert_eq!((size_of::<FsInfo>(), size_of::<DevInfo>(), size_of::<DevStats>()), (1024, 4096, 1032));
        assert_eq!((FS_INFO, DEV_INFO, GET_DEV_STATS), (0x8400_941f, 0xd000_941e, 0xc408_9434));
    }

    #[test]
    fn what_is_no_btrfs_is_an_error() {
        assert!(filesystem(&File::open("/proc").unwrap()).is_err());
        assert_eq!(hexadecimal(&[0, 0xab]), "00ab");
        let uuid = std::array::from_fn(|place| u8::try_from(place).unwrap());
        assert_eq!(dashed(&uuid), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }
}
