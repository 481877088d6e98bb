//! The web configuration, read again when one of its files changes.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::web_config::{self, WebConfig, WebConfigError};

/// A configuration that follows its files.
///
/// Whether TLS is spoken is settled at the start; everything else changes with the files. While they cannot be used
/// (a certificate half written, a typo) the last good configuration stays in force and the log says why.
pub(super) struct LiveConfig {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    config: Arc<WebConfig>,
    seen: Vec<Option<Stamp>>,
}

/// What of a file changes when its content does.
#[derive(PartialEq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl LiveConfig {
    pub(super) fn open(path: &Path) -> Result<Self, WebConfigError> {
        let config = web_config::read(path)?;
        let seen = stamps(&config.files);
        Ok(LiveConfig { path: path.to_owned(), state: Mutex::new(State { config: Arc::new(config), seen }) })
    }

    /// The configuration of now. Costs a `stat(2)` a file, so it can be asked for at every request and handshake.
    pub(super) fn current(&self) -> Arc<WebConfig> {
        let mut state = self.state.lock().expect("reading the configuration does not panic");
        let stamps = stamps(&state.config.files);
        if stamps != state.seen {
            state.seen = stamps;
            self.reload(&mut state);
        }
        Arc::clone(&state.config)
    }

    fn reload(&self, state: &mut State) {
        match web_config::read(&self.path) {
            Ok(config) if config.tls.is_some() != state.config.tls.is_some() => {
                tracing::error!("{}: TLS is switched on or off by a restart only", self.path.display());
            }
            Ok(config) => {
                tracing::info!("{}: read again", self.path.display());
                *state = State { seen: self::stamps(&config.files), config: Arc::new(config) };
            }
            Err(error) => tracing::error!("the last good web configuration stays in force: {error}"),
        }
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Option<Stamp>> {
    let stamp = |path: &PathBuf| {
        let file = path.metadata().ok()?;
        Some(Stamp {
            device: file.dev(),
            inode: file.ino(),
            size: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        })
    };
    files.iter().map(stamp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_and_a_broken_one_leaves_the_last_good_in_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("web.yml");
        let hash = bcrypt::hash("secret", 4).unwrap();
        let write = |users: &[&str]| {
            let users: String = users.iter().map(|user| format!("  {user}: {hash}\n")).collect();
            std::fs::write(&path, format!("basic_auth_users:\n{users}")).unwrap();
        };
        let users = |live: &LiveConfig| live.current().users.keys().cloned().collect::<Vec<_>>();

        write(&["ada"]);
        let live = LiveConfig::open(&path).unwrap();
        assert_eq!(users(&live), ["ada"]);
        write(&["ada", "grace"]);
        assert_eq!(users(&live), ["ada", "grace"]);
        std::fs::write(&path, "basic_auth_users: [").unwrap();
        assert_eq!(users(&live), ["ada", "grace"]);
        write(&["grace"]);
        assert_eq!(users(&live), ["grace"]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(users(&live), ["grace"]);
    }
}
