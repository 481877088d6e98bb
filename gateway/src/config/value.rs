//! Values of configuration keys, from text. What is refused is answered with what is allowed.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

/// What would have been allowed, for the message.
pub(super) type Allowed = String;

pub(super) fn address(text: &str) -> Result<SocketAddr, Allowed> {
    text.parse().map_err(|_| "an IP address and a port, such as `127.0.0.1:8000` or `[::]:8000`".to_owned())
}

/// An http(s) URL that other paths can be appended to.
pub(super) fn base_url(text: &str) -> Result<Url, Allowed> {
    let allowed = || "an http or https URL without query or fragment, such as `http://127.0.0.1:9090`".to_owned();
    let mut url = Url::parse(text).map_err(|_| allowed())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.has_host();
    if !matches!(url.scheme(), "http" | "https") || !plain {
        return Err(allowed());
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// A scheme, host and port as browsers send them in `Origin`.
pub(super) fn origin(text: &str) -> Result<String, Allowed> {
    let allowed = || "origins separated by commas, such as `https://sightline.example.com`".to_owned();
    let url = Url::parse(text).map_err(|_| allowed())?;
    let origin = url.origin();
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !origin.is_tuple() || !matches!(url.scheme(), "http" | "https") || !is_bare {
        return Err(allowed());
    }
    Ok(origin.ascii_serialization())
}

/// A header as `Name: value`.
pub(super) fn header(text: &str) -> Result<(HeaderName, HeaderValue), Allowed> {
    let allowed = || "headers separated by commas, such as `X-Scope-OrgID: tenant`".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(allowed)?;
    let name = name.trim().parse().map_err(|_| allowed())?;
    let mut value: HeaderValue = value.trim().parse().map_err(|_| allowed())?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// The parts of `a, b,c`; none of an empty text.
pub(super) fn list<T>(text: &str, parse: impl Fn(&str) -> Result<T, Allowed>) -> Result<Vec<T>, Allowed> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parse).collect()
}

pub(super) fn count(text: &str, allowed: RangeInclusive<usize>) -> Result<usize, Allowed> {
    let refused = || format!("a whole number from {} to {}", allowed.start(), allowed.end());
    text.parse().ok().filter(|number| allowed.contains(number)).ok_or_else(refused)
}

/// A number of bytes: `65536`, `64KiB`, `64MiB`, `2GiB`.
pub(super) fn bytes(text: &str, allowed: RangeInclusive<u64>) -> Result<u64, Allowed> {
    let refused = || {
        let (low, high) = (show_bytes(*allowed.start()), show_bytes(*allowed.end()));
        format!("a number of bytes from {low} to {high}, such as `64MiB`")
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(refused()),
    };
    let number: u64 = number.parse().map_err(|_| refused())?;
    number.checked_mul(factor).filter(|bytes| allowed.contains(bytes)).ok_or_else(refused)
}

fn show_bytes(bytes: u64) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 30) => format!("{}GiB", bytes >> 30),
        _ if bytes.is_multiple_of(1 << 20) => format!("{}MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{}KiB", bytes >> 10),
        _ => bytes.to_string(),
    }
}

/// A duration as Prometheus writes it: `500ms`, `5s`, `1m30s`, `1h`, `7d`.
pub(super) fn duration(text: &str, allowed: RangeInclusive<Duration>) -> Result<Duration, Allowed> {
    let refused = || {
        let (low, high) = (show_duration(*allowed.start()), show_duration(*allowed.end()));
        format!("a duration from {low} to {high}, such as `30s`")
    };
    parse_duration(text).filter(|duration| allowed.contains(duration)).ok_or_else(refused)
}

/// Parses `1m30s`; also used for `step` in the API.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let milliseconds = match &rest[..unit] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(milliseconds)?))?;
        rest = &rest[unit..];
    }
    (!text.is_empty()).then_some(total)
}

pub(crate) fn show_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")] {
        if milliseconds >= size && milliseconds.is_multiple_of(size) {
            return format!("{}{unit}", milliseconds / size);
        }
    }
    format!("{milliseconds}ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_prometheus_durations() {
        assert_eq!(parse_duration("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        for wrong in ["", "5", "s", "5x", "1.5s", "-1s", "99999999999999999999s", "99999999999999999d"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_refused_value_says_what_is_allowed() {
        let second_to_minute = Duration::from_secs(1)..=Duration::from_secs(60);
        assert_eq!(duration("5x", second_to_minute), Err("a duration from 1s to 1m, such as `30s`".to_owned()));
        assert_eq!(bytes("1TB", 1..=1 << 20), Err("a number of bytes from 1 to 1MiB, such as `64MiB`".to_owned()));
        assert_eq!(count("0", 1..=5), Err("a whole number from 1 to 5".to_owned()));
    }

    #[test]
    fn a_base_url_ends_with_a_slash() {
        assert_eq!(base_url("https://host/prom").map(String::from), Ok("https://host/prom/".to_owned()));
        for wrong in ["host:9090", "ftp://host", "http://host/?a=b", "http://host/#x", ""] {
            assert!(base_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        assert_eq!(origin("https://Host:443/"), Ok("https://host".to_owned()));
        assert!(origin("https://host/path").is_err());
        assert!(origin("*").is_err());
    }
}
