//! XFS filesystems, from `/sys/fs/xfs/*/stats/stats`.

mod counters;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::{Folder, if_present, read_into, text};
use counters::{COUNTERS, Counter};

pub(super) const REGISTRATION: Registration = Registration {
    name: "xfs",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Xfs { filesystems: Folder::new(settings.roots.sys("fs/xfs")) })),
};

struct Xfs {
    filesystems: Folder,
}

impl Collector for Xfs {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut devices = self.filesystems.names()?;
        // Beside the filesystems stand the statistics of all of them together.
        devices.retain(|name| name != "stats");
        if devices.is_empty() {
            return Ok(());
        }
        let families = COUNTERS.each_ref().map(|counter| out.counter(counter.name, counter.help));
        for device in devices {
            let file = self.filesystems.path().join(&device).join("stats/stats");
            let Some(content) = if_present(read_into(&file, &mut scrape.scratch))? else { continue };
            let values = parse(content).map_err(|problem| CollectError::parse(file.display().to_string(), problem))?;
            for (family, value) in families.into_iter().zip(values) {
                if let Some(value) = value {
                    out.add(family, &[("device", &device)], value);
                }
            }
        }
        Ok(())
    }
}

/// The counters, in the order of [`COUNTERS`]; `None` for those that the kernel does not write.
fn parse(content: &[u8]) -> Result<[Option<u64>; COUNTERS.len()], String> {
    if !content.ends_with(b"\n") {
        return Err("it is empty or ends within a line".to_owned());
    }
    let mut values = [None; COUNTERS.len()];
    for line in text::lines(content) {
        let mut fields = text::fields(line);
        let Some(word) = fields.next() else { continue };
        for (place, field) in fields.enumerate() {
            let here = |counter: &Counter| counter.place == place && counter.line.as_bytes() == word;
            let Some(value) = COUNTERS.iter().position(here).and_then(|index| values.get_mut(index)) else { continue };
            let number = text::number(field).ok_or_else(|| format!("`{}` has no number", text::shown(line)))?;
            *value = Some(number);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(content: &str, name: &str) -> Option<u64> {
        let index = COUNTERS.iter().position(|counter| counter.name == name).unwrap();
        parse(content.as_bytes()).unwrap()[index]
    }

    #[test]
    fn a_counter_is_found_by_its_line_and_place() {
        let content = "extent_alloc 1 2 3 4\nrw 5 6\nvnodes 7 0 0 0 0 0 8 9\nxpc 1 2 3\nnew_line x\n";
        assert_eq!(value(content, "node_xfs_extent_allocation_blocks_allocated_total"), Some(2));
        assert_eq!(value(content, "node_xfs_read_calls_total"), Some(6));
        assert_eq!(value(content, "node_xfs_write_calls_total"), Some(5));
        assert_eq!(value(content, "node_xfs_vnode_remove_total"), Some(8));
        assert_eq!(value(content, "node_xfs_directory_operation_lookup_total"), None);
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        assert_eq!(parse(b"rw 5 \xff\n").unwrap_err(), "`rw 5 \u{fffd}` has no number");
        assert!(parse(b"rw 99999999999999999999 1\n").is_err());
        assert!(parse(b"\n").unwrap().iter().all(Option::is_none));
        assert!(parse(b"").is_err() && parse(b"rw 5 6").is_err());
    }
}
