//! The kernel's clock discipline, from adjtimex(2).

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::sample::Families;

pub(super) const REGISTRATION: Registration = Registration {
    name: "timex",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |_| Ok(Box::new(Timex)),
};

struct Timex;

impl Collector for Timex {
    fn collect(&mut self, _: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let (state, timex) = match adjtimex() {
            Ok(clock) => clock,
            // Reading asks for no privilege, but a container's filter of system calls may refuse it.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(CollectError::no_data("adjtimex is not permitted"));
            }
            Err(error) => return Err(CollectError::Failed(format!("adjtimex: {error}"))),
        };
        write(state, &timex, out);
        Ok(())
    }
}

#[expect(unsafe_code, reason = "no safe library has adjtimex")]
fn adjtimex() -> std::io::Result<(i32, libc::timex)> {
    // SAFETY: `timex` is plain numbers, for which all zeros is a value. No mode asks for a change.
    let mut timex: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: The kernel writes no more than the struct, which outlives the call.
    let state = unsafe { libc::adjtimex(&raw mut timex) };
    if state < 0 { Err(std::io::Error::last_os_error()) } else { Ok((state, timex)) }
}

const MICROSECONDS: f64 = 1e6;
const NANOSECONDS: f64 = 1e9;
/// Frequencies are in parts per million with 16 binary digits behind the point.
const PPM: f64 = 1e6 * 65536.0;

#[expect(clippy::cast_precision_loss, reason = "offsets and errors stay far below 2⁵³ of their units")]
fn write(state: i32, timex: &libc::timex, out: &mut Families) {
    let fine = if timex.status & libc::STA_NANO == 0 { MICROSECONDS } else { NANOSECONDS };
    let mut gauge = |name: &str, help: &str, value: f64| out.gauge_value(name, help, value);
    gauge(
        "node_timex_sync_status",
        "1 if the clock is synchronised with a reliable server, 0 if not.",
        f64::from(u8::from(state != libc::TIME_ERROR)),
    );
    gauge(
        "node_timex_offset_seconds",
        "Offset of the clock from its reference, in seconds.",
        timex.offset as f64 / fine,
    );
    gauge(
        "node_timex_frequency_adjustment_ratio",
        "How much faster the clock is made to run.",
        1.0 + timex.freq as f64 / PPM,
    );
    gauge(
        "node_timex_maxerror_seconds",
        "Most that the clock can be wrong, in seconds.",
        timex.maxerror as f64 / MICROSECONDS,
    );
    gauge(
        "node_timex_estimated_error_seconds",
        "How much the clock is thought to be wrong, in seconds.",
        timex.esterror as f64 / MICROSECONDS,
    );
    gauge("node_timex_status", "Status bits of the clock, STA_* in timex.h.", f64::from(timex.status));
    gauge("node_timex_loop_time_constant", "Time constant of the phase-locked loop.", timex.constant as f64);
    gauge(
        "node_timex_tick_seconds",
        "Time between two ticks of the clock, in seconds.",
        timex.tick as f64 / MICROSECONDS,
    );
    gauge("node_timex_pps_frequency_hertz", "Frequency of the pulse per second.", timex.ppsfreq as f64 / PPM);
    gauge("node_timex_pps_jitter_seconds", "Jitter of the pulse per second, in seconds.", timex.jitter as f64 / fine);
    gauge(
        "node_timex_pps_shift_seconds",
        "Duration of the calibration by pulse per second, as a power of two of seconds.",
        f64::from(timex.shift),
    );
    gauge(
        "node_timex_pps_stability_hertz",
        "Average of the latest changes of the pulse per second's frequency.",
        timex.stabil as f64 / PPM,
    );
    gauge("node_timex_tai_offset_seconds", "Offset of atomic time (TAI) from UTC, in seconds.", f64::from(timex.tai));
    let mut counter = |name: &str, help: &str, value: i64| out.counter_value(name, help, value);
    counter("node_timex_pps_jitter_total", "Times that the pulse per second's jitter was too large.", timex.jitcnt);
    counter("node_timex_pps_calibration_total", "Calibrations by pulse per second.", timex.calcnt);
    counter("node_timex_pps_error_total", "Calibrations by pulse per second that failed.", timex.errcnt);
    counter(
        "node_timex_pps_stability_exceeded_total",
        "Times that the pulse per second's frequency changed too much.",
        timex.stbcnt,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_says_whether_offset_and_jitter_are_nanoseconds() {
        let (_, mut timex) = adjtimex().unwrap();
        (timex.offset, timex.jitter, timex.freq, timex.tick) = (-1500, 2000, 65_536_000, 10_000);
        let text = |status, state| {
            let mut out = Families::default();
            write(state, &libc::timex { status, ..timex }, &mut out);
            String::from_utf8(out.text).unwrap()
        };
        let micro = text(0, libc::TIME_OK);
        assert!(micro.contains("node_timex_offset_seconds -0.0015\n"), "{micro}");
        assert!(micro.contains("node_timex_pps_jitter_seconds 0.002\n"), "{micro}");
        assert!(micro.contains("node_timex_frequency_adjustment_ratio 1.001\n"), "{micro}");
        assert!(micro.contains("node_timex_tick_seconds 0.01\n"), "{micro}");
        assert!(micro.contains("node_timex_sync_status 1\n"), "{micro}");
        let nano = text(libc::STA_NANO | libc::STA_UNSYNC, libc::TIME_ERROR);
        assert!(
            nano.contains("node_timex_offset_seconds -0.0000015\n") || nano.contains("offset_seconds -1.5e-6\n"),
            "{nano}"
        );
        assert!(nano.contains("node_timex_sync_status 0\n"), "{nano}");
    }
}
