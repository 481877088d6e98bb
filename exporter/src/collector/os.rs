//! The distribution, from `/etc/os-release`.

mod release;

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{self, FileIdentity, if_present};
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
    known: Option<(FileIdentity, Release)>,
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
            None => match source::read_into(path, buffer)? {
                b"" => return Err(CollectError::parse(path.display().to_string(), "it is empty")),
                content => Release::parse(content)?,
            },
        };
        Ok(&self.known.insert((identity, release)).1)
    }
}

fn find(paths: &[PathBuf; 2]) -> Result<(&PathBuf, FileIdentity), CollectError> {
    for path in paths {
        if let Some(identity) = if_present(FileIdentity::of(path))? {
            return Ok((path, identity));
        }
    }
    Err(CollectError::no_data(format!("neither {} nor {} exists", paths[0].display(), paths[1].display())))
}
