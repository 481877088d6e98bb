//! Times and durations as Prometheus reads them from parameters, in whole milliseconds.
//!
//! Prometheus computes with floats here, so this does too, operation by operation: what it would round up is rounded up.
//! What is not understood is not refused but passed on, and Prometheus says in its own words what is wrong with it.

/// A time: seconds since 1970 with a fraction, or RFC 3339.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    if let Some(seconds) = parse_float(text) {
        return seconds_to_ms(seconds);
    }
    parse_rfc3339(text)
}

fn seconds_to_ms(seconds: f64) -> Option<i64> {
    if !seconds.is_finite() || seconds.abs() > 9.0e12 {
        return None;
    }
    let whole = seconds.trunc();
    let fraction = ((seconds - whole) * 1000.0).round() / 1000.0;
    let nanoseconds = (fraction * 1e9) as i64;
    Some(whole as i64 * 1000 + nanoseconds.div_euclid(1_000_000))
}

/// A duration: seconds with a fraction, or `1h30m`. In nanoseconds, because a step of 1.5 ms has to be noticed.
pub(crate) fn parse_duration_ns(text: &str) -> Option<i64> {
    if let Some(seconds) = parse_float(text) {
        let nanoseconds = seconds * 1e9;
        return (nanoseconds.is_finite() && nanoseconds.abs() < 9.2e18).then_some(nanoseconds as i64);
    }
    parse_units(text).and_then(|milliseconds| milliseconds.checked_mul(1_000_000))
}

/// What Go's `ParseFloat` takes and is a number: no `_`, no hexadecimal, no infinity.
fn parse_float(text: &str) -> Option<f64> {
    let plain =
        !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E'));
    if plain { text.parse().ok() } else { None }
}

/// `1y2w3d4h5m6s7ms`, in this order, in milliseconds.
fn parse_units(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 7] = [
        ("y", 365 * 86_400_000),
        ("w", 7 * 86_400_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut total, mut next) = (text, 0_i64, 0);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let at = next + UNITS[next..].iter().position(|(unit, _)| *unit == &rest[..letters])?;
        total = total.checked_add(count.checked_mul(UNITS[at].1)?)?;
        rest = &rest[letters..];
        next = at + 1;
    }
    Some(total)
}

/// `2026-11-20T21:36:40.123Z` or with an offset `+05:30`.
fn parse_rfc3339(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
    };
    let shape = bytes.len() >= 20
        && [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')].iter().all(|&(at, byte)| bytes[at] == byte);
    if !shape {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month)
        || !(1..=days_in(year, month)).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let rest = &text[19..];
    let (fraction_ms, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            let padded = format!("{:0<3}", &rest[..digits]);
            (padded[..3].parse::<i64>().ok()?, &rest[digits..])
        }
        None => (0, rest),
    };
    let offset_minutes = match zone.as_bytes() {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let base = text.len() - 5;
            let (hours, minutes) = (number(base, base + 2)?, number(base + 3, base + 5)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let seconds =
        days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset_minutes * 60;
    Some(seconds * 1000 + fraction_ms)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from civil, after Howard Hinnant: years begin in March, so that the leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Milliseconds as the decimal seconds that Prometheus reads back as the very same milliseconds.
pub(crate) fn seconds(time_ms: i64) -> String {
    let (sign, magnitude) = if time_ms < 0 { ("-", time_ms.unsigned_abs()) } else { ("", time_ms.unsigned_abs()) };
    match magnitude % 1000 {
        0 => format!("{sign}{}", magnitude / 1000),
        fraction => format!("{sign}{}.{fraction:03}", magnitude / 1000),
    }
}

/// An HTTP date (`Date`, RFC 9110's preferred form), in milliseconds.
pub(crate) fn parse_http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, day, month, year, clock, "GMT"] = words[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    parse_rfc3339(&format!("{year:0>4}-{month:02}-{day:0>2}T{clock}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_form_prometheus_takes() {
        for (text, expected) in [
            ("1763667597", 1_763_667_597_000),
            ("1763667597.007", 1_763_667_597_007),
            ("1763667597.0076", 1_763_667_597_008),
            ("4", 4_000),
            ("-1.5", -1_500),
            ("1.5e3", 1_500_000),
            ("2015-07-01T20:10:51.781Z", 1_435_781_451_781),
            ("2015-07-01T20:10:51.7819Z", 1_435_781_451_781),
            ("2015-07-01T20:10:51+02:00", 1_435_774_251_000),
            ("1969-12-31T23:59:59Z", -1_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ] {
            assert_eq!(parse_time(text), Some(expected), "{text}");
        }
        for text in ["", "now", "1_000", "NaN", "Inf", "0x10", "2015-02-29T00:00:00Z", "2015-07-01 20:10:51Z", "1e300"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn every_millisecond_survives_the_way_there_and_back() {
        for time_ms in (0..2_000).map(|i| 1_763_667_597_000 + i * 7) {
            assert_eq!(parse_time(&seconds(time_ms)), Some(time_ms));
        }
        assert_eq!(seconds(-1_005), "-1.005");
        assert_eq!(parse_time("-1.005"), Some(-1_005));
    }

    #[test]
    fn durations_in_every_form_prometheus_takes() {
        for (text, expected_ms) in [
            ("15", 15_000),
            ("0.5", 500),
            ("1.5", 1_500),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("1d", 86_400_000),
            ("1y1ms", 31_536_000_001),
            ("0", 0),
            ("500ms", 500),
        ] {
            assert_eq!(parse_duration_ns(text), Some(expected_ms * 1_000_000), "{text}");
        }
        assert_eq!(parse_duration_ns("0.0015"), Some(1_500_000));
        for text in ["", "m", "5", "30m1h", "5 m", "5M", "1h1h"].iter().filter(|text| **text != "5") {
            assert_eq!(parse_duration_ns(text), None, "{text}");
        }
    }

    #[test]
    fn the_date_header_is_understood() {
        assert_eq!(parse_http_date("Fri, 20 Nov 2026 23:08:24 GMT"), parse_time("2026-11-20T23:08:24Z"));
        assert_eq!(parse_http_date("yesterday"), None);
    }
}
