//! ZFS: its caches, its intent log and its pools, from `/proc/spl/kstat/zfs`.

mod kstat;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::{Families, Kind, NamedFamilies};
use crate::source::{Folder, KeptFile, if_present, list, read_into, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "zfs",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| {
        let base = settings.roots.proc("spl/kstat/zfs");
        let files = FILES.map(|(file, _)| KeptFile::report(base.join(file)));
        Ok(Box::new(Zfs { base: Folder::new(base), files }))
    },
};

/// Files, and what the names of their families begin with.
const FILES: [(&str, &str); 11] = [
    ("abdstats", "node_zfs_abd_"),
    ("arcstats", "node_zfs_arc_"),
    ("dbufstats", "node_zfs_dbuf_"),
    ("dmu_tx", "node_zfs_dmu_tx_"),
    ("dnodestats", "node_zfs_dnode_"),
    ("fm", "node_zfs_fm_"),
    ("vdev_cache_stats", "node_zfs_vdev_cache_"),
    ("vdev_mirror_stats", "node_zfs_vdev_mirror_"),
    ("xuio_stats", "node_zfs_xuio_"),
    ("zfetchstats", "node_zfs_zfetch_"),
    ("zil", "node_zfs_zil_"),
];

/// A pool is in one of these.
const STATES: [&str; 7] = ["degraded", "faulted", "offline", "online", "removed", "suspended", "unavail"];

struct Zfs {
    base: Folder,
    /// In the order of [`FILES`].
    files: [KeptFile; FILES.len()],
}

impl Collector for Zfs {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let names = self.base.list().map_err(CollectError::absent_is_no_data)?;
        let mut out = NamedFamilies::new(out);
        for (kept, (file, prefix)) in self.files.iter_mut().zip(FILES) {
            // Which files there are depends on the version.
            let Some(content) = if_present(kept.read(&mut scrape.scratch))? else { continue };
            let wrong = |problem| CollectError::parse(file, problem);
            for statistic in kstat::named(content).map_err(wrong)? {
                let name = metric(prefix, statistic.name);
                let help = || format!("ZFS kstat {file}.{}.", statistic.name);
                out.add((Kind::Untyped, &name), help, &[], statistic.value);
            }
        }
        for pool in names.iter().filter(|name| self.base.path().join(name).is_dir()) {
            self.pool(pool, scrape, &mut out)?;
        }
        Ok(())
    }
}

impl Zfs {
    /// A pool may be exported, and its files go, while they are read.
    fn pool(&self, pool: &str, scrape: &mut Scrape, out: &mut NamedFamilies<'_>) -> Result<(), CollectError> {
        let folder = self.base.path().join(pool);
        for file in if_present(list(&folder))?.unwrap_or_default() {
            let Some(content) = if_present(read_into(&folder.join(&file), &mut scrape.scratch))? else { continue };
            let wrong = |problem| CollectError::parse(format!("{pool}/{file}"), problem);
            match file.as_str() {
                "io" => write_io(pool, content, out).map_err(wrong)?,
                "state" => write_state(pool, content, out),
                objset if objset.starts_with("objset-") => write_dataset(pool, content, out).map_err(wrong)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn write_io(pool: &str, content: &[u8], out: &mut NamedFamilies<'_>) -> Result<(), String> {
    for (field, value) in kstat::io(content)? {
        let name = metric("node_zfs_zpool_", field);
        out.add((Kind::Untyped, &name), || format!("ZFS kstat io.{field} of a pool."), &[("zpool", pool)], value);
    }
    Ok(())
}

fn write_dataset(pool: &str, content: &[u8], out: &mut NamedFamilies<'_>) -> Result<(), String> {
    let dataset = kstat::dataset_name(content).ok_or("no line tells the dataset's name")?;
    let labels = [("dataset", &*text::shown(dataset)), ("zpool", pool)];
    for statistic in kstat::named(content)? {
        let name = metric("node_zfs_zpool_dataset_", statistic.name);
        let help = || format!("ZFS kstat objset.{} of a dataset.", statistic.name);
        out.add((Kind::Untyped, &name), help, &labels, statistic.value);
    }
    Ok(())
}

fn write_state(pool: &str, content: &[u8], out: &mut NamedFamilies<'_>) {
    let state = text::lines(content).next().unwrap_or_default();
    for name in STATES {
        let help = || "1 for the state that a pool is in, 0 for the others.".to_owned();
        let labels = [("state", name), ("zpool", pool)];
        out.add((Kind::Gauge, "node_zfs_zpool_state"), help, &labels, state.eq_ignore_ascii_case(name.as_bytes()));
    }
}

fn metric(prefix: &str, name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or(name);
    format!("{prefix}{}", name.replace('-', "_"))
}
