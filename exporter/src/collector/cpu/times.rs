//! The lines `cpu<number>` of `/proc/stat`, and how their counters are kept from stepping back.

use crate::collector::CollectError;
use crate::source::text;

/// The modes in the kernel's order; two more fields follow, for guests.
pub(super) const MODES: [&str; 8] = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
const FIELDS: usize = MODES.len() + 2;
const IDLE: usize = 3;

/// `USER_HZ`, the unit of times in procfs.
const TICKS_PER_SECOND: f64 = 100.0;
/// An idle time that falls by this much was reset: the CPU was taken away and came back.
const RESET: u64 = 300;

/// A CPU and the ticks it has spent, as far as they have ever come.
#[derive(Debug)]
pub(super) struct Cpu {
    number: u32,
    pub(super) label: String,
    ticks: [u64; FIELDS],
    online: bool,
}

impl Cpu {
    fn new(number: u32) -> Self {
        Cpu { number, label: number.to_string(), ticks: [0; FIELDS], online: false }
    }

    pub(super) fn seconds(&self) -> impl Iterator<Item = f64> {
        self.ticks[..MODES.len()].iter().copied().map(seconds)
    }

    /// Time in guests: user and nice.
    pub(super) fn guest_seconds(&self) -> impl Iterator<Item = f64> {
        self.ticks[MODES.len()..].iter().copied().map(seconds)
    }

    /// Takes new counters, of which none may step back: the kernel's estimates of idle and iowait do at times, and a
    /// counter that does reads as one that began anew.
    fn advance(&mut self, new: [u64; FIELDS]) {
        if self.ticks[IDLE].saturating_sub(new[IDLE]) >= RESET {
            self.ticks = new;
            return;
        }
        for (known, new) in self.ticks.iter_mut().zip(new) {
            *known = new.max(*known);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "2⁵³ ticks are millions of years")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS_PER_SECOND
}

/// Brings `cpus`, sorted by number, up to date; answers whether others are online than before.
pub(super) fn update(cpus: &mut Vec<Cpu>, stat: &[u8]) -> Result<bool, CollectError> {
    let mut changed = false;
    let mut position = 0;
    for line in text::lines(stat) {
        let Some(rest) = line.strip_prefix(b"cpu") else { continue };
        // The line without a number is the sum of all.
        if !rest.first().is_some_and(u8::is_ascii_digit) {
            continue;
        }
        let (number, ticks) = parse(rest).ok_or_else(|| {
            CollectError::parse("stat", format!("`{}` is not a CPU and its times", text::shown(line)))
        })?;
        // The kernel lists CPUs by number: those that this skips have gone offline.
        while cpus.get(position).is_some_and(|cpu| cpu.number < number) {
            changed |= std::mem::take(&mut cpus[position].online);
            position += 1;
        }
        if cpus.get(position).is_none_or(|cpu| cpu.number != number) {
            position = cpus.partition_point(|cpu| cpu.number < number);
            if cpus.get(position).is_none_or(|cpu| cpu.number != number) {
                cpus.insert(position, Cpu::new(number));
            }
        }
        changed |= !std::mem::replace(&mut cpus[position].online, true);
        cpus[position].advance(ticks);
        position += 1;
    }
    for cpu in &mut cpus[position..] {
        changed |= std::mem::take(&mut cpu.online);
    }
    if position == 0 {
        return Err(CollectError::parse("stat", "there is no line of a CPU"));
    }
    Ok(changed)
}

/// Parses what follows `cpu`; fields that an old kernel does not have are 0.
fn parse(line: &[u8]) -> Option<(u32, [u64; FIELDS])> {
    let mut fields = text::fields(line);
    let number = text::number(fields.next()?)?;
    let mut ticks = [0; FIELDS];
    let mut given = 0;
    for (tick, field) in ticks.iter_mut().zip(fields) {
        *tick = text::number(field)?;
        given += 1;
    }
    (given > 0).then_some((number, ticks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cpus: &[Cpu]) -> Vec<(&str, Vec<u64>)> {
        cpus.iter().map(|cpu| (cpu.label.as_str(), cpu.ticks[..5].to_vec())).collect()
    }

    #[test]
    fn the_sum_is_no_cpu_and_missing_fields_are_zero() {
        let mut cpus = Vec::new();
        assert!(update(&mut cpus, b"cpu  9 9 9 9\ncpu0 1 2 3 4\ncpu10 5 6 7 8 9\nintr 1\n").unwrap());
        assert_eq!(shown(&cpus), [("0", vec![1, 2, 3, 4, 0]), ("10", vec![5, 6, 7, 8, 9])]);
    }

    #[test]
    fn a_cpu_that_goes_offline_keeps_its_number_and_times() {
        let mut cpus = Vec::new();
        update(&mut cpus, b"cpu0 1 1 1 1\ncpu1 2 2 2 2\ncpu2 3 3 3 3\n").unwrap();
        assert!(!update(&mut cpus, b"cpu0 2 2 2 2\ncpu1 2 2 2 2\ncpu2 3 3 3 3\n").unwrap(), "all as before");
        assert!(update(&mut cpus, b"cpu0 2 2 2 2\ncpu2 4 4 4 4\n").unwrap());
        let times = |ticks: u64| vec![ticks, ticks, ticks, ticks, 0];
        assert_eq!(shown(&cpus), [("0", times(2)), ("1", times(2)), ("2", times(4))]);
        assert!(update(&mut cpus, b"cpu0 2 2 2 2\ncpu1 3 3 3 3\n").unwrap());
        assert_eq!(shown(&cpus), [("0", times(2)), ("1", times(3)), ("2", times(4))]);
    }

    #[test]
    fn a_counter_that_falls_keeps_its_value() {
        let mut cpus = Vec::new();
        update(&mut cpus, b"cpu0 10 0 0 5000 70\n").unwrap();
        update(&mut cpus, b"cpu0 11 0 0 4701 69\n").unwrap();
        assert_eq!(shown(&cpus), [("0", vec![11, 0, 0, 5000, 70])]);
    }

    #[test]
    fn an_idle_time_that_falls_by_three_seconds_begins_the_cpu_anew() {
        let mut cpus = Vec::new();
        update(&mut cpus, b"cpu0 10 0 0 5000 70\n").unwrap();
        update(&mut cpus, b"cpu0 9 0 0 4700 1\n").unwrap();
        assert_eq!(shown(&cpus), [("0", vec![9, 0, 0, 4700, 1])]);
    }

    #[test]
    fn cpus_out_of_order_or_twice_are_still_one_each() {
        let mut cpus = Vec::new();
        update(&mut cpus, b"cpu3 1 0 0 0\ncpu1 2 0 0 0\ncpu3 5 0 0 0\n").unwrap();
        assert_eq!(shown(&cpus), [("1", vec![2, 0, 0, 0, 0]), ("3", vec![5, 0, 0, 0, 0])]);
    }

    #[test]
    fn broken_lines_are_shown() {
        let told = |stat: &[u8]| update(&mut Vec::new(), stat).unwrap_err().to_string();
        assert_eq!(told(b""), "stat: there is no line of a CPU");
        assert_eq!(told(b"cpu0\n"), "stat: `cpu0` is not a CPU and its times");
        assert_eq!(told(b"cpu0 1 x\n"), "stat: `cpu0 1 x` is not a CPU and its times");
        assert_eq!(told(b"cpu99999999999 1\n"), "stat: `cpu99999999999 1` is not a CPU and its times");
    }
}
