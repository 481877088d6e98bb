//! Families as text: the Prometheus text format 0.0.4 and OpenMetrics 1.0.
//!
//! Formats: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
//! <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>. The sample lines of both are
//! the same here (no timestamps, no exemplars); they differ in headers and in the end mark.

use std::cmp::Ordering;

use crate::sample::{Families, Head, Kind, Line};

/// A text format that a scraper can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus' text format, the default.
    Text,
    /// OpenMetrics, for those who ask for it where it is enabled.
    OpenMetrics,
}

impl Format {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Format::Text => "text/plain; version=0.0.4; charset=utf-8",
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Appends all families to `into`, sorted by name, and their series sorted by labels; of series written twice the
/// first is kept, and of families written twice the exporter's own. Answers how many series were dropped for that.
pub(crate) fn encode(families: &Families, format: Format, into: &mut Vec<u8>) -> usize {
    into.reserve(families.text.len());
    let (groups, mut duplicates) = groups(families);
    for group in groups {
        let head = &families.heads[group.head];
        write_head(families, head, format, into);
        let mut last: Option<&[u8]> = None;
        for line in group.lines {
            let identity = families.identity(line);
            if last == Some(identity) {
                duplicates += 1;
                continue;
            }
            last = Some(identity);
            into.extend_from_slice(families.slice(&line.span));
        }
    }
    if format == Format::OpenMetrics {
        into.extend_from_slice(b"# EOF\n");
    }
    duplicates
}

/// A family as it is exposed: the first declaration of its name, and the series of all of them.
struct Group<'a> {
    head: usize,
    lines: Vec<&'a Line>,
}

/// The families in order, and how many series gave way to the exporter's own.
fn groups(families: &Families) -> (Vec<Group<'_>>, usize) {
    let mut lines_of: Vec<Vec<&Line>> = families.heads.iter().map(|_| Vec::new()).collect();
    for line in &families.lines {
        lines_of[line.family as usize].push(line);
    }
    let name = |head: usize| families.name(&families.heads[head]);
    let mut order: Vec<usize> = (0..families.heads.len()).filter(|&head| !lines_of[head].is_empty()).collect();
    let foreign = |head: usize| families.heads[head].foreign;
    order.sort_by(|&left, &right| name(left).cmp(name(right)).then(foreign(left).cmp(&foreign(right))));

    let mut groups: Vec<Group<'_>> = Vec::with_capacity(order.len());
    let mut dropped = 0;
    for head in order {
        let lines = std::mem::take(&mut lines_of[head]);
        match groups.last_mut() {
            Some(group) if name(group.head) == name(head) && foreign(head) && !foreign(group.head) => {
                dropped += lines.len();
            }
            Some(group) if name(group.head) == name(head) => group.lines.extend(lines),
            _ => groups.push(Group { head, lines }),
        }
    }
    for group in &mut groups {
        // The buckets of a histogram have an order of their own, which whoever wrote them has kept.
        if !matches!(families.heads[group.head].kind, Kind::Histogram | Kind::Summary) {
            group.lines.sort_by(|left, right| by_labels(families, left, right));
        }
    }
    (groups, dropped)
}

fn by_labels(families: &Families, left: &Line, right: &Line) -> Ordering {
    families.identity(left).cmp(families.identity(right))
}

fn write_head(families: &Families, head: &Head, format: Format, into: &mut Vec<u8>) {
    let mut name = families.name(head);
    // OpenMetrics names a counter's family without the suffix that its samples must have.
    let counter = head.kind == Kind::Counter && format == Format::OpenMetrics;
    let bare = if counter { name.strip_suffix(b"_total") } else { None };
    let kind = match (head.kind, format) {
        (Kind::Counter, Format::OpenMetrics) if bare.is_none() => "unknown",
        (Kind::Counter, _) => "counter",
        (Kind::Gauge, _) => "gauge",
        (Kind::Histogram, _) => "histogram",
        (Kind::Summary, _) => "summary",
        (Kind::Untyped, Format::Text) => "untyped",
        (Kind::Untyped, Format::OpenMetrics) => "unknown",
    };
    name = bare.unwrap_or(name);
    for (keyword, text) in [("HELP", families.slice(&head.help)), ("TYPE", kind.as_bytes())] {
        into.extend_from_slice(b"# ");
        into.extend_from_slice(keyword.as_bytes());
        into.push(b' ');
        into.extend_from_slice(name);
        into.push(b' ');
        write_help(text, format, into);
        into.push(b'\n');
    }
}

