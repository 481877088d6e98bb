//! A flag as node_exporter spells flags, and its translation for clap.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

/// A command line flag. Names are full (`collector.netdev.device-include`), without the dashes.
pub(crate) struct Flag {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    help: &'static str,
    hidden: bool,
}

pub(super) enum Kind {
    /// `--name` or `--no-name`.
    Switch { default: bool },
    /// `--name=value`, at most once.
    Text { value: &'static str, default: &'static str },
    /// `--name=value`, any number of times.
    List { value: &'static str },
}

impl Flag {
    pub(crate) const fn switch(name: &'static str, default: bool, help: &'static str) -> Self {
        Flag { name, kind: Kind::Switch { default }, help, hidden: false }
    }

    /// A flag with a value; the default may be empty, which reads as not given.
    pub(crate) const fn text(
        name: &'static str,
        value: &'static str,
        default: &'static str,
        help: &'static str,
    ) -> Self {
        Flag { name, kind: Kind::Text { value, default }, help, hidden: false }
    }

    pub(crate) const fn list(name: &'static str, value: &'static str, help: &'static str) -> Self {
        Flag { name, kind: Kind::List { value }, help, hidden: false }
    }

    /// Left out of `--help`: old names, and flags for tests.
    pub(crate) const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    pub(super) fn args(&self) -> Vec<Arg> {
        match self.kind {
            Kind::Switch { default } => switch(self.name.to_owned(), default, self.help, self.hidden),
            Kind::Text { value, default } => {
                let arg = Arg::new(self.name).long(self.name).value_name(value).help(self.help).hide(self.hidden);
                let arg = arg.action(ArgAction::Set).hide_default_value(default.is_empty());
                vec![arg.default_value(default)]
            }
            Kind::List { value } => {
                let arg = Arg::new(self.name).long(self.name).value_name(value).help(self.help).hide(self.hidden);
                vec![arg.action(ArgAction::Append)]
            }
        }
    }
}

/// `--collector.<name>` and `--no-collector.<name>`.
pub(super) fn collector_args(name: &str, by_default: bool) -> Vec<Arg> {
    switch(format!("collector.{name}"), by_default, "", false)
}

/// Both spellings of a switch. In the help the one that changes something stands for both.
fn switch(name: String, default: bool, help: &'static str, hidden: bool) -> Vec<Arg> {
    let no = format!("no-{name}");
    let off = Arg::new(no.clone()).long(no.clone()).action(ArgAction::SetTrue).hide(hidden || !default);
    let off = off.help(help);
    let on = Arg::new(name.clone()).long(name).action(ArgAction::SetTrue).hide(hidden || default);
    vec![on.help(help).conflicts_with(no), off]
}

pub(super) fn command() -> Command {
    Command::new("sightline-exporter")
        .about("Node and GPU metrics of this machine for Prometheus.")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args_override_self(false)
        .next_help_heading("General")
        .arg(Arg::new("help").long("help").short('h').action(ArgAction::SetTrue).help("Print this help."))
        .arg(Arg::new("version").long("version").action(ArgAction::SetTrue).help("Print the version."))
}

/// clap's message without its usage lines, and in our words where the rule is node_exporter's.
pub(super) fn explain(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.trim_end_matches([' ', '>', '<']).to_owned()),
        _ => None,
    };
    if error.kind() == ErrorKind::ArgumentConflict {
        let flag = context(ContextKind::InvalidArg).unwrap_or_default();
        let flag = flag.split(' ').next().unwrap_or_default();
        return format!("{flag}: the flag cannot be repeated");
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let told = text.split("\n\nUsage:").next().unwrap_or(text).split("\n\nFor more").next().unwrap_or(text);
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}
