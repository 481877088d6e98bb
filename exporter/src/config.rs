//! Every flag, and the configuration that they make.
//!
//! Names, defaults and rules are node_exporter 1.12's: `--flag=value` or `--flag value`, switches as `--name` and
//! `--no-name`, and a flag that takes one value, or a switch, given twice is an error.

mod absent;
mod flag;
mod listen;
mod settings;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::collector::{self, Collector, Pace};
use crate::source::Roots;

pub(crate) use flag::Flag;
pub(crate) use listen::Listen;
pub(crate) use settings::{Settings, UsageError, pattern};

/// What the arguments ask for.
pub(crate) enum Invocation {
    Serve(Box<Config>),
    /// `--help` or `--version`: print this to standard output and be done.
    Print(String),
}

pub(crate) struct Config {
    pub(crate) roots: Arc<Roots>,
    pub(crate) collectors: Vec<Enabled>,
    pub(crate) log: Log,
    pub(crate) web: Web,
}

/// A collector that runs, in the order of its turn.
pub(crate) struct Enabled {
    pub(crate) name: &'static str,
    pub(crate) collector: Box<dyn Collector>,
}

pub(crate) struct Log {
    pub(crate) level: tracing::level_filters::LevelFilter,
    pub(crate) json: bool,
}

pub(crate) struct Web {
    /// Empty when the sockets come from systemd.
    pub(crate) listen: Vec<Listen>,
    pub(crate) systemd_socket: bool,
    pub(crate) telemetry_path: String,
    pub(crate) config_file: Option<PathBuf>,
    /// How many scrapes may be under way at once; 0 for any number.
    pub(crate) max_requests: usize,
    /// Whether the exporter's own figures (`process_*`, `promhttp_*`) are exposed.
    pub(crate) exporter_metrics: bool,
    pub(crate) openmetrics: bool,
    /// Whether `POST /-/gpu/release` is answered.
    pub(crate) gpu_release: bool,
}

#[rustfmt::skip]
const FLAGS: &[Flag] = &[
    Flag::text("path.procfs", "PATH", "/proc", "Where procfs is mounted."),
    Flag::text("path.sysfs", "PATH", "/sys", "Where sysfs is mounted."),
    Flag::text("path.rootfs", "PATH", "/", "Where the root filesystem is mounted; stripped from mount points."),
    Flag::text("path.udev.data", "PATH", "/run/udev/data", "Where udev keeps its data on devices."),
    Flag::list("web.listen-address", "ADDRESS", "Address to listen on: `:9100`, `host:port` or `unix:/path`. Repeatable. [default: :9100]"),
    Flag::switch("web.systemd-socket", false, "Listen on the sockets that systemd hands over, instead of addresses."),
    Flag::text("web.config.file", "PATH", "", "File that enables TLS or authentication; see docs/operations.md."),
    Flag::text("web.telemetry-path", "PATH", "/metrics", "Path under which metrics are exposed."),
    Flag::switch("web.disable-exporter-metrics", false, "Leave out metrics about the exporter itself (promhttp_*, process_*)."),
    Flag::text("web.max-requests", "N", "40", "Most scrapes at a time, beyond which the answer is 503; 0 for any number."),
    Flag::switch("web.enable-openmetrics", false, "Answer in OpenMetrics when a scraper prefers it."),
    Flag::switch("collector.disable-defaults", false, "Disable all collectors that are on by default."),
    Flag::text("log.level", "LEVEL", "info", "Least severe messages to log: debug, info, warn or error."),
    Flag::text("log.format", "FORMAT", "logfmt", "Form of log messages: logfmt or json."),
    Flag::text("runtime.gomaxprocs", "N", "1", "Accepted for node_exporter's sake, without effect."),
];

/// Reads the arguments, the program's name first.
pub(crate) fn from_arguments(arguments: impl Iterator<Item = OsString>) -> Result<Invocation, UsageError> {
    let mut command = command();
    let matches = match command.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => return Err(UsageError::Arguments(flag::explain(&error))),
    };
    if matches.get_flag("help") {
        return Ok(Invocation::Print(command.render_help().to_string()));
    }
    if matches.get_flag("version") {
        return Ok(Invocation::Print(crate::own::version()));
    }
    let settings = Settings::new(&matches);
    absent::refuse(&settings)?;
    Ok(Invocation::Serve(Box::new(Config {
        roots: settings.roots.clone(),
        collectors: collectors(&settings)?,
        log: log(&settings)?,
        web: web(&settings)?,
    })))
}

