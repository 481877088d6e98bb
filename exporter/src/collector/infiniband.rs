//! InfiniBand and RoCE adapters, from `/sys/class/infiniband`.

mod counters;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::filter::Filter;
use crate::sample::{Families, Family};
use crate::source::{Folder, ReadError, text};
use counters::FOLDERS;

const INCLUDE: &str = "collector.infiniband.device-include";
const EXCLUDE: &str = "collector.infiniband.device-exclude";

pub(super) const REGISTRATION: Registration = Registration {
    name: "infiniband",
    enabled_by_default: true,
    pace: Pace::Slow,
    flags: &[
        Flag::text(INCLUDE, "REGEX", "", "InfiniBand devices to show."),
        Flag::text(EXCLUDE, "REGEX", "", "InfiniBand devices to leave out."),
    ],
    new: |settings| {
        // Unlike elsewhere, node_exporter lets both patterns be given, and applies both.
        let wanted = Filter::new(settings.pattern(INCLUDE)?, settings.pattern(EXCLUDE)?);
        Ok(Box::new(Infiniband { class: Folder::new(settings.roots.sys("class/infiniband")), wanted }))
    },
};

struct Infiniband {
    class: Folder,
    wanted: Filter,
}

struct Output {
    info: Family,
    state: Family,
    physical_state: Family,
    rate: Family,
    lifespan: Family,
    /// In the order of [`FOLDERS`].
    counters: Vec<Vec<Family>>,
}

impl Collector for Infiniband {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let mut devices = self.class.list().map_err(CollectError::absent_is_no_data)?;
        devices.retain(|name| self.wanted.accepts(name));
        if devices.is_empty() {
            return Ok(());
        }
        let families = declare(out);
        for device in devices {
            let folder = self.class.folder(&device);
            let text = |attribute| folder.offered_text(attribute).map(Option::unwrap_or_default);
            let (board, firmware, hca) = (text("board_id")?, text("fw_ver")?, text("hca_type")?);
            let labels = [
                ("board_id", board.as_str()),
                ("device", &device),
                ("firmware_version", &firmware),
                ("hca_type", &hca),
            ];
            out.add(families.info, &labels, 1u64);
            for number in folder.folder("ports").names()? {
                port(&folder.folder("ports").folder(&number), &device, &number, &families, out)?;
            }
        }
        Ok(())
    }
}

#[rustfmt::skip]
fn declare(out: &mut Families) -> Output {
    Output {
        info: out.gauge("node_infiniband_info", "What an adapter says of itself, as labels; always 1."),
        state: out.gauge("node_infiniband_state_id", "State of a port: 1 down, 2 initializing, 3 armed, 4 active, 5 active and deferred."),
        physical_state: out.gauge("node_infiniband_physical_state_id", "Physical state of a port: 1 sleep, 2 polling, 3 disabled, 4 training, 5 link up, 6 recovering, 7 test."),
        rate: out.gauge("node_infiniband_rate_bytes_per_second", "Highest rate of a port in bytes per second."),
        lifespan: out.gauge("node_infiniband_lifespan_seconds", "Seconds for which counters that were read stay the same."),
        counters: FOLDERS.iter().map(|(_, counters)| counters.iter().map(|it| out.counter(it.name, it.help)).collect()).collect(),
    }
}

fn port(
    folder: &Folder,
    device: &str,
    number: &str,
    families: &Output,
    out: &mut Families,
) -> Result<(), CollectError> {
    let labels = [("device", device), ("port", number)];
    let wrong = |attribute: &str, text: &str| {
        CollectError::parse(folder.path().join(attribute).display().to_string(), format!("`{text}` is not known"))
    };
    for (attribute, family) in [("state", families.state), ("phys_state", families.physical_state)] {
        let text = folder.text(attribute)?;
        out.add(family, &labels, state_id(&text).ok_or_else(|| wrong(attribute, &text))?);
    }
    let rate = folder.text("rate")?;
    out.add(families.rate, &labels, bytes_per_second(&rate).ok_or_else(|| wrong("rate", &rate))?);
    for ((name, counters), families) in FOLDERS.iter().zip(&families.counters) {
        let folder = folder.folder(name);
        let offered = folder.names()?;
        for (counter, &family) in counters.iter().zip(families) {
            if offered.binary_search_by(|name| name.as_str().cmp(counter.file)).is_ok()
                && let Some(count) = count(&folder, counter.file)?
            {
                out.add(family, &labels, count.wrapping_mul(counter.factor()));
            }
        }
    }
    if let Some(milliseconds) = count(&folder.folder("hw_counters"), "lifespan")? {
        out.add(families.lifespan, &labels, milliseconds / 1000);
    }
    Ok(())
}

/// A counter; `None` when the port's firmware does not keep it: `N/A (no PMA)`.
fn count(folder: &Folder, file: &str) -> Result<Option<u64>, ReadError> {
    match folder.offered_text(file)? {
        Some(count) if count.contains("N/A (no PMA)") => Ok(None),
        Some(count) => match text::prefixed(&count) {
            Some(count) => Ok(Some(count)),
            None => folder.number(file).map(Some),
        },
        None => Ok(None),
    }
}

/// 4 from `4: ACTIVE`.
fn state_id(text: &str) -> Option<u32> {
    let (id, name) = text.split_once(':')?;
    if name.contains(':') { None } else { id.trim().parse().ok() }
}

/// Bytes per second from `100 Gb/sec (4X EDR)`.
fn bytes_per_second(text: &str) -> Option<u64> {
    let gigabits: f32 = text.split_once(' ')?.0.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float out of range is clamped")]
    Some((f64::from(gigabits) * 125_000_000.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_rates_are_numbers_with_words() {
        assert_eq!(state_id("4: ACTIVE"), Some(4));
        assert_eq!((state_id(": x"), state_id("4"), state_id("1: a: b"), state_id("-1: x")), (None, None, None, None));
        assert_eq!(bytes_per_second("100 Gb/sec (4X EDR)"), Some(12_500_000_000));
        assert_eq!(bytes_per_second("2.5 Gb/sec (1X SDR)"), Some(312_500_000));
        assert_eq!(
            (bytes_per_second("100"), bytes_per_second(" Gb/sec"), bytes_per_second("-1 Gb")),
            (None, None, Some(0))
        );
    }

    #[test]
    fn a_counter_that_is_not_kept_is_none() {
        let room = tempfile::tempdir().unwrap();
        let folder = Folder::new(room.path().to_owned());
        let counted = |text: &str| {
            std::fs::write(room.path().join("symbol_error"), text).unwrap();
            count(&folder, "symbol_error").map_err(|error| error.to_string())
        };
        assert_eq!(counted("17\n"), Ok(Some(17)));
        assert_eq!(counted("N/A (no PMA)\n"), Ok(None));
        assert!(counted("1e3").unwrap_err().ends_with("`1e3` is not a number"));
    }
}
