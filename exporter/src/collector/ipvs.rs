//! The kernel's load balancer, from `/proc/net/ip_vs_stats` and `/proc/net/ip_vs`.

mod backend;

use std::collections::BTreeMap;

use crate::collector::{CollectError, Collector, Pace, Registration, Scrape};
use crate::config::{Flag, Settings, UsageError};
use crate::sample::Families;
use crate::source::{KeptFile, text};
use backend::Backend;

pub(super) const REGISTRATION: Registration = Registration {
    name: "ipvs",
    enabled_by_default: true,
    pace: Pace::Quick,
    flags: &[Flag::text(
        LABELS_FLAG,
        "LABELS",
        "local_address,local_port,remote_address,remote_port,proto,local_mark",
        "Labels of a backend's series, with commas between; backends that share them are summed.",
    )],
    new: |settings| {
        let file = |path: &str| KeptFile::report(settings.roots.proc(path));
        Ok(Box::new(Ipvs { statistics: file(STATISTICS), table: file(TABLE), labels: labels(settings)? }))
    },
};

const LABELS_FLAG: &str = "collector.ipvs.backend-labels";
const STATISTICS: &str = "net/ip_vs_stats";
const TABLE: &str = "net/ip_vs";

/// A label, and how to have its value.
type Label = (&'static str, fn(&Backend) -> String);

/// All labels that a backend can have, in the order in which they are exposed.
#[rustfmt::skip]
const LABELS: [Label; 6] = [
    ("local_address", |backend| backend.service.address.map(|address| address.to_string()).unwrap_or_default()),
    ("local_mark", |backend| backend.service.mark.clone()),
    ("local_port", |backend| backend.service.port.to_string()),
    ("proto", |backend| backend.service.protocol.clone()),
    ("remote_address", |backend| backend.address.to_string()),
    ("remote_port", |backend| backend.port.to_string()),
];

fn labels(settings: &Settings) -> Result<Vec<Label>, UsageError> {
    let wanted: Vec<&str> = settings.text(LABELS_FLAG).split(',').filter(|label| !label.is_empty()).collect();
    if let Some(unknown) = wanted.iter().find(|label| LABELS.iter().all(|(name, _)| name != *label)) {
        let known: Vec<&str> = LABELS.iter().map(|(name, _)| *name).collect();
        return Err(UsageError::value(LABELS_FLAG, *unknown, format!("one of {}", known.join(", "))));
    }
    Ok(LABELS.into_iter().filter(|(name, _)| wanted.contains(name)).collect())
}

struct Ipvs {
    statistics: KeptFile,
    table: KeptFile,
    labels: Vec<Label>,
}

impl Collector for Ipvs {
    fn collect(&mut self, scrape: &mut Scrape, out: &mut Families) -> Result<(), CollectError> {
        let content = self.statistics.read(&mut scrape.scratch).map_err(CollectError::absent_is_no_data)?;
        let [connections, packets_in, packets_out, bytes_in, bytes_out] = totals(content)?;
        out.counter_value("node_ipvs_connections_total", "Connections made.", connections);
        out.counter_value("node_ipvs_incoming_packets_total", "Packets that came in.", packets_in);
        out.counter_value("node_ipvs_outgoing_packets_total", "Packets that went out.", packets_out);
        out.counter_value("node_ipvs_incoming_bytes_total", "Bytes that came in.", bytes_in);
        out.counter_value("node_ipvs_outgoing_bytes_total", "Bytes that went out.", bytes_out);

        let backends = backend::parse(self.table.read(&mut scrape.scratch)?)
            .map_err(|problem| CollectError::parse(TABLE, problem))?;
        self.write(&backends, out);
        Ok(())
    }
}

impl Ipvs {
    fn write(&self, backends: &[Backend], out: &mut Families) {
        let mut sums: BTreeMap<Vec<String>, [u64; 3]> = BTreeMap::new();
        for backend in backends {
            let sum = sums.entry(self.labels.iter().map(|(_, value)| value(backend)).collect()).or_default();
            for (sum, value) in sum.iter_mut().zip([backend.active, backend.inactive, backend.weight]) {
                *sum = sum.wrapping_add(value);
            }
        }
        let families = [
            out.gauge("node_ipvs_backend_connections_active", "Active connections to the backend."),
            out.gauge("node_ipvs_backend_connections_inactive", "Inactive connections to the backend."),
            out.gauge("node_ipvs_backend_weight", "Weight of the backend."),
        ];
        for (values, sum) in &sums {
            let labels: Vec<(&str, &str)> =
                self.labels.iter().map(|(name, _)| *name).zip(values.iter().map(String::as_str)).collect();
            for (family, value) in families.into_iter().zip(*sum) {
                out.add(family, &labels, value);
            }
        }
    }
}

/// Parses the third line of the statistics: five hexadecimal numbers.
fn totals(content: &[u8]) -> Result<[u64; 5], CollectError> {
    let line = text::lines(content).nth(2).ok_or_else(|| CollectError::parse(STATISTICS, "has no third line"))?;
    let numbers: Option<Vec<u64>> = text::fields(line).map(text::hexadecimal).collect();
    numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(|| {
        CollectError::parse(STATISTICS, format!("`{}` is not five hexadecimal numbers", text::shown(line)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_stand_in_the_third_line() {
        let head = "   Total Incoming Outgoing         Incoming         Outgoing\n   Conns  Packets  Packets            Bytes            Bytes\n";
        let content = format!("{head} 16AA370 E33656E5        0     51D8C8883AB3        0\n\n Conns/s   Pkts/s\n");
        assert_eq!(totals(content.as_bytes()).unwrap(), [0x16A_A370, 0xE336_56E5, 0, 0x51D8_C888_3AB3, 0]);
        assert_eq!(totals(head.as_bytes()).unwrap_err().to_string(), "net/ip_vs_stats: has no third line");
        assert!(totals(format!("{head}1 2 3 4\n").as_bytes()).is_err());
        assert!(totals(format!("{head}1 2 3 4 x\n").as_bytes()).is_err());
    }

    #[test]
    fn backends_that_share_the_labels_are_summed() {
        let table = b"TCP  C0A80016:0CEA wlc\n  -> C0A85216:0CEA Tunnel 100 248 2\n  -> C0A85318:0CEA Tunnel 50 1 1\n";
        let ipvs = Ipvs {
            statistics: KeptFile::new("".into()),
            table: KeptFile::new("".into()),
            labels: LABELS[..1].to_vec(),
        };
        let mut out = Families::default();
        ipvs.write(&backend::parse(table).unwrap(), &mut out);
        let text: String = out.lines.iter().map(|line| String::from_utf8_lossy(out.slice(&line.span))).collect();
        insta::assert_snapshot!(text, @r#"
        node_ipvs_backend_connections_active{local_address="192.168.0.22"} 249
        node_ipvs_backend_connections_inactive{local_address="192.168.0.22"} 3
        node_ipvs_backend_weight{local_address="192.168.0.22"} 150
        "#);
    }
}
