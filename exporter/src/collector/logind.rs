//! Sessions of users, from logind over D-Bus.

use std::collections::HashMap;

use zbus::{Connection, OwnedObjectPath};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::bus::{Bus, Peer, Property, properties};

pub(super) const REGISTRATION: Registration = Registration {
    name: "logind",
    enabled_by_default: false,
    pace: Pace::Slow,
    flags: &[],
    new: |_| Ok(Box::new(Logind { bus: Bus::new(Peer::System, SERVICE) })),
};

struct Logind {
    bus: Bus,
}

const SERVICE: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";

/// Types and classes that are told apart; any other is "other".
const TYPES: [&str; 7] = ["mir", "other", "tty", "unspecified", "wayland", "web", "x11"];
const CLASSES: [&str; 5] = ["background", "greeter", "lock-screen", "other", "user"];

struct Sessions {
    seats: Vec<String>,
    sessions: Vec<Session>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Session {
    seat: String,
    remote: bool,
    kind: &'static str,
    class: &'static str,
}

impl Collector for Logind {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let sessions = self.bus.ask(scrape.deadline, read)?;
        sessions.write(out);
        Ok(())
    }
}

async fn read(connection: Connection) -> zbus::Result<Sessions> {
    let call = |method| connection.call_method(Some(SERVICE), PATH, Some(MANAGER), method, &());
    let seats: Vec<(String, OwnedObjectPath)> = call("ListSeats").await?.body().deserialize()?;
    let listed: Vec<(String, u32, String, String, OwnedObjectPath)> =
        call("ListSessions").await?.body().deserialize()?;
    let mut wanted = Vec::with_capacity(3 * listed.len());
    for (.., path) in &listed {
        let property = |name| Property { service: SERVICE, path: path.to_string(), interface: SESSION, name };
        wanted.extend(["Remote", "Type", "Class"].map(property));
    }
    let mut values = properties(&connection, wanted).await?.into_iter();
    let mut sessions = Vec::with_capacity(listed.len());
    for (_, _, _, seat, _) in listed {
        let mut next = || values.next().flatten();
        let (remote, kind, class) = (next(), next(), next());
        // A session that has ended meanwhile has no properties.
        let (Some(remote), Some(kind), Some(class)) = (remote, kind, class) else { continue };
        let (Ok(remote), Ok(kind), Ok(class)) =
            (bool::try_from(remote), String::try_from(kind), String::try_from(class))
        else {
            continue;
        };
        sessions.push(Session { seat, remote, kind: known(&kind, &TYPES), class: known(&class, &CLASSES) });
    }
    let mut seats: Vec<String> = seats.into_iter().map(|(name, _)| name).collect();
    // Sessions over the network have no seat.
    seats.push(String::new());
    Ok(Sessions { seats, sessions })
}

fn known(name: &str, names: &[&'static str]) -> &'static str {
    names.iter().find(|known| **known == name).copied().unwrap_or("other")
}

impl Sessions {
    /// Writes a series for each seat, type and class, so that one without sessions is 0 and not absent.
    fn write(self, out: &mut Families) {
        let family = out.gauge("node_logind_sessions", "Sessions by seat, type and class.");
        let mut counts: HashMap<Session, u64> = HashMap::new();
        for session in self.sessions {
            *counts.entry(session).or_default() += 1;
        }
        for seat in &self.seats {
            for (class, kind) in CLASSES.iter().flat_map(|class| TYPES.iter().map(move |kind| (class, kind))) {
                for remote in [false, true] {
                    let session = Session { seat: seat.clone(), remote, kind, class };
                    let count = counts.get(&session).copied().unwrap_or(0);
                    let remote = if remote { "true" } else { "false" };
                    let labels = [("class", *class), ("remote", remote), ("seat", seat), ("type", *kind)];
                    out.add(family, &labels, count);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seat_has_a_series_for_each_kind_of_session() {
        let session = || Session { seat: "seat0".to_owned(), remote: false, kind: "tty", class: "user" };
        let sessions = Sessions {
            seats: vec!["seat0".to_owned(), String::new()],
            sessions: vec![session(), session(), Session { seat: "gone".to_owned(), ..session() }],
        };
        let mut out = Families::default();
        sessions.write(&mut out);
        assert_eq!(out.lines.len(), 2 * 2 * TYPES.len() * CLASSES.len());
        let text = String::from_utf8(out.text).unwrap();
        assert!(text.contains("node_logind_sessions{class=\"user\",remote=\"false\",seat=\"seat0\",type=\"tty\"} 2\n"));
        assert!(text.contains("node_logind_sessions{class=\"user\",remote=\"true\",seat=\"\",type=\"tty\"} 0\n"));
    }

    #[test]
    fn what_is_not_known_is_other() {
        assert_eq!(
            (known("wayland", &TYPES), known("holographic", &TYPES), known("manager", &CLASSES)),
            ("wayland", "other", "other")
        );
    }
}
