//! Counters of the network protocols, from `/proc/net/netstat`, `/proc/net/snmp` and `/proc/net/snmp6`.

mod names;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::Flag;
use crate::sample::{Families, Value};
use crate::source::{KeptFile, if_present, text};
use names::{Chosen, Names, Pick};

const FIELDS: &str = "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)\
    |TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)\
    |Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)\
    |Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$";

pub(super) const REGISTRATION: Registration = Registration {
    name: "netstat",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[Flag::text("collector.netstat.fields", "REGEX", FIELDS, "Fields to expose, as `Protocol_Field`.")],
    new: |settings| {
        let file = |path: &str| KeptFile::report(settings.roots.proc(path));
        let fields = settings.pattern("collector.netstat.fields")?;
        Ok(Box::new(Netstat {
            netstat: file(NETSTAT),
            snmp: file(SNMP),
            snmp6: file(SNMP6),
            names: Names::new(fields),
        }))
    },
};

const NETSTAT: &str = "net/netstat";
const SNMP: &str = "net/snmp";
const SNMP6: &str = "net/snmp6";

struct Netstat {
    netstat: KeptFile,
    snmp: KeptFile,
    snmp6: KeptFile,
    names: Names,
}

impl Collector for Netstat {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let names = &mut self.names;
        for (path, file) in [(NETSTAT, &mut self.netstat), (SNMP, &mut self.snmp)] {
            let content = file.read_record(&mut scrape.scratch)?;
            pairs_of_lines(content, names, out).map_err(|problem| CollectError::parse(path, problem))?;
        }
        // Absent where IPv6 is disabled.
        if let Some(content) = if_present(self.snmp6.read_record(&mut scrape.scratch))? {
            lines_of_pairs(content, names, out).map_err(|problem| CollectError::parse(SNMP6, problem))?;
        }
        Ok(())
    }
}

/// Each protocol has two lines, `Tcp: RtoAlgorithm RtoMin …` and `Tcp: 1 200 …`.
fn pairs_of_lines(content: &[u8], names: &mut Names, out: &mut Families) -> Result<(), String> {
    let mut lines = text::lines(content).peekable();
    if lines.peek().is_none() {
        return Err("is empty".to_owned());
    }
    while let Some(head) = lines.next() {
        let values = lines.next().unwrap_or_default();
        let Chosen { width, picks } = names.chosen(head)?;
        let mut place = 0;
        let mut picks = picks.iter().peekable();
        for value in text::fields(values).skip(1) {
            while let Some(pick) = picks.next_if(|pick| pick.place == place) {
                write(pick, value, out)?;
            }
            place += 1;
        }
        if place != *width {
            let protocol = text::shown(head.split(|&byte| byte == b':').next().unwrap_or(head)).into_owned();
            return Err(format!("{width} names but {place} values for `{protocol}`"));
        }
    }
    Ok(())
}

/// Each field has a line, `Ip6InReceives 7`.
fn lines_of_pairs(content: &[u8], names: &mut Names, out: &mut Families) -> Result<(), String> {
    for line in text::lines(content) {
        let mut fields = text::fields(line);
        let (Some(field), Some(value)) = (fields.next(), fields.next()) else { continue };
        if let Some(pick) = names.chosen_of_snmp6(field) {
            write(pick, value, out)?;
        }
    }
    Ok(())
}

fn write(pick: &Pick, value: &[u8], out: &mut Families) -> Result<(), String> {
    let value = Value::parse(value).ok_or_else(|| format!("`{}` is not a number", text::shown(value)))?;
    out.untyped_value(&pick.family, &pick.help, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn written(
        fields: &str,
        write: impl Fn(&mut Names, &mut Families) -> Result<(), String>,
    ) -> Result<String, String> {
        let mut names = Names::new(Some(Regex::new(fields).unwrap()));
        let mut out = Families::default();
        // Twice: what was chosen is kept.
        write(&mut names, &mut out)?;
        out.clear();
        write(&mut names, &mut out)?;
        Ok(out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect())
    }

    #[test]
    fn names_and_values_stand_in_two_lines() {
        let content = b"Tcp: RtoMin MaxConn InSegs\nTcp: 200 -1 57252008\nIcmpMsg:\nIcmpMsg:\n";
        let text = written("^Tcp_(MaxConn|InSegs)$", |names, out| pairs_of_lines(content, names, out)).unwrap();
        assert_eq!(text, "node_netstat_Tcp_MaxConn -1\nnode_netstat_Tcp_InSegs 57252008\n");
    }

    #[test]
    fn broken_pairs_of_lines_are_told() {
        let error = |content: &[u8]| written("", |names, out| pairs_of_lines(content, names, out)).unwrap_err();
        assert_eq!(error(b""), "is empty");
        assert_eq!(error(b"Tcp: A B\nTcp: 1\n"), "2 names but 1 values for `Tcp`");
        assert_eq!(error(b"Tcp: A B\n"), "2 names but 0 values for `Tcp`");
        assert_eq!(error(b"Tcp: A\nTcp: x\n"), "`x` is not a number");
        assert_eq!(error(b"garbage\n\n"), "`garbage` does not begin with a protocol and a colon");
        assert_eq!(error(b"T\xff: A\nT: 1\n"), "`T\u{fffd}` is no name");
    }

    #[test]
    fn snmp6_fields_carry_their_protocol_in_front() {
        let content = b"Ip6InReceives                   \t7\nIcmp6InType134 2\nhalf\nUdpLite7 3\n";
        let text = written("", |names, out| lines_of_pairs(content, names, out)).unwrap();
        assert_eq!(text, "node_netstat_Ip6_InReceives 7\nnode_netstat_Icmp6_InType134 2\n");
    }
}
