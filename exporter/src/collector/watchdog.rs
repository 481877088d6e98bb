//! Watchdog timers, from `/sys/class/watchdog`.

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::Folder;

pub(super) const REGISTRATION: Registration = Registration {
    name: "watchdog",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[],
    new: |settings| Ok(Box::new(Watchdog { class: Folder::new(settings.roots.sys("class/watchdog")) })),
};

struct Watchdog {
    class: Folder,
}

/// Attributes that are numbers, the names of their families and what they say.
#[rustfmt::skip]
const NUMBERS: [(&str, &str, &str); 7] = [
    ("bootstatus", "node_watchdog_bootstatus", "Why the machine started, as the watchdog's WDIOF_* bits."),
    ("fw_version", "node_watchdog_fw_version", "Version of the watchdog's firmware."),
    ("nowayout", "node_watchdog_nowayout", "1 when the watchdog cannot be stopped once it runs."),
    ("timeleft", "node_watchdog_timeleft_seconds", "Seconds until the watchdog resets the machine."),
    ("timeout", "node_watchdog_timeout_seconds", "Seconds the watchdog waits for a sign of life."),
    ("pretimeout", "node_watchdog_pretimeout_seconds", "Seconds before the reset at which the watchdog warns."),
    ("access_cs0", "node_watchdog_access_cs0", "1 when the machine started from the watchdog's other boot source."),
];

/// Attributes that are labels of the info family; with `name` they would be sorted.
const LABELS: [&str; 5] = ["identity", "options", "pretimeout_governor", "state", "status"];

impl Collector for Watchdog {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let devices = self.class.list().map_err(CollectError::absent_is_no_data)?;
        let families = NUMBERS.map(|(_, name, help)| out.gauge(name, help));
        let info = out.gauge("node_watchdog_info", "What a watchdog says of itself, as labels; always 1.");
        for device in devices {
            let folder = self.class.folder(&device);
            for (family, (attribute, ..)) in families.into_iter().zip(NUMBERS) {
                if let Some(value) = folder.offered_number::<i64>(attribute)? {
                    out.add(family, &[("name", &device)], value);
                }
            }
            let texts = LABELS.map(|attribute| (attribute, folder.offered_text(attribute)));
            let mut labels = Vec::with_capacity(LABELS.len() + 1);
            for (attribute, text) in texts {
                labels.push((attribute, text?.unwrap_or_default()));
            }
            labels.insert(1, ("name", device));
            let labels: Vec<_> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
            out.add(info, &labels, 1u64);
        }
        Ok(())
    }
}
