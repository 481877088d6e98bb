//! How full a filesystem is: `statfs(2)`.

use std::path::Path;

use rustix::io::Errno;

use super::asker::Answer;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Usage {
    pub(super) size: f64,
    pub(super) free: f64,
    pub(super) available: f64,
    pub(super) files: f64,
    pub(super) files_free: f64,
}

impl Usage {
    /// Asks the filesystem at a path, which may take as long as it likes; the error is the label `device_error`.
    #[expect(clippy::cast_precision_loss, reason = "as the text format's numbers are")]
    pub(super) fn of(path: &Path) -> Answer {
        let stat = rustix::fs::statfs(path).map_err(told)?;
        let block = stat.f_bsize as f64;
        Ok(Usage {
            size: stat.f_blocks as f64 * block,
            free: stat.f_bfree as f64 * block,
            available: stat.f_bavail as f64 * block,
            files: stat.f_files as f64,
            files_free: stat.f_ffree as f64,
        })
    }
}

/// An error in Go's words, which existing alert rules know: those of the C library, in lower case.
fn told(error: Errno) -> String {
    if error == Errno::STALE {
        return "stale NFS file handle".to_owned();
    }
    let text = std::io::Error::from(error).to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_has_a_size() {
        let usage = Usage::of(Path::new("/")).unwrap();
        assert!(usage.size >= usage.free && usage.free >= usage.available, "{usage:?}");
    }

    #[test]
    fn errors_are_told_in_gos_words() {
        assert_eq!(Usage::of(Path::new("/nothing/here")).unwrap_err(), "no such file or directory");
        assert_eq!(told(Errno::STALE), "stale NFS file handle");
        assert_eq!(told(Errno::NOTCONN), "transport endpoint is not connected");
        assert_eq!(told(Errno::IO), "input/output error");
        assert_eq!(told(Errno::ACCESS), "permission denied");
    }
}
