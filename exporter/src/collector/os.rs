//! The distribution, from `/etc/os-release`.

mod release;

use std::path::PathBuf;

use rustix::fs::Stat;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{self, ReadError};
use release::Release;

pub(super) const REGISTRATION: Registration = Registration {
    name: "os",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        let paths = ["etc/os-release", "usr/lib/os-release"].map(|path| settings.roots.root(path));
        Ok(Box::new(Os { paths, known: None }))
    },
};

struct Os {
    /// The first that exists counts.
    paths: [PathBuf; 2],
    /// What the file said, for as long as it is the same file.
    known: Option<(Identity, Release)>,
}

impl Collector for Os {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let release = self.release(&mut scrape.scratch)?;
        let info = out.gauge("node_os_info", "1, labelled by what os-release tells of the distribution.");
        out.add(info, &release.labels(), 1u64);
        if let Some(version) = release.version() {
            let family = out.gauge("node_os_version", "The distribution's version: major and minor.");
            out.add(family, &release.version_labels(), version);
        }
        if let Some(end) = release.support_end {
            let name = "node_os_support_end_timestamp_seconds";
            out.gauge_value(name, "When support for the distribution ends, in Unix time.", end);
        }
        Ok(())
    }
}

impl Os {
    fn release(&mut self, buffer: &mut Vec<u8>) -> Result<&Release, CollectError> {
        let (path, identity) = find(&self.paths)?;
        let known = self.known.take().filter(|(known, _)| *known == identity);
        let release = match known {
            Some((_, release)) => release,
            None => Release::parse(source::read_into(path, buffer)?)?,
        };
        Ok(&self.known.insert((identity, release)).1)
    }
}

fn find(paths: &[PathBuf; 2]) -> Result<(&PathBuf, Identity), CollectError> {
    for path in paths {
        match rustix::fs::stat(path) {
            Ok(stat) => return Ok((path, Identity::of(&stat))),
            Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => {}
            Err(error) => return Err(ReadError::new(path, error.into()).into()),
        }
    }
    Err(CollectError::no_data(format!("neither {} nor {} exists", paths[0].display(), paths[1].display())))
}

/// What differs when a file was changed or replaced.
#[derive(PartialEq)]
struct Identity {
    device: u64,
    inode: u64,
    size: i64,
    modified: (i64, i64),
}

impl Identity {
    fn of(stat: &Stat) -> Self {
        Identity {
            device: stat.st_dev,
            inode: stat.st_ino,
            size: stat.st_size,
            modified: (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or_default()),
        }
    }
}
