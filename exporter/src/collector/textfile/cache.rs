//! Parsed files, kept for as long as they stay the same.

use std::collections::HashMap;
use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::parser;
use super::rendered::Rendered;

/// A larger file is refused rather than held in memory.
const LARGEST: u64 = 64 << 20;

/// A file system's clock can be this coarse: what was changed so lately may change again and look the same.
const UNSETTLED: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(super) struct Cache {
    entries: HashMap<PathBuf, Entry>,
}

/// A good file.
#[derive(Clone)]
pub(super) struct GoodFile {
    pub(super) content: Arc<Rendered>,
    /// In whole seconds of Unix time.
    pub(super) modified: i64,
}

struct Entry {
    version: Version,
    outcome: Result<GoodFile, String>,
    /// Asked for since [`Cache::forget_unread`].
    read: bool,
}

/// What tells one content of a file from another.
#[derive(Clone, Copy, PartialEq)]
struct Version {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Version {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl Cache {
    /// The file's content, or what is wrong with it.
    pub(super) fn read(&mut self, path: &Path) -> Result<GoodFile, String> {
        let metadata = path.metadata().map_err(|error| error.to_string())?;
        let version = Version::of(&metadata);
        if let Some(entry) = self.entries.get_mut(path).filter(|entry| entry.version == version) {
            entry.read = true;
            return entry.outcome.clone();
        }
        if !metadata.is_file() {
            return Err("is no regular file".to_owned());
        }
        let (metadata, content) = read(path)?;
        let outcome = parser::parse(&content)
            .map_err(|error| error.to_string())
            .map(|parsed| GoodFile { content: Arc::new(Rendered::new(parsed)), modified: metadata.mtime() });
        let settled = metadata.modified().is_ok_and(|at| SystemTime::now() > at + UNSETTLED);
        if settled {
            let entry = Entry { version: Version::of(&metadata), outcome: outcome.clone(), read: true };
            self.entries.insert(path.to_owned(), entry);
        }
        outcome
    }

    /// Forgets the files that nobody asked for since the last time.
    pub(super) fn forget_unread(&mut self) {
        self.entries.retain(|_, entry| std::mem::take(&mut entry.read));
    }
}

/// The content, and what the file was when it was opened.
fn read(path: &Path) -> Result<(Metadata, Vec<u8>), String> {
    let read = || {
        // Whatever has taken the file's place since, opening it must not wait.
        let file: File = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
        let metadata = file.metadata()?;
        let mut content = Vec::with_capacity(usize::try_from(metadata.len().min(LARGEST)).unwrap_or(0));
        file.take(LARGEST + 1).read_to_end(&mut content)?;
        Ok((metadata, content))
    };
    let (metadata, content) = read().map_err(|error: std::io::Error| error.to_string())?;
    if content.len() as u64 > LARGEST {
        return Err(format!("larger than {} MiB", LARGEST >> 20));
    }
    Ok((metadata, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, content: &str, age: Duration) {
        std::fs::write(path, content).unwrap();
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    fn families(cache: &mut Cache, path: &Path) -> Result<usize, String> {
        cache.read(path).map(|file| file.content.families.len())
    }

    #[test]
    fn a_file_is_read_again_when_it_changes_and_forgotten_when_it_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.prom");
        let mut cache = Cache::default();
        write(&path, "a 1\n", Duration::from_secs(60));
        assert_eq!(families(&mut cache, &path), Ok(1));
        assert_eq!(cache.entries.len(), 1);
        assert_eq!(families(&mut cache, &path), Ok(1));
        write(&path, "a 1\nb 1\n", Duration::from_secs(60));
        assert_eq!(families(&mut cache, &path), Ok(2));
        write(&path, "a", Duration::from_secs(60));
        assert!(families(&mut cache, &path).is_err() && families(&mut cache, &path).is_err());
        cache.forget_unread();
        assert_eq!(cache.entries.len(), 1);
        std::fs::remove_file(&path).unwrap();
        assert!(families(&mut cache, &path).is_err());
        cache.forget_unread();
        assert!(cache.entries.is_empty());
    }

    #[test]
    fn what_was_just_written_is_not_relied_upon() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.prom");
        let mut cache = Cache::default();
        write(&path, "a 1\n", Duration::ZERO);
        assert_eq!(families(&mut cache, &path), Ok(1));
        assert!(cache.entries.is_empty());
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.prom");
        let (cwd, mode) = (rustix::fs::CWD, rustix::fs::Mode::RUSR);
        rustix::fs::mknodat(cwd, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_eq!(families(&mut Cache::default(), &path).unwrap_err(), "is no regular file");
    }
}
