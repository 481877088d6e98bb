//! What one tick of the snapshot asks; all of it at one instant.

use super::recorded::{self, EVALUATED, FULLEST_AVAILABLE, FULLEST_RATIO, FULLEST_SIZE};
use super::{Selector, Window, combined, tagged};

/// The tag in [`targets`] of those whose newest scrape failed.
pub const DOWN: &str = "down";

/// When each target was scraped last; before them, tagged, those that did not answer then, and, by its own name, when the
/// rules were evaluated last: these are few, and `or` looks at all that is left of it.
///
/// That selects every `up` twice, but in one question: asked in another, whether a target is up can be what a newer scrape found
/// that was stored in between, beside the time of the scrape before.
pub fn targets(servers: &Selector) -> String {
    let down = tagged(DOWN, &format!("up{{{servers}}} != 1"));
    format!("{down} or {EVALUATED} or timestamp(up{{{servers}}})")
}

/// The tags of [`discovery`] and [`survey`].
pub const KNOWN: &str = "known";
pub const INTERVAL: &str = "interval";
pub const RULE: &str = "rule";

/// What a gateway that just started has to learn: who answered in the past (a server that is down has told its name
/// before), how often each job is scraped, and which recording rules there are.
pub fn discovery(past: Window) -> String {
    let known = format!("last_over_time(node_uname_info[{past}])");
    // How many samples five minutes hold, of servers that are known for longer; while none is, how many a minute holds.
    let of_samples = |seconds: u32| {
        let samples = format!("count_over_time(up[{seconds}s]) and up offset {seconds}s");
        format!("quantile by (job) (0.5, {seconds} / ({samples}))")
    };
    let interval = format!("({} or {} or {})", of_samples(300), of_samples(60), of_samples(15));
    combined([(KNOWN, known), (INTERVAL, interval), (RULE, recorded::probe(None))])
}

/// The same for a gateway that runs: the servers of now, so that a new job is found, and the rules, as a few servers show
/// them: of ten thousand they have a hundred thousand series.
pub fn survey(some: &Selector) -> String {
    let known = "group by (job, instance, nodename) (node_uname_info)".to_owned();
    combined([(KNOWN, known), (RULE, recorded::probe(Some(some)))])
}

pub const GAUGES: &[&str] = &[
    "node_load1",
    "node_load5",
    "node_load15",
    "node_memory_MemTotal_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_SwapTotal_bytes",
    "node_memory_SwapFree_bytes",
    "node_boot_time_seconds",
    "node_time_seconds",
];

/// Values that need no arithmetic.
pub fn gauges(servers: &Selector) -> String {
    format!(r#"{{__name__=~"{}",{servers}}}"#, GAUGES.join("|"))
}

/// The fullest filesystem of every server.
pub fn fullest_filesystem(servers: &Selector, use_rules: bool) -> String {
    if use_rules {
        return recorded::fullest_from_rules(servers);
    }
    let fullest = format!("topk by (job, instance) (1, {})", recorded::filesystem_ratio(&format!("{servers},")));
    let same = |metric: &str| format!("({metric}{{{servers}}} and on (job, instance, device, mountpoint) {fullest})");
    combined([
        (FULLEST_RATIO, fullest.clone()),
        (FULLEST_SIZE, same("node_filesystem_size_bytes")),
        (FULLEST_AVAILABLE, same("node_filesystem_avail_bytes")),
    ])
}

/// The columns that the configuration adds, tagged with their names.
pub fn columns<'a>(columns: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    combined(columns.into_iter().map(|(name, expression)| (name, format!("({expression})"))))
}

/// When each of these was last up, within `past`.
pub fn last_up(servers: &Selector, past: Window, resolution: Window) -> String {
    format!("max_over_time((timestamp(up{{{servers}}} == 1))[{past}:{resolution}])")
}
