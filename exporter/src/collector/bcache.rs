//! bcache: SSDs that cache slower disks, from `/sys/fs/bcache`; see the kernel's `Documentation/admin-guide/bcache.rst`.

mod number;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::sample::{Families, Kind, NamedFamilies, Value};
use crate::source::Folder;
use number::{signed, unsigned};

const PRIORITY_STATS: &str = "collector.bcache.priorityStats";

pub(super) const REGISTRATION: Registration = Registration {
    name: "bcache",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[Flag::switch(PRIORITY_STATS, false, "Read how full the caches are, which takes the kernel long.")],
    new: |settings| {
        let sets = Folder::new(settings.roots.sys("fs/bcache"));
        Ok(Box::new(Bcache { sets, priority_stats: settings.switch(PRIORITY_STATS) }))
    },
};

struct Bcache {
    sets: Folder,
    priority_stats: bool,
}

/// A file with one number, and its family's type, name and help.
type Attribute = (&'static str, Kind, &'static str, &'static str);

#[rustfmt::skip]
const SET: &[Attribute] = &[
    ("average_key_size", Kind::Gauge, "node_bcache_average_key_size_sectors", "Data per key of the btree, in sectors, on average."),
    ("btree_cache_size", Kind::Gauge, "node_bcache_btree_cache_size_bytes", "Memory that caches the btree, in bytes."),
    ("cache_available_percent", Kind::Gauge, "node_bcache_cache_available_percent", "Percentage of the cache that is not dirty."),
    ("congested", Kind::Gauge, "node_bcache_congested", "How congested the cache is."),
    ("root_usage_percent", Kind::Gauge, "node_bcache_root_usage_percent", "Percentage of the btree's root that is used."),
    ("tree_depth", Kind::Gauge, "node_bcache_tree_depth", "Depth of the btree."),
    ("internal/active_journal_entries", Kind::Gauge, "node_bcache_active_journal_entries", "Journal entries newer than the index."),
    ("internal/btree_nodes", Kind::Gauge, "node_bcache_btree_nodes", "Nodes of the btree."),
    ("internal/cache_read_races", Kind::Counter, "node_bcache_cache_read_races_total", "Reads from the cache whose bucket was reused meanwhile."),
];

#[rustfmt::skip]
const BACKING_DEVICE: &[Attribute] = &[
    ("dirty_data", Kind::Gauge, "node_bcache_dirty_data_bytes", "Dirty data of a backing device in the cache, in bytes."),
    ("stats_total/bypassed", Kind::Counter, "node_bcache_bypassed_bytes_total", "Bytes read and written past the cache."),
    ("stats_total/cache_hits", Kind::Counter, "node_bcache_cache_hits_total", "Requests that the cache had."),
    ("stats_total/cache_misses", Kind::Counter, "node_bcache_cache_misses_total", "Requests that the cache did not have."),
    ("stats_total/cache_bypass_hits", Kind::Counter, "node_bcache_cache_bypass_hits_total", "Requests past the cache that it had."),
    ("stats_total/cache_bypass_misses", Kind::Counter, "node_bcache_cache_bypass_misses_total", "Requests past the cache that it did not have."),
    ("stats_total/cache_miss_collisions", Kind::Counter, "node_bcache_cache_miss_collisions_total", "Misses whose data a write had put into the cache meanwhile."),
];

const READAHEADS: Attribute = (
    "stats_total/cache_readaheads",
    Kind::Counter,
    "node_bcache_cache_readaheads_total",
    "Times that data was read ahead.",
);

#[rustfmt::skip]
const CACHE_DEVICE: &[Attribute] = &[
    ("io_errors", Kind::Gauge, "node_bcache_io_errors", "Errors of a cache device, of which old ones count less."),
    ("metadata_written", Kind::Counter, "node_bcache_metadata_written_bytes_total", "Bytes of metadata written to a cache device."),
    ("written", Kind::Counter, "node_bcache_written_bytes_total", "Bytes of data written to a cache device."),
];

/// Lines of `writeback_rate_debug`, and the families of their numbers.
#[rustfmt::skip]
const WRITEBACK: [(&str, &str, &str); 5] = [
    ("rate", "node_bcache_writeback_rate", "Bytes per second at which dirty data is written back."),
    ("target", "node_bcache_dirty_target_bytes", "Bytes of dirty data that writeback aims at."),
    ("proportional", "node_bcache_writeback_rate_proportional_term", "The part of the rate that follows the distance from the target."),
    ("integral", "node_bcache_writeback_rate_integral_term", "The part of the rate that follows the distance so far."),
    ("change", "node_bcache_writeback_change", "Last change of the rate."),
];

/// Lines of `priority_stats`.
#[rustfmt::skip]
const PRIORITY: [(&str, &str, &str); 2] = [
    ("Unused", "node_bcache_priority_stats_unused_percent", "Percentage of a cache device that holds no data."),
    ("Metadata", "node_bcache_priority_stats_metadata_percent", "Percentage of a cache device that holds metadata."),
];

impl Collector for Bcache {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut out = NamedFamilies::new(out);
        // Beside the sets, which have UUIDs for names, stand files to register devices with.
        for uuid in self.sets.names()?.iter().filter(|name| name.contains('-')) {
            let set = self.sets.folder(uuid);
            write_all(&set, SET, &[("uuid", uuid)], &mut out)?;
            if let Some(nanoseconds) = read(&set, "internal/btree_read_average_duration_us")? {
                let help = || "Time a read of the btree takes on average, in seconds.".to_owned();
                let family = (Kind::Gauge, "node_bcache_btree_read_average_duration_seconds");
                out.add(family, help, &[("uuid", uuid)], nanoseconds as f64 * 1e-9);
            }
            for name in set.numbered("bdev")? {
                write_backing_device(&set.folder(&name), &[("backing_device", &name), ("uuid", uuid)], &mut out)?;
            }
            for name in set.numbered("cache")? {
                let labels = [("cache_device", name.as_str()), ("uuid", uuid)];
                let cache = set.folder(&name);
                write_all(&cache, CACHE_DEVICE, &labels, &mut out)?;
                if self.priority_stats {
                    write_lines(&cache, "priority_stats", &PRIORITY, &labels, &mut out)?;
                }
            }
        }
        Ok(())
    }
}

