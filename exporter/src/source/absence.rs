//! What the kernel does not have, remembered: each look for it walks the whole path, and a machine lacks most hardware.
//!
//! What procfs and sysfs do not have from the start comes with a kernel module, as a rule. So what was missing is looked
//! for again once a module has come or gone, and after a minute in any case. What was there before and is gone is looked
//! for each time, and so is all that is no file of the kernel: elsewhere anything may appear at any time.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{Roots, is_kernel_filesystem};

/// How long the kernel may have something new without a module, before it is found.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Another number for each time that everything missing is to be looked for again. One for the process: its roots are.
static ROUND: AtomicU64 = AtomicU64::new(1);

/// Looks out for what may bring something new.
pub(crate) struct Lookout {
    /// A folder with a folder for each loaded module, so that its links count them.
    modules: PathBuf,
    loaded: Option<u64>,
    since: Instant,
}

impl Lookout {
    pub(crate) fn new(roots: &Roots) -> Self {
        Lookout { modules: roots.sys("module"), loaded: None, since: Instant::now() }
    }

    /// To be called before each scrape.
    pub(crate) fn begin(&mut self) {
        let loaded = rustix::fs::stat(&self.modules).ok().map(|stat| stat.st_nlink);
        if loaded != self.loaded || self.since.elapsed() >= LOOK_AGAIN {
            (self.loaded, self.since) = (loaded, Instant::now());
            ROUND.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Whether a path was missing in this round.
#[derive(Default)]
pub(crate) struct Absence {
    /// The round in which it was looked for; none is 0.
    looked: AtomicU64,
}

impl Absence {
    /// Fails like a look for what is not there, if that is known.
    pub(crate) fn known(&self) -> io::Result<()> {
        if self.looked.load(Ordering::Relaxed) == ROUND.load(Ordering::Relaxed) {
            return Err(rustix::io::Errno::NOENT.into());
        }
        Ok(())
    }

    /// Remembers that there is no such path, if it would be one of the kernel's.
    pub(crate) fn remember(&self, path: &Path) {
        let nearest = path.ancestors().skip(1).find_map(|folder| rustix::fs::statfs(folder).ok());
        if nearest.is_some_and(|filesystem| is_kernel_filesystem(filesystem.f_type)) {
            self.looked.store(ROUND.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_lacks_is_remembered_until_the_next_round() {
        let absence = Absence::default();
        assert!(absence.known().is_ok());
        // Other tests begin scrapes meanwhile, and each of those begins a round.
        let remembered = (0..1000).any(|_| {
            absence.remember(Path::new("/sys/class/none/such"));
            absence.known().is_err()
        });
        assert!(remembered);
        ROUND.fetch_add(1, Ordering::Relaxed);
        assert!(absence.known().is_ok());
        let folder = tempfile::tempdir().unwrap();
        absence.remember(&folder.path().join("none"));
        assert!(absence.known().is_ok(), "not of the kernel");
    }

    #[test]
    fn a_round_begins_when_a_module_comes_or_goes_and_when_it_is_time() {
        let sysfs = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(sysfs.path().join("module/ext4")).unwrap();
        let roots = Roots { procfs: "/".into(), sysfs: sysfs.path().into(), rootfs: "/".into(), udev_data: "/".into() };
        let mut lookout = Lookout::new(&roots);
        let begins = |lookout: &mut Lookout| {
            let since = lookout.since;
            lookout.begin();
            lookout.since != since
        };
        assert!(begins(&mut lookout));
        assert!(!begins(&mut lookout));
        std::fs::create_dir(sysfs.path().join("module/nvme")).unwrap();
        assert!(begins(&mut lookout));
        lookout.since -= LOOK_AGAIN;
        assert!(begins(&mut lookout));
    }
}