/// The settings alone, for tests of collectors and the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn settings(flags: &[String]) -> Result<Settings, UsageError> {
    let arguments = std::iter::once("sightline-exporter".to_owned()).chain(flags.iter().cloned());
    let matches = command().try_get_matches_from(arguments);
    matches.map(|matches| Settings::new(&matches)).map_err(|error| UsageError::Arguments(flag::explain(&error)))
}

fn command() -> clap::Command {
    let mut command = flag::command().next_help_heading("Options").args(FLAGS.iter().flat_map(Flag::args));
    for (heading, by_default) in [("Collectors, on by default", true), ("Collectors, off by default", false)] {
        let names = collector::ALL.iter().filter(|it| it.enabled_by_default == by_default).map(|it| it.name);
        command =
            command.next_help_heading(heading).args(names.flat_map(|name| flag::collector_args(name, by_default)));
    }
    command = command.next_help_heading("Options of collectors");
    command.args(collector::ALL.iter().flat_map(|it| it.flags).flat_map(Flag::args)).args(absent::args())
}

/// Makes the collectors that are on, those that may keep others waiting last.
fn collectors(settings: &Settings) -> Result<Vec<Enabled>, UsageError> {
    let mut chosen: Vec<(Pace, Enabled)> = Vec::new();
    let mut names = BTreeSet::new();
    for it in collector::ALL {
        assert!(names.insert(it.name), "two collectors are named {}", it.name);
        if settings.is_enabled(it.name) {
            chosen.push((it.pace, Enabled { name: it.name, collector: (it.new)(settings)? }));
        }
    }
    chosen.sort_by_key(|(pace, _)| *pace);
    Ok(chosen.into_iter().map(|(_, enabled)| enabled).collect())
}

fn is_on_by_default(name: &str) -> bool {
    collector::ALL.iter().any(|it| it.name == name && it.enabled_by_default)
}

/// The default position of a switch that is no collector's.
fn default_of_switch(name: &str) -> bool {
    let declared = FLAGS.iter().chain(collector::ALL.iter().flat_map(|it| it.flags)).find(|flag| flag.name == name);
    match declared.map(|flag| &flag.kind) {
        Some(flag::Kind::Switch { default }) => *default,
        _ => panic!("nobody declared a switch --{name}"),
    }
}

fn log(settings: &Settings) -> Result<Log, UsageError> {
    let level = settings.one_of("log.level", &["debug", "info", "warn", "error"])?;
    let json = settings.one_of("log.format", &["logfmt", "json"])? == "json";
    Ok(Log { level: level.parse().expect("the four levels are tracing's, too"), json })
}

fn web(settings: &Settings) -> Result<Web, UsageError> {
    let telemetry_path = settings.text("web.telemetry-path");
    if !telemetry_path.starts_with('/') {
        return Err(UsageError::value("web.telemetry-path", telemetry_path, "a path that begins with `/`"));
    }
    let systemd_socket = settings.switch("web.systemd-socket");
    let mut listen: Vec<Listen> =
        settings.list("web.listen-address").into_iter().map(Listen::parse).collect::<Result<_, _>>()?;
    if systemd_socket {
        listen.clear();
    } else if listen.is_empty() {
        listen.push(Listen::parse(":9100")?);
    }
    Ok(Web {
        listen,
        systemd_socket,
        telemetry_path: telemetry_path.to_owned(),
        config_file: Some(settings.text("web.config.file")).filter(|path| !path.is_empty()).map(PathBuf::from),
        max_requests: settings.number("web.max-requests")?,
        exporter_metrics: !settings.switch("web.disable-exporter-metrics"),
        openmetrics: settings.switch("web.enable-openmetrics"),
        gpu_release: settings.switch(collector::gpu::settings::RELEASE),
    })
}

#[cfg(test)]
mod tests;
