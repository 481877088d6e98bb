//! systemd's units, over D-Bus.

mod manager;
mod units;

use std::path::PathBuf;

use regex::Regex;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError, pattern};
use crate::filter::Filter;
use crate::sample::Families;
use crate::source::bus::{Bus, Peer, Property, properties};
use manager::{LISTS_TIMERS_SINCE, Manager};

const INCLUDE: &str = "collector.systemd.unit-include";
const OLD_INCLUDE: &str = "collector.systemd.unit-whitelist";
const EXCLUDE: &str = "collector.systemd.unit-exclude";
const OLD_EXCLUDE: &str = "collector.systemd.unit-blacklist";
const PRIVATE: &str = "collector.systemd.private";
const TASKS: &str = "collector.systemd.enable-task-metrics";
const RESTARTS: &str = "collector.systemd.enable-restarts-metrics";
const START_TIMES: &str = "collector.systemd.enable-start-time-metrics";

#[rustfmt::skip]
const FLAGS: &[Flag] = &[
    Flag::text(INCLUDE, "REGEX", ".+", "Units to show, by their whole name; those to leave out are left out nevertheless."),
    Flag::text(OLD_INCLUDE, "REGEX", "", "Old name of --collector.systemd.unit-include.").hidden(),
    Flag::text(EXCLUDE, "REGEX", ".+\\.(automount|device|mount|scope|slice)", "Units to leave out, by their whole name."),
    Flag::text(OLD_EXCLUDE, "REGEX", "", "Old name of --collector.systemd.unit-exclude.").hidden(),
    Flag::switch(PRIVATE, false, "Ask systemd through its own socket, without D-Bus; needs root.").hidden(),
    Flag::switch(TASKS, false, "Show the tasks of services."),
    Flag::switch(RESTARTS, false, "Show how often services were restarted."),
    Flag::switch(START_TIMES, false, "Show when units were started."),
];

pub(super) const REGISTRATION: Registration =
    Registration { name: "systemd", enabled_by_default: false, pace: Pace::Slow, flags: FLAGS, new };

fn new(settings: &Settings) -> Result<Box<dyn Collector>, UsageError> {
    let peer = if settings.switch(PRIVATE) { Peer::Systemd(private_socket(settings)) } else { Peer::System };
    let include = whole(INCLUDE, settings.renamed(INCLUDE, OLD_INCLUDE)?)?;
    let exclude = whole(EXCLUDE, settings.renamed(EXCLUDE, OLD_EXCLUDE)?)?;
    let details = Details {
        tasks: settings.switch(TASKS),
        restarts: settings.switch(RESTARTS),
        start_times: settings.switch(START_TIMES),
    };
    Ok(Box::new(Systemd {
        bus: Bus::new(peer, manager::SERVICE),
        wanted: Filter::new(Some(include), Some(exclude)),
        details,
    }))
}

/// systemd's own socket: the monitored machine's, or where a container shows it by itself, its usual place.
fn private_socket(settings: &Settings) -> PathBuf {
    const SOCKET: &str = "/run/systemd/private";
    Some(settings.roots.root(SOCKET)).filter(|socket| socket.exists()).unwrap_or_else(|| SOCKET.into())
}

/// A pattern of whole names.
fn whole(flag: &str, text: &str) -> Result<Regex, UsageError> {
    pattern(flag, &format!("^(?:{text})$"))
}

struct Systemd {
    bus: Bus,
    wanted: Filter,
    details: Details,
}

/// What is shown only when it is asked for: each costs a call per unit.
#[derive(Clone, Copy)]
struct Details {
    tasks: bool,
    restarts: bool,
    start_times: bool,
}

impl Collector for Systemd {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let manager = self.bus.ask(scrape.deadline, manager::read)?;
        manager.write(out);
        let mut units = manager.units;
        units.retain(|unit| unit.load_state == "loaded" && self.wanted.accepts(&unit.name));
        let wanted = units::properties_of(&units, self.details, manager.version >= LISTS_TIMERS_SINCE);
        let questions: Vec<Property> = wanted.iter().map(|it| it.property.clone()).collect();
        let values = self.bus.ask(scrape.deadline, |connection| {
            let questions = questions.clone();
            async move { properties(&connection, questions).await }
        })?;
        units::write(&units, &wanted, values, self.details, out);
        Ok(())
    }
}

impl Manager {
    fn write(&self, out: &mut Families) {
        let version = out.gauge("node_systemd_version", "systemd's version; in full as a label.");
        out.add(version, &[("version", &self.version_text)], self.version);
        let info = out.gauge("node_systemd_virtualization_info", "What systemd runs in, as a label; always 1.");
        out.add(info, &[("virtualization_type", &self.virtualization)], 1u64);
        if let Some(running) = self.running {
            out.gauge_value("node_systemd_system_running", "1 when the system is up and no unit has failed.", running);
        }
        let units = out.gauge("node_systemd_units", "Units by state, those left out included.");
        for (state, count) in self.by_state() {
            out.add(units, &[("state", state)], count);
        }
    }
}