fn write_backing_device(
    device: &Folder,
    labels: &[(&str, &str)],
    out: &mut NamedFamilies<'_>,
) -> Result<(), CollectError> {
    write_all(device, BACKING_DEVICE, labels, out)?;
    // Since Linux 5.17 there is no readahead; node_exporter shows it where there has been some.
    if read(device, READAHEADS.0)?.is_some_and(|count| count > 0) {
        write_all(device, &[READAHEADS], labels, out)?;
    }
    write_lines(device, "writeback_rate_debug", &WRITEBACK, labels, out)
}

fn write_all(
    folder: &Folder,
    attributes: &[Attribute],
    labels: &[(&str, &str)],
    out: &mut NamedFamilies<'_>,
) -> Result<(), CollectError> {
    for (file, kind, name, help) in attributes {
        if let Some(value) = read(folder, file)? {
            out.add((*kind, name), || (*help).to_owned(), labels, value);
        }
    }
    Ok(())
}

fn read(folder: &Folder, file: &str) -> Result<Option<u64>, CollectError> {
    let Some(text) = folder.offered_text(file)? else { return Ok(None) };
    unsigned(&text).map(Some).ok_or_else(|| not_a_size(folder, file, &text))
}

/// Writes gauges from the lines of a file, `name: number`.
fn write_lines(
    folder: &Folder,
    file: &str,
    wanted: &[(&str, &str, &str)],
    labels: &[(&str, &str)],
    out: &mut NamedFamilies<'_>,
) -> Result<(), CollectError> {
    let content = folder.offered_text(file)?.unwrap_or_default();
    for (word, text) in content.lines().filter_map(|line| line.split_once(':')) {
        let Some((_, family, help)) = wanted.iter().find(|(name, ..)| *name == word) else { continue };
        let text = text.trim().trim_end_matches("/sec").trim_end_matches('%');
        let value = signed(text).ok_or_else(|| not_a_size(folder, file, text))?;
        out.add((Kind::Gauge, family), || (*help).to_owned(), labels, Value::Signed(value));
    }
    Ok(())
}

fn not_a_size(folder: &Folder, file: &str, text: &str) -> CollectError {
    CollectError::parse(folder.path().join(file).display().to_string(), format!("`{text}` is not a size"))
}
