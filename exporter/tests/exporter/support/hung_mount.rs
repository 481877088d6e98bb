//! A filesystem that never answers: FUSE, whose program does not read what the kernel asks it.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_change, unmount};
use rustix::thread::{UnshareFlags, unshare_unsafe};

/// The mount, in a mount namespace of this thread and of the processes that it starts; gone when this is dropped.
pub(crate) struct HungMount {
    pub(crate) path: PathBuf,
    /// `/proc` without the first process's mounts, which are not this namespace's.
    pub(crate) procfs: PathBuf,
    _connection: File,
    _folder: tempfile::TempDir,
}

impl HungMount {
    /// Fails where the machine does not let this process mount; the error says what is missing.
    pub(crate) fn new() -> Result<Self, String> {
        let connection = File::options().read(true).write(true).open("/dev/fuse");
        let connection = connection.map_err(|error| format!("/dev/fuse cannot be opened: {error}"))?;
        enter_namespace().map_err(|error| format!("a mount namespace cannot be made: {error}"))?;
        let folder = tempfile::tempdir().unwrap();
        let (path, procfs) = (folder.path().join("hung"), folder.path().join("proc"));
        std::fs::create_dir(&path).unwrap();
        link_procfs(&procfs);
        let options = format!("fd={},rootmode=40000,user_id=0,group_id=0", connection.as_raw_fd());
        mount("hung", &path, "fuse", MountFlags::empty(), &*CString::new(options).unwrap())
            .map_err(|error| format!("FUSE cannot be mounted: {error}"))?;
        Ok(HungMount { path, procfs, _connection: connection, _folder: folder })
    }
}

#[expect(unsafe_code, reason = "only a namespace of its own keeps the mount from everybody else")]
fn enter_namespace() -> rustix::io::Result<()> {
    // SAFETY: descriptors stay shared; a thread with other mounts than the rest harms nobody here.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS)? };
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
}

fn link_procfs(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    for entry in std::fs::read_dir("/proc").unwrap() {
        let name = entry.unwrap().file_name();
        if !name.to_string_lossy().starts_with(|first: char| first.is_ascii_digit()) {
            symlink(Path::new("/proc").join(&name), folder.join(&name)).unwrap();
        }
    }
}

impl Drop for HungMount {
    fn drop(&mut self) {
        let _ = unmount(&self.path, UnmountFlags::DETACH);
    }
}
