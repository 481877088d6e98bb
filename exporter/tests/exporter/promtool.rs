//! Prometheus' own judgement: `promtool check metrics`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::Exporter;

/// What promtool finds fault with in names that are `node_exporter`'s and so have to stay: the fields of
/// `/proc/meminfo`, `/proc/net/netstat` and `/proc/net/snmp` as the kernel spells them, and a unit.
const KNOWN: [(&str, &str); 4] = [
    ("node_memory_", "metric names should be written in 'snake_case' not 'camelCase'"),
    ("node_netstat_", "metric names should be written in 'snake_case' not 'camelCase'"),
    ("node_entropy_available_bits", "use base unit \"bytes\" instead of \"bits\""),
    ("node_entropy_pool_size_bits", "use base unit \"bytes\" instead of \"bits\""),
];

#[test]
fn promtool_finds_no_error() {
    let text = Exporter::start(&[]).metrics();
    let known = |line: &String| KNOWN.iter().any(|(name, fault)| line.starts_with(name) && line.ends_with(fault));
    let findings: Vec<String> = check(&text).into_iter().filter(|line| !known(line)).collect();
    assert!(findings.is_empty(), "promtool check metrics says:\n{}", findings.join("\n"));
}

#[test]
fn promtool_finds_an_error_where_there_is_one() {
    assert!(!check("a{b=\"c\"} x\n").is_empty());
}

/// The lines that promtool writes about a text.
#[expect(clippy::disallowed_methods, reason = "the test asks promtool")]
fn check(text: &str) -> Vec<String> {
    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut promtool = promtool.expect("promtool is needed: install the package prometheus");
    let mut input = promtool.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8(said).unwrap().lines().map(str::to_owned).collect()
}
