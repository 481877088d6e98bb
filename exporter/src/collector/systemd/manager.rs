//! What systemd says of itself and of all units.

use std::collections::BTreeMap;

use zbus::{Connection, OwnedObjectPath, OwnedVariant};

use crate::source::bus::{Property, properties};

pub(super) const SERVICE: &str = "org.freedesktop.systemd1";
const PATH: &str = "/org/freedesktop/systemd1";
const INTERFACE: &str = "org.freedesktop.systemd1.Manager";

/// The version that brought the system's state and when timers went off.
pub(super) const LISTS_TIMERS_SINCE: f64 = 212.0;

/// The states of units that are always shown.
pub(super) const STATES: [&str; 5] = ["active", "activating", "deactivating", "failed", "inactive"];

pub(super) struct Manager {
    /// 252.22 of `252.22-1~deb12u1`, which is 0 and nothing when systemd does not tell.
    pub(super) version: f64,
    pub(super) version_text: String,
    pub(super) virtualization: String,
    /// `None` when systemd is too old to tell.
    pub(super) running: Option<bool>,
    pub(super) units: Vec<Unit>,
}

#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) load_state: String,
    pub(super) active_state: String,
    pub(super) path: String,
}

/// A unit as `ListUnits` gives it: name, description, load, active and sub state, the unit it follows, its path, and
/// a job's number, type and path.
type Listed = (String, String, String, String, String, String, OwnedObjectPath, u32, String, OwnedObjectPath);

pub(super) async fn read(connection: Connection) -> zbus::Result<Manager> {
    let property = |name| Property { service: SERVICE, path: PATH.to_owned(), interface: INTERFACE, name };
    let wanted = ["Version", "Virtualization", "SystemState"].map(property);
    let mut texts = properties(&connection, wanted).await?.into_iter().map(|value| String::try_from(value?).ok());
    let mut next = || texts.next().flatten();
    let (version_text, virtualization, state) = (next(), next(), next());
    let listed = connection.call_method(Some(SERVICE), PATH, Some(INTERFACE), "ListUnits", &()).await?;
    let units: Vec<Listed> = listed.body().deserialize()?;
    let version = version_text.as_deref().and_then(version);
    Ok(Manager {
        version: version.unwrap_or(0.0),
        version_text: version.and(version_text).unwrap_or_default(),
        virtualization: match virtualization.as_deref() {
            None => "unknown".to_owned(),
            Some("") => "none".to_owned(),
            Some(kind) => kind.to_owned(),
        },
        running: state.map(|state| state == "running"),
        units: units.into_iter().map(Unit::from).collect(),
    })
}

impl From<Listed> for Unit {
    fn from((name, _, load_state, active_state, _, _, path, ..): Listed) -> Self {
        Unit { name, load_state, active_state, path: path.to_string() }
    }
}

impl Manager {
    /// How many units are in each state; those that are rare are there only when a unit is in them.
    pub(super) fn by_state(&self) -> BTreeMap<&str, u64> {
        let mut counts: BTreeMap<&str, u64> = STATES.into_iter().map(|state| (state, 0)).collect();
        for unit in &self.units {
            *counts.entry(&unit.active_state).or_default() += 1;
        }
        counts
    }
}

/// The first number of three digits or more, with one fraction.
fn version(text: &str) -> Option<f64> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[at..];
        let whole = digits(rest);
        if whole >= 3 {
            let fraction = rest[whole..].strip_prefix('.').map_or(0, digits);
            let length = if fraction == 0 { whole } else { whole + 1 + fraction };
            return rest[..length].parse().ok();
        }
        rest = &rest[whole..];
    }
    None
}

/// A property that is a number, of whichever width.
pub(super) fn number(value: &OwnedVariant) -> Option<u64> {
    u64::try_from(value).ok().or_else(|| u32::try_from(value).ok().map(u64::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_number_with_words() {
        assert_eq!(version("252.22-1~deb12u1"), Some(252.22));
        assert_eq!(version("v239-82.el8"), Some(239.0));
        assert_eq!(version("systemd 257~rc1.2"), Some(257.0));
        assert_eq!((version("25.1"), version(""), version("é12")), (None, None, None));
    }

    #[test]
    fn rare_states_are_counted_when_they_occur() {
        let unit = |state: &str| Unit {
            name: String::new(),
            load_state: String::new(),
            active_state: state.to_owned(),
            path: String::new(),
        };
        let units = vec![unit("active"), unit("active"), unit("reloading")];
        let manager =
            Manager { version: 0.0, version_text: String::new(), virtualization: String::new(), running: None, units };
        let expected =
            [("activating", 0), ("active", 2), ("deactivating", 0), ("failed", 0), ("inactive", 0), ("reloading", 1)];
        assert!(manager.by_state().into_iter().eq(expected));
    }
}
