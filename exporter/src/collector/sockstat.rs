//! Sockets by protocol, from `/proc/net/sockstat` and `/proc/net/sockstat6`.

use crate::collector::{CollectError, Collector, IpVersion, Pace, Registration, Scrape};
use crate::sample::Families;
use crate::source::text;

pub(super) const REGISTRATION: Registration = Registration {
    name: "sockstat",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[],
    new: |_| Ok(Box::new(Sockstat { name: String::new() })),
};

struct Sockstat {
    /// The name of the family being written, kept for its memory.
    name: String,
}

impl Collector for Sockstat {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        for version in IpVersion::BOTH {
            // Absent where the kernel knows no IPv6, or no IPv4.
            let Some(content) = scrape.sockstat(version)? else { continue };
            write(content, &mut self.name, out)
                .map_err(|problem| CollectError::parse(version.sockstat_file(), problem))?;
        }
        Ok(())
    }
}

fn write(content: &[u8], name: &mut String, out: &mut Families) -> Result<(), String> {
    if content.is_empty() {
        return Err("is empty".to_owned());
    }
    for line in text::lines(content) {
        let (protocol, pairs) = parse(line).ok_or_else(|| format!("cannot parse `{}`", text::shown(line)))?;
        let value = |key: &[u8]| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        if protocol == "sockets" {
            let used = value(b"used").unwrap_or(0);
            out.gauge_value("node_sockstat_sockets_used", "Sockets in use, of all protocols.", used);
            continue;
        }
        let mut gauge = |key: &str, help: &str, value: Option<i64>| {
            let Some(value) = value else { return };
            name.clear();
            name.extend(["node_sockstat_", protocol, "_", key]);
            out.gauge_value(name, help, value);
        };
        gauge("inuse", "Sockets of the protocol in use.", Some(value(b"inuse").unwrap_or(0)));
        gauge("orphan", "Sockets that no process holds any more.", value(b"orphan"));
        gauge("tw", "Sockets that wait for the other side's late packets.", value(b"tw"));
        gauge("alloc", "Sockets allocated, in whatever state.", value(b"alloc"));
        gauge("memory", "Memory of the protocol's queues, in bytes.", value(b"memory"));
        gauge("mem", "Memory of the protocol's sockets, in pages.", value(b"mem"));
        let bytes = value(b"mem").map(|pages| pages.saturating_mul(page_size()));
        gauge("mem_bytes", "Memory of the protocol's sockets, in bytes.", bytes);
    }
    Ok(())
}

fn page_size() -> i64 {
    i64::try_from(rustix::param::page_size()).unwrap_or(i64::MAX)
}

type Pairs<'a> = Vec<(&'a [u8], i64)>;

/// Parses `TCP: inuse 4 orphan 0 tw 4 alloc 17 mem 1`: a protocol and at least one pair of key and number.
fn parse(line: &[u8]) -> Option<(&str, Pairs<'_>)> {
    let mut fields = text::fields(line);
    let protocol = fields.next()?;
    let protocol = protocol.strip_suffix(b":").unwrap_or(protocol);
    let protocol = std::str::from_utf8(protocol).ok().filter(|name| text::is_name(name.as_bytes()))?;
    let mut pairs = Vec::with_capacity(5);
    while let Some(key) = fields.next() {
        pairs.push((key, fields.next().and_then(text::number)?));
    }
    (!pairs.is_empty()).then_some((protocol, pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_protocol_and_pairs() {
        assert_eq!(parse(b"UDP: inuse 3 mem -1"), Some(("UDP", vec![(&b"inuse"[..], 3), (b"mem", -1)])));
        for line in
            [&b""[..], b"TCP:", b"TCP: inuse", b"TCP: inuse x", b"T\"P: inuse 1", b"TCP: inuse 9223372036854775808"]
        {
            assert_eq!(parse(line), None, "{}", text::shown(line));
        }
    }

    #[test]
    fn a_broken_line_is_shown() {
        let error = write(b"sockets: used 3\nTCP: inuse\n", &mut String::new(), &mut Families::default()).unwrap_err();
        assert_eq!(error, "cannot parse `TCP: inuse`");
    }
}
