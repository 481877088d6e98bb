//! Ours beside `node_exporter` on this machine: what both collect has the same families, types, labels, and values as
//! far as these stand still.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Exporter;
use crate::support::node_exporter::NodeExporter;

/// A difference counts when it is there in each of so many tries: values move between the scrapes of the two.
const TRIES: usize = 8;

/// Defaults that Debian changes, given to both.
const FLAGS: [&str; 4] = [
    r"--collector.diskstats.device-exclude=^(ram|loop|zram)\d+$",
    "--collector.filesystem.fs-types-exclude=^(autofs|cgroup2?|devpts|devtmpfs|mqueue|overlay|proc|sysfs|tmpfs|tracefs)$",
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys)($|/)",
    "--collector.netdev.device-exclude=^$",
];

/// What the exporters tell of themselves.
const OWN: [&str; 6] = [
    "go_",
    "node_exporter_build_info",
    "node_scrape_collector_duration_seconds",
    "process_",
    "promhttp_",
    "sightline_",
];

/// Families that `node_exporter` 1.12, whose place ours takes, has and an older one may not; Debian's is 1.5.
const NEWER: [&str; 9] = [
    "node_filesystem_mount_info",
    "node_filesystem_purgeable_bytes",
    "node_netstat_TcpExt_TCPOFOQueue",
    "node_netstat_TcpExt_TCPRcvQDrop",
    "node_softnet_backlog_len",
    "node_softnet_cpu_collision_total",
    "node_softnet_flow_limit_count_total",
    "node_softnet_received_rps_total",
    "node_pressure_irq_stalled_seconds_total",
];

/// Families that it no longer has: since 1.9 it exposes those fields of `/proc/meminfo` that it knows.
const OLDER: &str = "node_memory_";

/// Labels that an older one may not have, with the beginning of their families' names.
const NEWER_LABELS: [(&str, &str); 3] =
    [("node_disk_info", "rotational"), ("node_filesystem_", "device_error"), ("node_network_info", "adminstate")];

#[test]
fn what_both_collect_is_the_same() {
    let flags = FLAGS.map(str::to_owned);
    let theirs = NodeExporter::start(&flags);
    let ours = Exporter::start(&flags);
    let selection = collectors_of_both(&theirs.metrics("/metrics"), &ours.metrics());
    let path = format!("/metrics?{selection}");

    let mut lasting: Option<BTreeMap<String, String>> = None;
    for _ in 0..TRIES {
        let before = Exposition::parse(&theirs.metrics(&path));
        let mine = Exposition::parse(ours.get(&path, &[]).text());
        let after = Exposition::parse(&theirs.metrics(&path));
        let mine = mine.without(|name| NEWER.contains(&name), &before);
        let [before, after] = [before, after].map(|it| it.without(|name| name.starts_with(OLDER), &mine));
        let mut differences = differ(&before, &mine, &after);
        if let Some(lasting) = &lasting {
            differences.retain(|what, _| lasting.contains_key(what));
        }
        if differences.is_empty() {
            return;
        }
        lasting = Some(differences);
    }
    let told: Vec<String> = lasting.into_iter().flatten().map(|(what, how)| format!("{what}: {how}")).collect();
    panic!("{} differences:\n{}", told.len(), told.join("\n"));
}

/// `collect[]=…` for each collector that both have and that succeeds.
fn collectors_of_both(theirs: &str, ours: &str) -> String {
    let collectors = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("node_scrape_collector_success{collector=\""));
        lines.filter_map(|line| line.strip_suffix("\"} 1")).map(str::to_owned).collect()
    };
    let (theirs, ours) = (collectors(theirs), collectors(ours));
    let both: Vec<String> = theirs.intersection(&ours).map(|name| format!("collect[]={name}")).collect();
    assert!(both.len() > 20, "hardly any collector succeeds in both: {both:?}");
    both.join("&")
}

#[derive(Debug, Default)]
struct Exposition {
    types: BTreeMap<String, String>,
    /// Values by series.
    samples: BTreeMap<String, f64>,
}

impl Exposition {
    fn parse(text: &str) -> Self {
        let mut all = Exposition::default();
        for line in text.lines() {
            if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                all.types.insert(name.to_owned(), kind.to_owned());
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap();
                all.samples.insert(series.to_owned(), value.parse().unwrap());
            }
        }
        let own = |name: &str| OWN.iter().any(|own| name.starts_with(own));
        all.types.retain(|name, _| !own(name));
        all.samples.retain(|series, _| !own(series));
        all
    }

    /// Without families that only this one of the two versions may have, and without labels of the newer.
    fn without(mut self, may_be_extra: impl Fn(&str) -> bool, other: &Exposition) -> Self {
        let left_out = |name: &str| may_be_extra(name) && !other.types.contains_key(name);
        self.types.retain(|name, _| !left_out(name));
        self.samples.retain(|series, _| !left_out(family(series)));
        let samples = std::mem::take(&mut self.samples).into_iter();
        self.samples = samples.map(|(series, value)| (without_newer_labels(series), value)).collect();
        self
    }
}

fn family(series: &str) -> &str {
    series.split('{').next().unwrap()
}

fn without_newer_labels(series: String) -> String {
    let Some((_, label)) = NEWER_LABELS.iter().find(|(name, _)| series.starts_with(name)) else { return series };
    let start = series.find(&format!("{label}=\"")).unwrap_or(series.len());
    let Some(length) = series[start..].find("\",") else { return series };
    format!("{}{}", &series[..start], &series[start + length + 2..])
}

/// What reading itself moves: files open in the whole system. Ours keeps `/proc/sys/fs/file-nr` open from scrape to scrape, theirs opens
/// it and others anew: one or two more were seen. Off by more than this is another figure.
const OPEN_FILES: (&str, f64) = ("node_filefd_allocated", 8.0);

/// The families and series that are not as they should be: values count only where theirs were the same before and
/// after.
fn differ(before: &Exposition, mine: &Exposition, after: &Exposition) -> BTreeMap<String, String> {
    let mut differences = BTreeMap::new();
    let names: BTreeSet<_> = before.types.keys().chain(mine.types.keys()).collect();
    for name in names {
        let (theirs, ours) = (before.types.get(name), mine.types.get(name));
        if theirs != ours {
            differences.insert(name.clone(), format!("theirs {theirs:?}, ours {ours:?}"));
        }
    }
    let series: BTreeSet<_> = before.samples.keys().chain(mine.samples.keys()).collect();
    for series in series {
        let of = |exposition: &Exposition| exposition.samples.get(series).copied();
        let (before, mine, after) = (of(before), of(mine), of(after));
        let moved = match (before, mine) {
            (Some(before), Some(mine)) if series == OPEN_FILES.0 => (before - mine).abs() <= OPEN_FILES.1,
            _ => false,
        };
        if before == after && before != mine && !moved {
            differences.insert(series.clone(), format!("theirs {before:?}, ours {mine:?}"));
        }
    }
    differences
}