/// Escapes backslash and line feed; OpenMetrics wants the double quote escaped, too.
fn write_help(text: &[u8], format: Format, into: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'\\' => into.extend_from_slice(br"\\"),
            b'\n' => into.extend_from_slice(br"\n"),
            b'"' if format == Format::OpenMetrics => into.extend_from_slice(br#"\""#),
            _ => into.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(families: &Families, format: Format) -> String {
        let mut into = Vec::new();
        encode(families, format, &mut into);
        String::from_utf8(into).unwrap()
    }

    fn example() -> Families {
        let mut out = Families::default();
        let seconds = out.counter("node_cpu_seconds_total", "Seconds.");
        out.add(seconds, &[("cpu", "1")], 2.5);
        out.add(seconds, &[("cpu", "0")], 1u64);
        out.untyped_value("node_b", "Line one\nline \"two\" \\.", 7u64);
        out.gauge("node_empty", "Has no samples.");
        out
    }

    #[test]
    fn text_sorts_families_and_series_and_leaves_out_empty_families() {
        insta::assert_snapshot!(text(&example(), Format::Text), @r#"
        # HELP node_b Line one\nline "two" \\.
        # TYPE node_b untyped
        node_b 7
        # HELP node_cpu_seconds_total Seconds.
        # TYPE node_cpu_seconds_total counter
        node_cpu_seconds_total{cpu="0"} 1
        node_cpu_seconds_total{cpu="1"} 2.5
        "#);
    }

    #[test]
    fn openmetrics_names_counters_without_their_suffix_and_ends() {
        insta::assert_snapshot!(text(&example(), Format::OpenMetrics), @r#"
        # HELP node_b Line one\nline \"two\" \\.
        # TYPE node_b unknown
        node_b 7
        # HELP node_cpu_seconds Seconds.
        # TYPE node_cpu_seconds counter
        node_cpu_seconds_total{cpu="0"} 1
        node_cpu_seconds_total{cpu="1"} 2.5
        # EOF
        "#);
    }

    #[test]
    fn a_family_declared_twice_is_one_and_a_series_written_twice_is_kept_once() {
        let mut out = example();
        let again = out.gauge("node_b", "Another help.");
        out.add(again, &[], 8u64);
        out.add(again, &[("x", "y")], 9u64);
        let mut into = Vec::new();
        assert_eq!(encode(&out, Format::Text, &mut into), 1);
        let text = String::from_utf8(into).unwrap();
        assert!(text.contains("node_b 7\nnode_b{x=\"y\"} 9\n"), "{text}");
        assert!(!text.contains("Another help"), "{text}");
    }

    #[test]
    fn a_foreign_family_gives_way_to_one_of_the_same_name_whichever_came_first() {
        let mut out = Families::default();
        let foreign = out.declare_foreign(Kind::Counter, "node_b", "A file's.");
        out.add(foreign, &[("x", "y")], 8u64);
        let other = out.declare_foreign(Kind::Counter, "other", "A file's.");
        out.add(other, &[], 9u64);
        out.append(&mut example());
        let mut into = Vec::new();
        assert_eq!(encode(&out, Format::Text, &mut into), 1);
        let text = String::from_utf8(into).unwrap();
        assert!(text.contains("# TYPE node_b untyped\nnode_b 7\n# HELP node_cpu"), "{text}");
        assert!(text.contains("# HELP other A file's.\n# TYPE other counter\nother 9\n"), "{text}");
    }
}
