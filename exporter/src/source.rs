//! Where data comes from: the roots of procfs, sysfs and the root filesystem, and how their files are read.

mod absence;
pub(crate) mod bus;
pub(crate) mod ethtool;
mod folder;
mod identity;
mod kept;
pub(crate) mod netlink;
pub(crate) mod text;

use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, RawDir};
use rustix::io::retry_on_intr;

pub(crate) use absence::Lookout;
pub(crate) use folder::{Folder, if_offered};
pub(crate) use identity::FileIdentity;
use kept::is_kernel_filesystem;
pub(crate) use kept::{KeptFile, is_sysfs};

/// No file that a collector reads whole comes near this; what is larger is refused rather than held in memory.
const LARGEST_FILE: usize = 64 << 20;

/// Attributes of sysfs and most of `/proc/sys` fit one page, which is all the kernel gives at once.
const PAGE: usize = 4096;

/// The folders that stand for `/proc`, `/sys`, `/` and udev's data; other ones than those in a container.
#[derive(Clone, Debug)]
pub(crate) struct Roots {
    pub(crate) procfs: PathBuf,
    pub(crate) sysfs: PathBuf,
    pub(crate) rootfs: PathBuf,
    pub(crate) udev_data: PathBuf,
}

impl Roots {
    pub(crate) fn proc(&self, path: impl AsRef<Path>) -> PathBuf {
        self.procfs.join(path)
    }

    pub(crate) fn sys(&self, path: impl AsRef<Path>) -> PathBuf {
        self.sysfs.join(path)
    }

    /// Where an absolute path of the monitored machine lies for us.
    pub(crate) fn root(&self, path: &str) -> PathBuf {
        self.rootfs.join(path.trim_start_matches('/'))
    }
}

/// A file or folder could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub(crate) struct ReadError {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

impl ReadError {
    pub(crate) fn new(path: &Path, source: io::Error) -> Self {
        ReadError { path: path.to_owned(), source }
    }

    /// Whether there is nothing to read, as opposed to something that cannot be read.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
    }
}

/// Turns "there is no such file" into `None`, and leaves other failures failures.
pub(crate) fn if_present<T>(result: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a whole file into `buffer`, which is cleared first.
pub(crate) fn read_into<'b>(path: &Path, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], ReadError> {
    buffer.clear();
    let read = |buffer: &mut Vec<u8>| File::open(path)?.take(LARGEST_FILE as u64 + 1).read_to_end(buffer);
    read(buffer).and_then(check_size).map_err(|source| ReadError::new(path, source))?;
    Ok(buffer)
}

/// Reads an attribute of sysfs or `/proc/sys`: one `read(2)` of one page, without the white space around it.
///
/// A plain read on purpose: some drivers answer `EAGAIN` for as long as the hardware is busy, and a reader that tries
/// again until it succeeds never comes back.
pub(crate) fn read_attribute(path: &Path) -> Result<String, ReadError> {
    read_attribute_with(path, <[u8]>::trim_ascii)
}

/// Like [`read_attribute`], with all white space but the line feed at the end: for text that is shown as it is.
pub(crate) fn read_label(path: &Path) -> Result<String, ReadError> {
    read_attribute_with(path, |text| text.strip_suffix(b"\n").unwrap_or(text))
}

fn read_attribute_with(path: &Path, trim: fn(&[u8]) -> &[u8]) -> Result<String, ReadError> {
    let mut page = [0; PAGE];
    let mut file = File::open(path).map_err(|source| ReadError::new(path, source))?;
    let length = file.read(&mut page).map_err(|source| ReadError::new(path, source))?;
    Ok(String::from_utf8_lossy(trim(&page[..length])).into_owned())
}

/// Like [`read_attribute`], parsed as a decimal number; what is no number is an error that shows the text.
pub(crate) fn read_number<T: std::str::FromStr>(path: &Path) -> Result<T, ReadError> {
    let text = read_attribute(path)?;
    text.parse().map_err(|_| no_number(path, text.as_bytes()))
}

fn no_number(path: &Path, text: &[u8]) -> ReadError {
    let text: String = text::shown(text).chars().take(40).collect();
    ReadError::new(path, io::Error::new(io::ErrorKind::InvalidData, format!("`{text}` is not a number")))
}

/// The names in a folder, sorted; names that are not UTF-8 are shown with U+FFFD.
pub(crate) fn list(path: &Path) -> Result<Vec<String>, ReadError> {
    let mut names = read_names(path).map_err(|error| ReadError::new(path, error.into()))?;
    names.sort_unstable();
    Ok(names)
}

/// Without the standard library's look at the folder itself, and without its memory: most folders are short.
fn read_names(path: &Path) -> rustix::io::Result<Vec<String>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?;
    let mut buffer = [MaybeUninit::uninit(); 32 << 10];
    let mut entries = RawDir::new(folder, &mut buffer);
    let mut names = Vec::new();
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if !matches!(name, b"." | b"..") {
            names.push(text::shown(name).into_owned());
        }
    }
    Ok(names)
}

fn check_size(length: usize) -> io::Result<()> {
    if length <= LARGEST_FILE {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {} MiB", LARGEST_FILE >> 20)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_file_is_told_from_an_unreadable_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(if_present(read_attribute(&folder.path().join("none"))).unwrap().is_none());
        assert!(if_present(read_attribute(folder.path())).is_err(), "a folder is not a file");
    }

    #[test]
    fn a_folder_is_listed_whole_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        assert!(list(folder.path()).unwrap().is_empty());
        let names: Vec<String> = (0..3000).map(|number| format!("a-name-of-some-length-{number:05}")).collect();
        for name in &names {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        assert_eq!(list(folder.path()).unwrap(), names);
        assert!(list(&folder.path().join("none")).unwrap_err().is_absent());
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(list(&folder.path().join("file")).unwrap_err().is_absent(), "a file is not a folder");
    }

    #[test]
    fn a_number_that_is_none_is_named_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("speed");
        std::fs::write(&path, " 12x\n").unwrap();
        let error = read_number::<u64>(&path).unwrap_err().to_string();
        assert!(error.ends_with("speed: `12x` is not a number"), "{error}");
    }
}
