//! bcachefs filesystems, from `/sys/fs/bcachefs`.

mod device;
mod parse;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Kind, NamedFamilies, name_part};
use crate::source::Folder;
use parse::bytes;

pub(super) const REGISTRATION: Registration = Registration {
    name: "bcachefs",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Bcachefs { filesystems: Folder::new(settings.roots.sys("fs/bcachefs")) })),
};

struct Bcachefs {
    filesystems: Folder,
}

impl Collector for Bcachefs {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut uuids = self.filesystems.list().map_err(CollectError::absent_is_no_data)?;
        uuids.retain(|name| self.filesystems.folder(name).path().is_dir());
        if uuids.is_empty() {
            return Err(CollectError::no_data("no bcachefs filesystem is mounted"));
        }
        let mut out = NamedFamilies::new(out);
        for uuid in uuids {
            write_filesystem(&self.filesystems.folder(&uuid), &uuid, &mut out)?;
        }
        Ok(())
    }
}

fn write_filesystem(folder: &Folder, uuid: &str, out: &mut NamedFamilies<'_>) -> Result<(), CollectError> {
    let labels = [("uuid", uuid)];
    let help = || "A mounted filesystem; always 1.".to_owned();
    out.add((Kind::Gauge, "node_bcachefs_info"), help, &labels, 1u64);
    if let Some(size) = parsed(folder, "btree_cache_size", |text| bytes(text).ok_or_else(|| text.to_owned()))? {
        let help = || "Memory that caches the btrees, in bytes.".to_owned();
        out.add((Kind::Gauge, "node_bcachefs_btree_cache_size_bytes"), help, &labels, size);
    }
    for it in parsed(folder, "compression_stats", parse::compression)?.unwrap_or_default() {
        let labels = [("algorithm", it.algorithm.as_str()), ("uuid", uuid)];
        let help = || "Size of compressed data on the disks, in bytes.".to_owned();
        out.add((Kind::Gauge, "node_bcachefs_compression_compressed_bytes"), help, &labels, it.compressed);
        let help = || "Size of compressed data before its compression, in bytes.".to_owned();
        out.add((Kind::Gauge, "node_bcachefs_compression_uncompressed_bytes"), help, &labels, it.uncompressed);
    }
    for (error, count) in parsed(folder, "errors", parse::errors)?.unwrap_or_default() {
        let help = || "Errors found in the filesystem.".to_owned();
        out.add((Kind::Counter, "node_bcachefs_errors_total"), help, &[("error_type", &error), ("uuid", uuid)], count);
    }
    let counters = folder.folder("counters");
    for counter in counters.names()? {
        if let Some(Some(count)) = parsed(&counters, &counter, parse::since_creation)? {
            let name = format!("node_bcachefs_{}_total", name_part(&counter));
            out.add(
                (Kind::Counter, &name),
                || format!("Counter `{counter}` since the filesystem was made."),
                &labels,
                count,
            );
        }
    }
    for (kind, count, size) in parsed(folder, "btree_write_stats", parse::btree_writes)?.unwrap_or_default() {
        let labels = [("type", kind.as_str()), ("uuid", uuid)];
        out.add(
            (Kind::Counter, "node_bcachefs_btree_writes_total"),
            || "Writes of btree nodes.".to_owned(),
            &labels,
            count,
        );
        let help = || "Bytes a write of a btree node has on average.".to_owned();
        out.add((Kind::Gauge, "node_bcachefs_btree_write_average_size_bytes"), help, &labels, size);
    }
    for name in folder.names()? {
        if let Some(device) = name.strip_prefix("dev-") {
            device::write(&folder.folder(&name), uuid, device, out)?;
        }
    }
    Ok(())
}

/// Reads a file that may not be there and parses it; what cannot be parsed is an error that names the file.
fn parsed<T>(
    folder: &Folder,
    file: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, CollectError> {
    let Some(text) = folder.offered_text(file)? else { return Ok(None) };
    let path = folder.path().join(file);
    let wrong = |what| CollectError::parse(path.display().to_string(), format!("`{what}` is not understood"));
    parse(&text).map(Some).map_err(wrong)
}
