//! The measures that recording rules may have summed up already, and the plain expressions that say the same.
//!
//! `prometheus/rules/recording.yml` and `sums.yml` hold exactly these expressions; a test compares them.

use super::hardware;
use super::{IDLE, PHYSICAL_NETWORKS, REAL_FILESYSTEMS, Selector, TAG, WHOLE_DISKS, Window, combined};

/// One number per server.
pub struct Measure {
    /// The series that the recording rule makes.
    pub recorded: &'static str,
    /// The same without the rule.
    plain: fn(&str, Window) -> String,
}

pub const CPUS: &str = "instance:node_cpus:count";
pub const CPU_RATIO: &str = "instance:node_cpu_utilization:ratio";
pub const DISK_READ: &str = "instance:node_disk_read_bytes:rate30s";
pub const DISK_WRITTEN: &str = "instance:node_disk_written_bytes:rate30s";
pub const NETWORK_RECEIVE: &str = "instance:node_network_receive_bytes:rate30s";
pub const NETWORK_TRANSMIT: &str = "instance:node_network_transmit_bytes:rate30s";
pub const FILESYSTEM_SIZE: &str = "instance:node_filesystem_size_bytes:sum";
pub const FILESYSTEM_FREE: &str = "instance:node_filesystem_free_bytes:sum";
/// Of the fullest filesystem of every server, with its `device` and `mountpoint`.
pub const FULLEST_RATIO: &str = "instance:node_filesystem_fullest:ratio";
pub const FULLEST_SIZE: &str = "instance:node_filesystem_fullest_size:bytes";
pub const FULLEST_AVAILABLE: &str = "instance:node_filesystem_fullest_avail:bytes";
/// The same over all servers of a job; of the group [`SUMS`], as all that is asked with hardware.
pub const JOB_SIZE: &str = "job:node_filesystem_size_bytes:sum";
pub const JOB_FREE: &str = "job:node_filesystem_free_bytes:sum";

/// When a group of rules was evaluated, by the last of its rules: what the others made has not changed since. Several where
/// several Prometheus feed one store.
pub const EVALUATED: &str = "rule_group:evaluated:timestamp_seconds";
/// The label that names the group.
pub const GROUP: &str = "rule_group";
/// The group of `recording.yml`, and that of `sums.yml`.
pub const MEASURED: &str = "sightline";
pub const SUMS: &str = "sightline-sums";

