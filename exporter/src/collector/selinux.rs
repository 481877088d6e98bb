//! Whether SELinux is on and enforcing, from `/sys/fs/selinux` and `/etc/selinux/config`.

use std::path::PathBuf;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{KeptFile, if_present, read_attribute, read_into, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "selinux",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| {
        Ok(Box::new(Selinux {
            enforce: KeptFile::new(settings.roots.sys("fs/selinux/enforce")),
            context: settings.roots.proc("self/attr/current"),
            config: settings.roots.root("/etc/selinux/config"),
        }))
    },
};

struct Selinux {
    enforce: KeptFile,
    context: PathBuf,
    config: PathBuf,
}

impl Collector for Selinux {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let enforce = if_present(self.enforce.read_page(&mut scrape.scratch))?;
        let enforce = enforce.map(|mode| text::shown(mode.trim_ascii()).into_owned());
        // Until a policy is loaded, everything runs in the context `kernel`.
        let policy = || !read_attribute(&self.context).is_ok_and(|context| context.trim_end_matches('\0') == "kernel");
        let enforce = enforce.filter(|_| policy());
        out.gauge_value("node_selinux_enabled", "1 if SELinux is on, 0 if not.", enforce.is_some());
        let Some(enforce) = enforce else { return Ok(()) };

        let config = if_present(read_into(&self.config, &mut scrape.scratch))?.unwrap_or_default();
        let (configured, current) = (configured_mode(config), current_mode(&enforce)?);
        let modes = "1 for enforcing, 0 for permissive, -1 for disabled.";
        out.gauge_value("node_selinux_config_mode", &format!("Mode after the next boot: {modes}"), configured);
        out.gauge_value("node_selinux_current_mode", &format!("Mode of now: {modes}"), current);
        Ok(())
    }
}

fn current_mode(enforce: &str) -> Result<i32, CollectError> {
    match enforce {
        "0" => Ok(0),
        "1" => Ok(1),
        other => Err(CollectError::parse("fs/selinux/enforce", format!("`{other}` is neither 0 nor 1"))),
    }
}

/// The mode that `SELINUX=` asks for; see `selinux_config(5)`. Disabled when the file does not say.
fn configured_mode(config: &[u8]) -> i32 {
    let lines = text::lines(config).map(<[u8]>::trim_ascii);
    let mode = lines.filter_map(|line| text::split_once(line, b'=')).find(|(key, _)| key.trim_ascii() == b"SELINUX");
    match mode.map(|(_, value)| text::unquoted(value.trim_ascii())) {
        Some(b"enforcing") => 1,
        Some(b"permissive") => 0,
        _ => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configured_mode_is_that_of_the_line_selinux() {
        assert_eq!(configured_mode(b"# SELINUX=disabled\nSELINUXTYPE=targeted\nSELINUX=enforcing\n"), 1);
        assert_eq!(configured_mode(b"SELINUX = \"permissive\""), 0);
        assert_eq!(configured_mode(b"SELINUX=disabled"), -1);
        assert_eq!(configured_mode(b"\xff="), -1);
    }

    #[test]
    fn the_current_mode_is_a_digit() {
        assert_eq!((current_mode("1").unwrap(), current_mode("0").unwrap()), (1, 0));
        assert!(current_mode("").is_err());
    }
}
