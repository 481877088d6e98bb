//! Devices of sysfs: a folder each, with an attribute a file, of which every driver offers its own choice.

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::absence::Absence;
use super::{ReadError, if_present, list, read_attribute, read_number};

/// A folder of attributes.
pub(crate) struct Folder {
    path: PathBuf,
    absence: Absence,
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Folder { path, absence: Absence::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn folder(&self, name: &str) -> Folder {
        Folder::new(self.path.join(name))
    }

    /// An attribute's text, without the white space around it.
    pub(crate) fn text(&self, attribute: &str) -> Result<String, ReadError> {
        read_attribute(&self.path.join(attribute))
    }

    /// An attribute that is a decimal number.
    pub(crate) fn number<T: FromStr>(&self, attribute: &str) -> Result<T, ReadError> {
        read_number(&self.path.join(attribute))
    }

    /// An attribute's text; `None` when the driver does not offer it or cannot tell it now.
    pub(crate) fn offered_text(&self, attribute: &str) -> Result<Option<String>, ReadError> {
        if_offered(self.text(attribute))
    }

    /// An attribute that is a decimal number; `None` when the driver does not offer it or cannot tell it now.
    pub(crate) fn offered_number<T: FromStr>(&self, attribute: &str) -> Result<Option<T>, ReadError> {
        if_offered(self.number(attribute))
    }

    /// The names of everything in the folder, sorted.
    pub(crate) fn list(&self) -> Result<Vec<String>, ReadError> {
        self.absence.known().map_err(|source| ReadError::new(&self.path, source))?;
        list(&self.path).inspect_err(|error| {
            if error.source.kind() == io::ErrorKind::NotFound {
                self.absence.remember(&self.path);
            }
        })
    }

    /// The names of everything in the folder, sorted; none when there is no such folder.
    pub(crate) fn names(&self) -> Result<Vec<String>, ReadError> {
        Ok(if_present(self.list())?.unwrap_or_default())
    }

    /// The names that are `prefix` followed by a digit, sorted; none when there is no such folder.
    pub(crate) fn numbered(&self, prefix: &str) -> Result<Vec<String>, ReadError> {
        let mut names = self.names()?;
        names.retain(|name| {
            name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        Ok(names)
    }
}

/// Turns the errors by which drivers say "not here" or "not now" into `None`, and leaves other failures failures.
pub(crate) fn if_offered<T>(result: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_absent() || is_not_offered(&error.source) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_not_offered(error: &io::Error) -> bool {
    use rustix::io::Errno;
    const REFUSALS: [Errno; 8] = [
        Errno::ACCESS,
        Errno::PERM,
        Errno::AGAIN,
        Errno::INVAL,
        Errno::NODATA,
        Errno::NODEV,
        Errno::NXIO,
        Errno::OPNOTSUPP,
    ];
    Errno::from_io_error(error).is_some_and(|errno| REFUSALS.contains(&errno))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_driver_does_not_offer_is_none_and_what_is_broken_is_an_error() {
        let room = tempfile::tempdir().unwrap();
        std::fs::write(room.path().join("speed"), "12x\n").unwrap();
        let folder = Folder::new(room.path().to_owned());
        assert_eq!(folder.offered_text("speed").unwrap().as_deref(), Some("12x"));
        assert_eq!(folder.offered_text("none").unwrap(), None);
        assert!(
            folder.offered_number::<u64>("speed").unwrap_err().to_string().ends_with("speed: `12x` is not a number")
        );
        let refused = |errno: rustix::io::Errno| if_offered::<()>(Err(ReadError::new(folder.path(), errno.into())));
        assert!(refused(rustix::io::Errno::AGAIN).unwrap().is_none());
        assert!(refused(rustix::io::Errno::IO).is_err());
    }

    #[test]
    fn numbered_names_have_a_digit_after_the_prefix() {
        let room = tempfile::tempdir().unwrap();
        for name in ["mc0", "mc10", "mc", "mcx1", "power"] {
            std::fs::create_dir(room.path().join(name)).unwrap();
        }
        let folder = Folder::new(room.path().to_owned());
        assert_eq!(folder.numbered("mc").unwrap(), ["mc0", "mc10"]);
        assert!(folder.folder("none").numbered("mc").unwrap().is_empty());
    }
}