pub const MEASURES: &[Measure] = &[
    Measure {
        recorded: CPUS,
        plain: |s, _| format!(r#"count by (job, instance) (node_cpu_seconds_total{{{s}mode="idle"}})"#),
    },
    Measure { recorded: CPU_RATIO, plain: |s, w| busy_share("job, instance", s, w) },
    Measure { recorded: DISK_READ, plain: |s, w| sum_of_rates("node_disk_read_bytes_total", s, WHOLE_DISKS, w) },
    Measure { recorded: DISK_WRITTEN, plain: |s, w| sum_of_rates("node_disk_written_bytes_total", s, WHOLE_DISKS, w) },
    Measure {
        recorded: NETWORK_RECEIVE,
        plain: |s, w| sum_of_rates("node_network_receive_bytes_total", s, PHYSICAL_NETWORKS, w),
    },
    Measure {
        recorded: NETWORK_TRANSMIT,
        plain: |s, w| sum_of_rates("node_network_transmit_bytes_total", s, PHYSICAL_NETWORKS, w),
    },
    Measure { recorded: FILESYSTEM_SIZE, plain: |s, _| sum_of_devices("node_filesystem_size_bytes", s) },
    Measure { recorded: FILESYSTEM_FREE, plain: |s, _| sum_of_devices("node_filesystem_free_bytes", s) },
];

/// The used share of what users may fill, as `df` counts it, of every filesystem.
pub(super) fn filesystem_ratio(selector: &str) -> String {
    let of = |metric: &str| format!("node_filesystem_{metric}_bytes{{{selector}{REAL_FILESYSTEMS}}}");
    let used = format!("({} - {})", of("size"), of("free"));
    format!("{used} / ({used} + {} > 0)", of("avail"))
}

/// Busy share of the cores: of all time that was counted, not of the window, because a server that just came has not
/// counted for all of it.
pub(super) fn busy_share(by: &str, selector: &str, window: Window) -> String {
    let time =
        |matchers: &str| format!("sum by ({by}) (rate(node_cpu_seconds_total{{{selector}{matchers}}}[{window}]))");
    format!("1 - {} / {}", time(IDLE), time(""))
}

/// All measures in one query, from the rules' series. Of the sizes of filesystems only the jobs' sums are wanted, which are
/// of another group: a series less is what makes an answer about many servers cheap.
pub fn from_rules(servers: &Selector) -> String {
    let is_summed = |name: &&str| matches!(*name, FILESYSTEM_SIZE | FILESYSTEM_FREE);
    let names: Vec<_> = MEASURES.iter().map(|measure| measure.recorded).filter(|name| !is_summed(name)).collect();
    any_of(&names, servers)
}

/// The sums over the filesystems of jobs, and what `others` answers. The sums are tagged with their names: `or` takes series
/// that differ in nothing else for one, and other sums over a job do not.
pub fn with_sums_of_jobs(servers: &Selector, others: &str) -> String {
    format!(r#"label_replace({},"{TAG}","$1","__name__","(.+)") or {others}"#, any_of(&OF_JOBS, servers))
}

/// The fullest filesystem of every server, from the rules' series.
pub(super) fn fullest_from_rules(servers: &Selector) -> String {
    any_of(&FULLEST, servers)
}

fn any_of(names: &[&str], servers: &Selector) -> String {
    format!(r#"{{__name__=~"{}",{servers}}}"#, names.join("|"))
}

/// The sums over all servers of a job.
pub const OF_JOBS: [&str; 2] = [JOB_SIZE, JOB_FREE];
const FULLEST: [&str; 3] = [FULLEST_RATIO, FULLEST_SIZE, FULLEST_AVAILABLE];

/// All measures in one query, without the rules; tagged with the names that the rules would give them.
pub fn plain(servers: &Selector, window: Window) -> String {
    let selector = format!("{servers},");
    combined(MEASURES.iter().map(|measure| (measure.recorded, (measure.plain)(&selector, window))))
}

/// How many series each rule makes now, of some servers or of all.
pub(super) fn probe(some: Option<&Selector>) -> String {
    let of_servers: Vec<_> = rule_names().filter(|name| !OF_JOBS.contains(name)).collect();
    let matchers = some.map(|some| format!(",{some}")).unwrap_or_default();
    let others = [&OF_JOBS[..], &hardware::PROBED].concat();
    let (of_servers, others) = (of_servers.join("|"), others.join("|"));
    format!(r#"count by (__name__) ({{__name__=~"{of_servers}"{matchers}}} or {{__name__=~"{others}"}})"#)
}

/// Every rule's series that the snapshot asks for.
pub fn rule_names() -> impl Iterator<Item = &'static str> {
    MEASURES.iter().map(|measure| measure.recorded).chain(FULLEST).chain(OF_JOBS)
}

fn sum_of_rates(metric: &str, selector: &str, devices: &str, window: Window) -> String {
    format!("sum by (job, instance) (rate({metric}{{{selector}{devices}}}[{window}]))")
}

/// A device that is mounted twice counts once.
fn sum_of_devices(metric: &str, selector: &str) -> String {
    format!("sum by (job, instance) (max by (job, instance, device) ({metric}{{{selector}{REAL_FILESYSTEMS}}}))")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;

    const RECORDING: &str = include_str!("../../../../prometheus/rules/recording.yml");
    const SUMMING: &str = include_str!("../../../../prometheus/rules/sums.yml");

    #[test]
    fn the_last_rule_of_each_group_tells_when_all_were_evaluated() {
        for (rules, group) in [(RECORDING, MEASURED), (SUMMING, SUMS)] {
            assert_eq!(rules.matches("- name: ").count(), 1, "one group in a file");
            assert!(rules.contains(&format!("- name: {group}\n")), "{group}");
            let (_, last) = rules.rsplit_once("- record: ").unwrap();
            let lines: Vec<_> = last.lines().map(str::trim).collect();
            let label = format!("{GROUP}: {group}");
            assert_eq!(lines, [EVALUATED, "expr: 'vector(time())'", "labels:", label.as_str()]);
        }
    }

    #[test]
    fn the_rules_files_hold_exactly_these_expressions() {
        let rules = [RECORDING, SUMMING].concat();
        let mut in_file = BTreeMap::new();
        let mut lines = rules.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let Some(name) = line.strip_prefix("- record: ") else { continue };
            let expression = lines.find_map(|line| line.strip_prefix("expr: ")).unwrap();
            in_file.insert(name, expression.trim_matches('\'').to_owned());
        }
        let window = Window(Duration::from_secs(30));
        for measure in MEASURES {
            let expected = (measure.plain)("", window).replace("[30000ms]", "[30s]");
            assert_eq!(in_file.get(measure.recorded), Some(&expected), "{}", measure.recorded);
        }
        let each = "instance_mountpoint:node_filesystem_utilization:ratio";
        assert_eq!(in_file.get(each), Some(&filesystem_ratio("")), "{each}");
        for (name, expression) in hardware::rules(window) {
            assert_eq!(in_file.get(name), Some(&expression.replace("[30000ms]", "[30s]")), "{name}");
        }
        for name in FULLEST.into_iter().chain(OF_JOBS) {
            assert!(in_file.contains_key(name), "{name}");
        }
    }
}
