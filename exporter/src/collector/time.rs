//! The clock, its time zone and its source.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Settings;
use crate::sample::Families;
use crate::source::{self, KeptFile, text};

pub(super) const REGISTRATION: Registration = Registration {
    name: "time",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |settings| Ok(Box::new(Time::new(settings))),
};

struct Time {
    sources: Vec<ClockSource>,
}

/// A device in `/sys/devices/system/clocksource`; there is one on every machine that is known.
struct ClockSource {
    device: String,
    available: KeptFile,
    current: KeptFile,
}

impl Time {
    fn new(settings: &Settings) -> Self {
        let folder = settings.roots.sys("devices/system/clocksource");
        let names = source::list(&folder).unwrap_or_default();
        let is_device = |name: &String| {
            name.strip_prefix("clocksource").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        };
        let sources = names.iter().filter(|name| is_device(name)).enumerate().map(|(position, name)| ClockSource {
            device: position.to_string(),
            available: KeptFile::new(folder.join(name).join("available_clocksource")),
            current: KeptFile::new(folder.join(name).join("current_clocksource")),
        });
        Time { sources: sources.collect() }
    }
}

impl Collector for Time {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(|_| CollectError::Failed("the clock stands before 1970".to_owned()))?;
        out.gauge_value("node_time_seconds", "The machine's time, in Unix time.", now.as_secs_f64());
        let zone = out.gauge("node_time_zone_offset_seconds", "How far local time is ahead of UTC.");
        let (offset, name) = local_time_zone(now.as_secs());
        out.add(zone, &[("time_zone", &name)], offset);

        let current = out.gauge("node_time_clocksource_current_info", "1, labelled by the clock source in use.");
        let available =
            out.gauge("node_time_clocksource_available_info", "1, labelled by a clock source that could be used.");
        for source in &mut self.sources {
            for name in text::fields(source.available.read_page(&mut scrape.scratch)?) {
                out.add(available, &[("clocksource", &text::shown(name)), ("device", &source.device)], 1u64);
            }
            let name = source.current.read_page(&mut scrape.scratch)?.trim_ascii();
            out.add(current, &[("clocksource", &text::shown(name)), ("device", &source.device)], 1u64);
        }
        Ok(())
    }
}

/// The offset from UTC and the abbreviation of the local time zone at a time.
#[expect(unsafe_code, reason = "only the C library knows the machine's time zone")]
fn local_time_zone(at: u64) -> (i64, String) {
    let at = libc::time_t::try_from(at).unwrap_or(libc::time_t::MAX);
    // SAFETY: all bits zero is a valid `tm`, whose pointer may be null; both pointers are valid for the call; and
    // `tm_zone` points to a string that the C library keeps for the life of the process.
    unsafe {
        let mut local: libc::tm = std::mem::zeroed();
        if libc::localtime_r(&raw const at, &raw mut local).is_null() || local.tm_zone.is_null() {
            return (0, "UTC".to_owned());
        }
        (local.tm_gmtoff, std::ffi::CStr::from_ptr(local.tm_zone).to_string_lossy().into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_time_zone_has_a_name_and_is_less_than_a_day_off() {
        let (offset, name) = local_time_zone(1_700_000_000);
        assert!(offset.abs() < 86_400, "{offset}");
        assert!(!name.is_empty());
    }
}
