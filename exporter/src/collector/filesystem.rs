//! Sizes and states of mounted filesystems, from `/proc/1/mountinfo` and `statfs(2)`.
//!
//! A mount whose server or program does not answer holds up whoever asks, for as long as it takes. Those that can do
//! so are asked by helper threads, and the scrape goes on without them; see [`asker`].

mod asker;
mod mounts;
mod usage;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::{KeptFile, Roots};
use asker::{Answer, Asker};
use mounts::Mount;
use usage::Usage;

const MOUNT_POINTS_EXCLUDE: &str = "collector.filesystem.mount-points-exclude";
const MOUNT_POINTS_INCLUDE: &str = "collector.filesystem.mount-points-include";
const MOUNT_POINTS_IGNORED: &str = "collector.filesystem.ignored-mount-points";
const TYPES_EXCLUDE: &str = "collector.filesystem.fs-types-exclude";
const TYPES_INCLUDE: &str = "collector.filesystem.fs-types-include";
const TYPES_IGNORED: &str = "collector.filesystem.ignored-fs-types";
const MOUNT_TIMEOUT: &str = "collector.filesystem.mount-timeout";
const STAT_WORKERS: &str = "collector.filesystem.stat-workers";

#[rustfmt::skip]
pub(super) const REGISTRATION: Registration = Registration {
    name: "filesystem",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[
        Flag::text(MOUNT_POINTS_EXCLUDE, "REGEXP", r"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)", "Mount points to leave out; excludes --collector.filesystem.mount-points-include."),
        Flag::text(MOUNT_POINTS_INCLUDE, "REGEXP", "", "Mount points to include; excludes --collector.filesystem.mount-points-exclude."),
        Flag::text(MOUNT_POINTS_IGNORED, "REGEXP", "", "Old name of --collector.filesystem.mount-points-exclude.").hidden(),
        Flag::text(TYPES_EXCLUDE, "REGEXP", r"^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$", "Types to leave out; excludes --collector.filesystem.fs-types-include."),
        Flag::text(TYPES_INCLUDE, "REGEXP", "", "Types to include; excludes --collector.filesystem.fs-types-exclude."),
        Flag::text(TYPES_IGNORED, "REGEXP", "", "Old name of --collector.filesystem.fs-types-exclude.").hidden(),
        Flag::text(MOUNT_TIMEOUT, "DURATION", "5s", "Longest wait for a mount to answer, within the scrape's own time.").hidden(),
        Flag::text(STAT_WORKERS, "N", "4", "Mounts that are asked at once.").hidden(),
    ],
    new: |settings| Ok(Box::new(Filesystem::new(settings)?)),
};

struct Filesystem {
    roots: std::sync::Arc<Roots>,
    mount_points: Filter,
    types: Filter,
    mount_timeout: Duration,
    /// The first process's mounts are the machine's; where they are hidden, our own must do.
    files: [KeptFile; 2],
    content: Vec<u8>,
    /// What `content` says, as far as it is wanted.
    mounts: Vec<Mount>,
    asker: Asker,
}

impl Filesystem {
    fn new(settings: &Settings) -> Result<Self, UsageError> {
        let roots = settings.roots.clone();
        let points = settings.renamed(MOUNT_POINTS_EXCLUDE, MOUNT_POINTS_IGNORED)?;
        let types = settings.renamed(TYPES_EXCLUDE, TYPES_IGNORED)?;
        let filter = |include, exclude, value| settings.filter_of((include, settings.text(include)), (exclude, value));
        Ok(Filesystem {
            mount_points: filter(MOUNT_POINTS_INCLUDE, MOUNT_POINTS_EXCLUDE, points)?,
            types: filter(TYPES_INCLUDE, TYPES_EXCLUDE, types)?,
            mount_timeout: settings.duration(MOUNT_TIMEOUT)?,
            files: ["1/mountinfo", "self/mountinfo"].map(|path| KeptFile::new(roots.proc(path))),
            content: Vec::new(),
            mounts: Vec::new(),
            asker: Asker::new(settings.number(STAT_WORKERS)?),
            roots,
        })
    }

