//! The fleet's past, as OpenMetrics with timestamps: `promtool tsdb create-blocks-from openmetrics` makes blocks of it.

use std::io::{self, Write};

use crate::serve::Fleet;

/// Writes the samples of all servers from `start` to `end`, one in `step` seconds, as job `node` would have them.
pub(crate) fn write(fleet: &Fleet, start: f64, end: f64, step: f64, out: &mut dyn Write) -> io::Result<()> {
    let labels = fleet.servers().iter().map(|server| {
        format!(
            "instance=\"{}\",job=\"node\",role=\"{}\",datacenter=\"{}\",rack=\"{}\"",
            server.instance(),
            server.kind.role(),
            server.datacenter,
            server.rack
        )
    });
    let labels: Vec<String> = labels.collect();
    let mut text = String::new();
    let mut at = start;
    while at < end {
        for (server, labels) in fleet.servers().iter().zip(&labels) {
            text.clear();
            let answers = server.answers(at);
            if answers {
                fleet.template(server).history(server, labels, at, &mut text);
            }
            text.push_str(&format!("up{{{labels}}} {} {at}\n", u8::from(answers)));
            out.write_all(text.as_bytes())?;
        }
        at += step;
    }
    out.write_all(b"# EOF\n")
}
