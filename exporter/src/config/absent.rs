//! node_exporter's collectors that this exporter does not have: asking for one is refused, not ignored.

use clap::Arg;

use super::{Flag, Settings, UsageError, flag};

const COLLECTORS: [&str; 5] = ["ntp", "nvmesubsystem", "perf", "runit", "supervisord"];

/// Their flags, which a unit file may carry along although the collector is off.
#[rustfmt::skip]
const FLAGS: &[Flag] = &[
    Flag::text("collector.ntp.server", "HOST", "127.0.0.1", "").hidden(),
    Flag::text("collector.ntp.server-port", "PORT", "123", "").hidden(),
    Flag::text("collector.ntp.protocol-version", "N", "4", "").hidden(),
    Flag::switch("collector.ntp.server-is-local", false, "").hidden(),
    Flag::text("collector.ntp.ip-ttl", "N", "1", "").hidden(),
    Flag::text("collector.ntp.max-distance", "DURATION", "3.46608s", "").hidden(),
    Flag::text("collector.ntp.local-offset-tolerance", "DURATION", "1ms", "").hidden(),
    Flag::text("collector.perf.cpus", "LIST", "", "").hidden(),
    Flag::list("collector.perf.tracepoint", "NAME", "").hidden(),
    Flag::switch("collector.perf.disable-hardware-profilers", false, "").hidden(),
    Flag::list("collector.perf.hardware-profilers", "NAME", "").hidden(),
    Flag::switch("collector.perf.disable-software-profilers", false, "").hidden(),
    Flag::list("collector.perf.software-profilers", "NAME", "").hidden(),
    Flag::switch("collector.perf.disable-cache-profilers", false, "").hidden(),
    Flag::list("collector.perf.cache-profilers", "NAME", "").hidden(),
    Flag::text("collector.runit.servicedir", "PATH", "/etc/service", "").hidden(),
    Flag::text("collector.supervisord.url", "URL", "http://localhost:9001/RPC2", "").hidden(),
];

pub(super) fn args() -> Vec<Arg> {
    let switches = COLLECTORS.into_iter().flat_map(|name| flag::collector_args(name, false)).map(|arg| arg.hide(true));
    switches.chain(FLAGS.iter().flat_map(Flag::args)).collect()
}

pub(super) fn refuse(settings: &Settings) -> Result<(), UsageError> {
    match COLLECTORS.into_iter().find(|name| settings.collector(name) == Some(true)) {
        Some(name) => {
            Err(UsageError::Arguments(format!("--collector.{name}: this exporter has no collector `{name}`")))
        }
        None => Ok(()),
    }
}
