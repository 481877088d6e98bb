//! Whether a file is still the one that was read.

use std::path::Path;

use super::ReadError;

/// What differs when a file was changed or replaced.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FileIdentity {
    device: u64,
    inode: u64,
    size: i64,
    /// Seconds and nanoseconds.
    modified: (i64, u64),
}

impl FileIdentity {
    pub(crate) fn of(path: &Path) -> Result<Self, ReadError> {
        let stat = rustix::fs::stat(path).map_err(|error| ReadError::new(path, error.into()))?;
        Ok(FileIdentity {
            device: stat.st_dev,
            inode: stat.st_ino,
            size: stat.st_size,
            modified: (stat.st_mtime, stat.st_mtime_nsec),
        })
    }
}
