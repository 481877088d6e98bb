//! The values of the flags, for those who make something of them.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::ArgMatches;
use clap::parser::ValueSource;
use regex::Regex;

use crate::filter::Filter;
use crate::source::Roots;

/// What was given on the command line, and the defaults for the rest.
///
/// Asking for a flag that nobody declared is a mistake in the program and panics; the tests make every collector.
pub(crate) struct Settings {
    pub(crate) roots: Arc<Roots>,
    matches: ArgMatches,
}

/// An argument that the exporter cannot work with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("{0}")]
    Arguments(String),
    #[error("--{flag}: `{value}` is not {allowed}")]
    Value { flag: String, value: String, allowed: String },
    #[error("--{one} and --{other} exclude each other")]
    Both { one: String, other: String },
}

impl UsageError {
    pub(crate) fn value(flag: &str, value: impl Into<String>, allowed: impl Into<String>) -> Self {
        UsageError::Value { flag: flag.to_owned(), value: value.into(), allowed: allowed.into() }
    }
}

impl Settings {
    pub(super) fn new(matches: &ArgMatches) -> Self {
        let path = |name| matches.get_one::<String>(name).expect("has a default").into();
        let roots = Roots {
            procfs: path("path.procfs"),
            sysfs: path("path.sysfs"),
            rootfs: path("path.rootfs"),
            udev_data: path("path.udev.data"),
        };
        Settings { roots: Arc::new(roots), matches: matches.clone() }
    }

    /// A switch's position; its default when it was not given.
    pub(crate) fn switch(&self, name: &str) -> bool {
        // Only the spelling that is not hidden changes the default, but both may be given.
        self.given_switch(name).unwrap_or_else(|| super::default_of_switch(name))
    }

    /// Whether a collector was switched on or off; `None` when neither.
    pub(crate) fn collector(&self, name: &str) -> Option<bool> {
        self.given_switch(&format!("collector.{name}"))
    }

    /// Whether a collector, which need not be made for it, is on.
    pub(crate) fn is_enabled(&self, name: &str) -> bool {
        let by_default = || super::is_on_by_default(name) && !self.switch("collector.disable-defaults");
        self.collector(name).unwrap_or_else(by_default)
    }

    fn given_switch(&self, name: &str) -> Option<bool> {
        if self.matches.get_flag(name) {
            return Some(true);
        }
        self.matches.get_flag(&format!("no-{name}")).then_some(false)
    }

    /// The value of a flag that has one; empty when it was not given and has no default.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.matches.get_one::<String>(name).expect("a flag with a value has a default")
    }

    /// The value, unless it is empty.
    pub(crate) fn given_text(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// The value of a flag, or that of its deprecated name when only that was given.
    pub(crate) fn renamed(&self, name: &str, old: &str) -> Result<&str, UsageError> {
        let given = |name| self.matches.value_source(name) == Some(ValueSource::CommandLine);
        if !given(old) {
            return Ok(self.text(name));
        }
        if given(name) {
            return Err(UsageError::Both { one: name.to_owned(), other: old.to_owned() });
        }
        tracing::warn!("--{old} is deprecated, use --{name}");
        Ok(self.text(old))
    }

    /// All values of a repeatable flag.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.matches.get_many::<String>(name).map(|values| values.map(String::as_str).collect()).unwrap_or_default()
    }

    pub(crate) fn number<T: FromStr>(&self, name: &str) -> Result<T, UsageError> {
        let text = self.text(name);
        text.parse().map_err(|_| UsageError::value(name, text, "a whole number that is not negative"))
    }

    /// A duration as Go writes them, of one unit: `5s`, `250ms`, `1.5m`.
    pub(crate) fn duration(&self, name: &str) -> Result<Duration, UsageError> {
        let text = self.text(name);
        let units = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
        let unit = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
        let seconds = unit.and_then(|(number, seconds)| Some(number.parse::<f64>().ok()? * seconds));
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| UsageError::value(name, text, "a duration like `5s`, `250ms` or `1.5m`"))
    }

    pub(crate) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<&str, UsageError> {
        let text = self.text(name);
        if allowed.contains(&text) {
            return Ok(text);
        }
        Err(UsageError::value(name, text, format!("one of {}", allowed.join(", "))))
    }

    /// The pattern of a flag; `None` when it is empty.
    pub(crate) fn pattern(&self, name: &str) -> Result<Option<Regex>, UsageError> {
        self.given_text(name).map(|text| pattern(name, text)).transpose()
    }

    /// A pair of flags of which one includes devices and the other excludes them. Giving both is an error, and giving
    /// the one that includes switches the other's default off.
    pub(crate) fn filter(&self, include: &str, exclude: &str) -> Result<Filter, UsageError> {
        self.filter_of((include, self.text(include)), (exclude, self.text(exclude)))
    }

    /// As [`Settings::filter`], for flags with deprecated names: each is its name and its value, under whichever name that
    /// was given.
    pub(crate) fn filter_of(&self, include: (&str, &str), exclude: (&str, &str)) -> Result<Filter, UsageError> {
        let given = |(name, value): (&str, &str)| {
            let is_default =
                self.matches.value_source(name) == Some(ValueSource::DefaultValue) && value == self.text(name);
            !value.is_empty() && !is_default
        };
        if given(include) && given(exclude) {
            return Err(UsageError::Both { one: exclude.0.to_owned(), other: include.0.to_owned() });
        }
        let compile = |flag: (&str, &str)| {
            if flag.1.is_empty() { Ok(None) } else { pattern(flag.0, flag.1).map(Some) }
        };
        if given(include) {
            return Ok(Filter::new(compile(include)?, None));
        }
        Ok(Filter::new(None, compile(exclude)?))
    }
}

/// Compiles a pattern; the syntax is RE2's as far as both know it.
pub(crate) fn pattern(flag: &str, text: &str) -> Result<Regex, UsageError> {
    Regex::new(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        UsageError::value(flag, text, format!("a regular expression: {reason}"))
    })
}
