//! A file of procfs or sysfs that stays open between scrapes.
//!
//! Opening, reading and closing 187 files costs 1.4 ms; reading them again from the start through open descriptors,
//! 0.26 ms. The kernel makes the content anew at each read from offset 0, so nothing is older for it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::absence::Absence;
use super::{PAGE, ReadError, check_size, no_number, text};

pub(crate) struct KeptFile {
    path: PathBuf,
    file: Option<Kept>,
    /// How much the last read gave: what is asked for next time, since procfs allocates as much as it is asked for.
    expected: usize,
    absence: Absence,
    is_report: bool,
}

impl KeptFile {
    /// Nothing is opened before the first read.
    pub(crate) fn new(path: PathBuf) -> Self {
        KeptFile { path, file: None, expected: 0, absence: Absence::default(), is_report: false }
    }

    /// As [`KeptFile::new`], for a file of lines that is never empty. What ends within a line was cut, and its last number
    /// would be another one: that is an error.
    pub(crate) fn report(path: PathBuf) -> Self {
        KeptFile { is_report: true, ..KeptFile::new(path) }
    }

    /// Whether it was found to be the kernel's own, and not a recording of one.
    pub(crate) fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file into `buffer`, which is cleared first.
    pub(crate) fn read<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], ReadError> {
        self.read_with(buffer, read_to_end)
    }

    /// As [`KeptFile::read`], for a file that the kernel writes as a single record, as are those of one line and those
    /// that are a report about the whole machine. What is less than was asked for is all, which spares a read.
    pub(crate) fn read_record<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], ReadError> {
        self.read_with(buffer, |file, buffer, expected| {
            let step = step(expected);
            while read_at(file, buffer, buffer.len() as u64, step)? == step {
                check_size(buffer.len())?;
            }
            check_size(buffer.len())
        })
    }

    /// As [`KeptFile::read`], for a file of records of which none is longer than `longest`. Such a file ends where a
    /// read leaves room for one more, which spares the read that finds the end: a table of sockets is walked through
    /// for it once more.
    pub(crate) fn read_records<'b>(&mut self, buffer: &'b mut Vec<u8>, longest: usize) -> Result<&'b [u8], ReadError> {
        self.read_with(buffer, |file, buffer, expected| {
            let step = step(expected);
            // The kernel fills a buffer of its own, a page whatever it is asked for, with as many records as fit it.
            loop {
                let read = read_at(file, buffer, buffer.len() as u64, step)?;
                check_size(buffer.len())?;
                if read + longest <= PAGE {
                    return Ok(());
                }
            }
        })
    }

    /// Reads an attribute of sysfs or `/proc/sys`: at most one page, in one call.
    pub(crate) fn read_page<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], ReadError> {
        self.read_with(buffer, |file, buffer, _| read_at(file, buffer, 0, PAGE).map(drop))
    }

    /// Like [`KeptFile::read_page`], parsed as a decimal number; what is no number is an error that shows the text.
    pub(crate) fn read_number<T: std::str::FromStr>(&mut self, buffer: &mut Vec<u8>) -> Result<T, ReadError> {
        let text = self.read_page(buffer)?.trim_ascii();
        text::number(text).ok_or_else(|| no_number(&self.path, text))
    }

    fn read_with<'b>(
        &mut self,
        buffer: &'b mut Vec<u8>,
        read: impl Fn(&File, &mut Vec<u8>, usize) -> io::Result<()>,
    ) -> Result<&'b [u8], ReadError> {
        if let Some(Kept(file)) = &self.file {
            buffer.clear();
            match read(file, buffer, self.expected) {
                Ok(()) => {
                    self.expected = buffer.len();
                    return self.checked(buffer);
                }
                Err(error) if says_nothing(&error) => return Err(ReadError::new(&self.path, error)),
                // The device went away, perhaps to come back under the same name: the old descriptor stays dead.
                Err(_) => self.file = None,
            }
        }
        self.open_and_read(buffer, read).map_err(|source| ReadError::new(&self.path, source))?;
        self.checked(buffer)
    }

    fn checked<'b>(&self, content: &'b [u8]) -> Result<&'b [u8], ReadError> {
        let problem = match content.last() {
            _ if !self.is_report => return Ok(content),
            Some(b'\n') => return Ok(content),
            Some(_) => "it ends within a line",
            None => "it is empty",
        };
        Err(ReadError::new(&self.path, io::Error::new(io::ErrorKind::InvalidData, problem)))
    }

    fn open_and_read(
        &mut self,
        buffer: &mut Vec<u8>,
        read: impl Fn(&File, &mut Vec<u8>, usize) -> io::Result<()>,
    ) -> io::Result<()> {
        buffer.clear();
        self.absence.known()?;
        let file = File::open(&self.path).inspect_err(|error| {
            // What was there before may come back at any time, as a CPU does.
            if error.kind() == io::ErrorKind::NotFound && self.expected == 0 {
                self.absence.remember(&self.path);
            }
        })?;
        let result = read(&file, buffer, self.expected);
        if result.as_ref().err().is_none_or(says_nothing) && is_kernel_file(&file)? {
            self.file = Kept::if_room(file);
        }
        result.map(|()| self.expected = buffer.len())
    }
}

/// Whether a file is there, and its device has nothing to say in it: the speed of an interface that has none.
fn says_nothing(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::INVAL.raw_os_error())
}

/// An open file that counts against [`ROOM`].
struct Kept(File);

/// How many more files may be kept open: half of what the process may have. Machines with thousands of disks and
/// CPUs have more files than that; the rest are opened at each read.
static ROOM: LazyLock<AtomicUsize> = LazyLock::new(|| {
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    AtomicUsize::new(usize::try_from(most / 2).unwrap_or(usize::MAX))
});

