//! `?start=&end=&step=`. A [`Range`] can only be had from here, so nobody checks again.

use crate::config::parse_duration;
use crate::error::ApiError;
use crate::params::{Params, not_allowed, refused};
use crate::time::parse_rfc3339;

/// Prometheus' own limit.
const MAX_STEPS: i64 = 11_000;
/// The year 9999: no clock is later, and milliseconds fit with room to calculate.
const LAST: f64 = 253_402_300_799.0;

/// Instants from `start` to `end`, `step` apart; all in milliseconds, as Prometheus counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    start: i64,
    end: i64,
    step: i64,
}

impl Range {
    pub fn parse(params: &mut Params<'_>) -> Result<Self, ApiError> {
        let start = instant("start", &required(params, "start")?)?;
        let end = instant("end", &required(params, "end")?)?;
        let step = step(&required(params, "step")?)?;
        if end <= start {
            let message =
                format!("`end` is {}; allowed: later than `start`, which is {}", seconds(end), seconds(start));
            return Err(refused("end", message));
        }
        let steps = (end - start) / step;
        if steps > MAX_STEPS {
            let longest = seconds(step * MAX_STEPS);
            let message = format!(
                "`step` of {} s makes {steps} steps from `start` to `end`; allowed: at most {MAX_STEPS}, which is {longest} s",
                seconds(step)
            );
            return Err(refused("step", message));
        }
        Ok(Self { start, end, step })
    }

    /// Start, end and step.
    pub(super) fn milliseconds(&self) -> (i64, i64, i64) {
        (self.start, self.end, self.step)
    }

    /// In unix seconds.
    pub fn start(&self) -> f64 {
        seconds(self.start)
    }

    /// In unix seconds.
    pub fn end(&self) -> f64 {
        seconds(self.end)
    }

    /// In seconds.
    pub fn step(&self) -> f64 {
        seconds(self.step)
    }

    /// How many instants there are.
    pub(super) fn points(&self) -> usize {
        ((self.end - self.start) / self.step) as usize + 1
    }

    /// Which of the instants this is.
    pub(super) fn index(&self, time: f64) -> Option<usize> {
        let since = (time * 1_000.0).round() as i64 - self.start;
        let index = usize::try_from(since.checked_div(self.step)?).ok()?;
        (since % self.step == 0 && index < self.points()).then_some(index)
    }
}

fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}

fn required(params: &mut Params<'_>, name: &'static str) -> Result<String, ApiError> {
    params.take(name)?.ok_or_else(|| refused(name, format!("`{name}` is missing")))
}

fn instant(name: &'static str, text: &str) -> Result<i64, ApiError> {
    let seconds = text.parse().ok().or_else(|| parse_rfc3339(text));
    let seconds = seconds.filter(|seconds| (0.0..=LAST).contains(seconds));
    let seconds = seconds.ok_or_else(|| not_allowed(name, text, "unix seconds or RFC 3339, from 1970 to 9999"))?;
    Ok((seconds * 1_000.0).round() as i64)
}

fn step(text: &str) -> Result<i64, ApiError> {
    let seconds = text.parse().ok().or_else(|| parse_duration(text).map(|duration| duration.as_secs_f64()));
    let seconds = seconds.filter(|seconds| (0.001..=LAST).contains(seconds));
    let allowed = "seconds, or a duration such as `15s`, more than 0";
    Ok((seconds.ok_or_else(|| not_allowed("step", text, allowed))? * 1_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Range, String> {
        let mut params = Params::parse(Some(query)).unwrap();
        Range::parse(&mut params).map_err(|error| error.to_string())
    }

    #[test]
    fn times_and_steps_are_read_in_each_way_they_are_written() {
        let expected = Range { start: 1_795_216_105_500, end: 1_795_216_405_500, step: 15_000 };
        assert_eq!(parse("start=1795216105.5&end=1795216405.5&step=15"), Ok(expected));
        assert_eq!(parse("start=2026-11-20T23:08:25.5Z&end=2026-11-21T00:13:25.5%2B01:00&step=15s"), Ok(expected));
    }

    #[test]
    fn what_is_refused_says_the_limit() {
        insta::assert_snapshot!(parse("start=1&end=1&step=1").unwrap_err(), @"`end` is 1; allowed: later than `start`, which is 1");
        insta::assert_snapshot!(parse("start=1&end=2&step=0").unwrap_err(), @"`step` is `0`; allowed: seconds, or a duration such as `15s`, more than 0");
        insta::assert_snapshot!(parse("start=1&end=2&step=-1").unwrap_err(), @"`step` is `-1`; allowed: seconds, or a duration such as `15s`, more than 0");
        insta::assert_snapshot!(parse("start=0&end=11001&step=1").unwrap_err(), @"`step` of 1 s makes 11001 steps from `start` to `end`; allowed: at most 11000, which is 11000 s");
        insta::assert_snapshot!(parse("start=NaN&end=2&step=1").unwrap_err(), @"`start` is `NaN`; allowed: unix seconds or RFC 3339, from 1970 to 9999");
        insta::assert_snapshot!(parse("start=1&end=1e300&step=1").unwrap_err(), @"`end` is `1e300`; allowed: unix seconds or RFC 3339, from 1970 to 9999");
        insta::assert_snapshot!(parse("start=1&step=1").unwrap_err(), @"`end` is missing");
        assert_eq!(parse("start=0&end=11000&step=1").unwrap().points(), 11_001);
    }
}