    /// Brings the list of mounts up to date. It is parsed only when it changed, which it seldom does.
    fn refresh(&mut self, buffer: &mut Vec<u8>) -> Result<(), CollectError> {
        let [first, own] = &mut self.files;
        if let Err(error) = first.read(buffer) {
            own.read(buffer).map_err(|_| error)?;
        }
        if *buffer == self.content && !self.content.is_empty() {
            return Ok(());
        }
        // Empty first: a list that cannot be parsed must not pass for the one before.
        self.content.clear();
        self.mounts = mounts::parse(buffer, &self.roots)?;
        self.mounts.retain(|mount| self.mount_points.accepts(&mount.mount_point) && self.types.accepts(&mount.kind));
        // Mounted twice at one place, it is one; if by another number, both are told of.
        let mut seen = HashSet::new();
        self.mounts.retain(|mount| seen.insert(mount.identity()));
        self.content.extend_from_slice(buffer);
        Ok(())
    }
}

impl Collector for Filesystem {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        self.refresh(&mut scrape.scratch)?;
        // Something has to be left for the mounts that answer at once, and for the way back.
        let left = scrape.deadline.saturating_duration_since(Instant::now());
        let patience = left.mul_f64(0.75).min(self.mount_timeout);
        let remote = self.mounts.iter().filter(|mount| mount.can_hang).map(|mount| &mount.path);
        let answers = self.asker.ask(remote, Instant::now() + patience);
        let usages: Vec<Answer> = self
            .mounts
            .iter()
            .map(|mount| if mount.can_hang { answers.get(&mount.path).cloned() } else { Some(Usage::of(&mount.path)) })
            .map(|answer| answer.unwrap_or_else(|| Err("mountpoint timeout".to_owned())))
            .collect();
        write(&self.mounts, &usages, out);
        Ok(())
    }
}

/// A family, and its value of a filesystem that answered.
type Size = (&'static str, &'static str, fn(&Usage) -> f64);

#[rustfmt::skip]
const SIZES: [Size; 6] = [
    ("node_filesystem_size_bytes", "Size of the filesystem.", |usage| usage.size),
    ("node_filesystem_free_bytes", "Space that is free, the part reserved for root included.", |usage| usage.free),
    ("node_filesystem_avail_bytes", "Space that is free for everyone.", |usage| usage.available),
    ("node_filesystem_files", "Inodes of the filesystem.", |usage| usage.files),
    ("node_filesystem_files_free", "Inodes that are free.", |usage| usage.files_free),
    ("node_filesystem_purgeable_bytes", "Space that the system could free by itself: 0 on Linux.", |_| 0.0),
];

fn write(mounts: &[Mount], usages: &[Answer], out: &mut Families) {
    let with_usage = || mounts.iter().zip(usages);
    let error = |usage: &Answer| usage.as_ref().err().cloned().unwrap_or_default();
    let device_error = out.gauge("node_filesystem_device_error", "Whether the filesystem could not be asked.");
    let readonly = out.gauge("node_filesystem_readonly", "Whether the filesystem is read-only.");
    for (mount, usage) in with_usage() {
        let error = error(usage);
        out.add(device_error, &mount.labels(&error), usage.is_err());
        out.add(readonly, &mount.labels(&error), mount.readonly);
    }
    for (name, help, value) in SIZES {
        let family = out.gauge(name, help);
        for (mount, usage) in with_usage() {
            if let Ok(usage) = usage {
                out.add(family, &mount.labels(""), value(usage));
            }
        }
    }
    let info = out.gauge("node_filesystem_mount_info", "1, labelled by the device's numbers.");
    for (mount, usage) in with_usage() {
        let labels = [
            ("device", &*mount.device),
            ("major", &mount.major),
            ("minor", &mount.minor),
            ("mountpoint", &mount.mount_point),
        ];
        if usage.is_ok() {
            out.add(info, &labels, 1u64);
        }
    }
}