impl Kept {
    fn if_room(file: File) -> Option<Self> {
        let took = ROOM.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(1));
        took.is_ok().then(|| Kept(file))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        ROOM.fetch_add(1, Ordering::Relaxed);
    }
}

/// `PROC_SUPER_MAGIC` and `SYSFS_MAGIC` of `linux/magic.h`.
const PROCFS: i64 = 0x9fa0;
const SYSFS: i64 = 0x6265_6572;

/// Only the kernel's own files are kept: an ordinary one can be replaced under its name.
fn is_kernel_file(file: &File) -> io::Result<bool> {
    Ok(is_kernel_filesystem(rustix::fs::fstatfs(file)?.f_type))
}

pub(super) fn is_kernel_filesystem(magic: i64) -> bool {
    [PROCFS, SYSFS].contains(&magic)
}

/// Whether a folder is the kernel's sysfs, as opposed to a recording of one.
pub(crate) fn is_sysfs(folder: &Path) -> bool {
    rustix::fs::statfs(folder).is_ok_and(|filesystem| filesystem.f_type == SYSFS)
}

/// How much to ask for at once.
fn step(expected: usize) -> usize {
    (expected + expected / 8 + 64).next_multiple_of(PAGE)
}

/// A short read is no end here: procfs hands out a page's worth of whole records at a time.
fn read_to_end(file: &File, buffer: &mut Vec<u8>, expected: usize) -> io::Result<()> {
    let step = step(expected);
    while read_at(file, buffer, buffer.len() as u64, step)? > 0 {
        check_size(buffer.len())?;
    }
    Ok(())
}

fn read_at(file: &File, buffer: &mut Vec<u8>, offset: u64, most: usize) -> io::Result<usize> {
    let start = buffer.len();
    buffer.resize(start + most, 0);
    let read = loop {
        match file.read_at(&mut buffer[start..], offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    buffer.truncate(start + read.as_ref().copied().unwrap_or(0));
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_file_is_kept_and_fresh_at_each_read() {
        let mut file = KeptFile::new("/proc/self/stat".into());
        let mut buffer = Vec::new();
        let first = file.read(&mut buffer).unwrap().to_vec();
        assert!(file.file.is_some());
        let spin = std::time::Instant::now();
        while spin.elapsed() < std::time::Duration::from_millis(30) {}
        assert_ne!(file.read(&mut buffer).unwrap(), first, "the process's CPU time has moved on");
    }

    #[test]
    fn a_file_that_says_nothing_is_kept_until_it_speaks() {
        let mut file = KeptFile::new("/sys/class/net/lo/speed".into());
        for _ in 0..2 {
            let error = file.read_page(&mut Vec::new()).unwrap_err();
            assert!(says_nothing(&error.source) && file.is_kept(), "{error}");
        }
    }

    #[test]
    fn a_file_longer_than_a_page_is_read_whole() {
        let mut file = KeptFile::new("/proc/self/smaps".into());
        let mut buffer = Vec::new();
        assert!(file.read(&mut buffer).unwrap().len() > 2 * PAGE);
        assert!(buffer.ends_with(b"\n"));
    }

    #[test]
    fn records_are_read_to_the_last_whatever_their_number() {
        const RECORD: &str = "0123456789abcdef0123456789abcdef0123456789abcdef\n";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records");
        let mut file = KeptFile::new(path.clone());
        let mut buffer = Vec::new();
        for records in [0, 1, 80, 83, 84, 170, 3, 400] {
            std::fs::write(&path, RECORD.repeat(records)).unwrap();
            let read = file.read_records(&mut buffer, RECORD.len()).unwrap();
            assert_eq!(read.len(), records * RECORD.len(), "{records} records");
        }
        // Of the kernel, which hands them out by the page, there is a table that is longer than one.
        let mut table = KeptFile::new("/proc/self/smaps".into());
        let whole = table.read(&mut buffer).unwrap().iter().filter(|&&byte| byte == b'\n').count();
        let records = table.read_records(&mut buffer, 2048).unwrap().iter().filter(|&&byte| byte == b'\n').count();
        assert!(records > 0 && records.abs_diff(whole) <= 100, "{records} lines of {whole}: other tests map memory");
    }

    #[test]
    fn a_report_that_was_cut_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        let mut file = KeptFile::report(path.clone());
        let mut read = |content: &str| {
            std::fs::write(&path, content).unwrap();
            file.read(&mut Vec::new()).map(<[u8]>::to_vec).map_err(|error| error.source.to_string())
        };
        assert_eq!(read("a 12\n"), Ok(b"a 12\n".to_vec()));
        assert_eq!(read("a 1"), Err("it ends within a line".to_owned()));
        assert_eq!(read(""), Err("it is empty".to_owned()));
    }

    #[test]
    fn a_single_record_is_read_whole_however_it_grows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let mut file = KeptFile::new(path.clone());
        let mut buffer = Vec::new();
        for length in [0, 100, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 10, 20 * PAGE] {
            std::fs::write(&path, vec![b'x'; length]).unwrap();
            assert_eq!(file.read_record(&mut buffer).unwrap().len(), length);
        }
        let mut report = KeptFile::new("/proc/meminfo".into());
        for _ in 0..2 {
            assert!(report.read_record(&mut buffer).unwrap().ends_with(b"kB\n"));
        }
    }

    #[test]
    fn a_replaced_ordinary_file_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&path, "one").unwrap();
        std::fs::write(&other, "two").unwrap();
        let mut file = KeptFile::new(path.clone());
        let mut buffer = Vec::new();
        assert_eq!(file.read(&mut buffer).unwrap(), b"one");
        std::fs::rename(other, path).unwrap();
        assert_eq!(file.read(&mut buffer).unwrap(), b"two");
    }
}
