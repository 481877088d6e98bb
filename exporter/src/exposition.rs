//! Families as text: the Prometheus text format 0.0.4 and OpenMetrics 1.0.
//!
//! Formats: <https://prometheus.io/docs/instrumenting/exposition_formats/> and
//! <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>. The sample lines of both are
//! the same here (no timestamps, no exemplars); they differ in headers and in the end mark.

use crate::sample::{Families, Head, Kind, Line, index};

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

/// Writes families in order; keeps its memory, and the order of the families, from one scrape to the next.
#[derive(Default)]
pub(crate) struct Encoder {
    /// The families as they were declared last time: mostly they are the same again.
    names: Vec<Box<[u8]>>,
    /// For each declaration, the place of its name among all names.
    ranks: Vec<u32>,
    /// How many names there are.
    places: usize,
    /// For each place, the declaration that is exposed: the first that has series and, before all, is our own.
    heads: Vec<u32>,
    /// The series by the place of their family, as positions in the scrape.
    placed: Vec<u32>,
    /// For each place, where its series end in `placed`.
    ends: Vec<u32>,
}

impl Encoder {
    /// Appends all families to `into`, sorted by name, and their series sorted by labels; of series written twice the
    /// first is kept, and of families written twice the exporter's own. Answers how many series were dropped for that.
    pub(crate) fn encode(&mut self, families: &Families, format: Format, into: &mut Vec<u8>) -> usize {
        into.reserve(families.text.len());
        self.rank(families);
        self.choose_heads(families);
        let mut duplicates = self.place(families);
        let mut start = 0;
        for (&head, &end) in self.heads.iter().zip(&self.ends) {
            let series = &mut self.placed[start as usize..end as usize];
            start = end;
            if !series.is_empty() {
                duplicates += write_family(families, head as usize, series, format, into);
            }
        }
        if format == Format::OpenMetrics {
            into.extend_from_slice(b"# EOF\n");
        }
        duplicates
    }

    /// Puts the names of the families in order, unless they are those of the last scrape.
    fn rank(&mut self, families: &Families) {
        let name = |head: u32| families.name(&families.heads[head as usize]);
        let given = || families.heads.iter().map(|head| families.name(head));
        if self.names.len() == families.heads.len() && self.names.iter().zip(given()).all(|(known, it)| **known == *it)
        {
            return;
        }
        self.names = given().map(Box::from).collect();
        let mut order: Vec<u32> = (0..index(families.heads.len())).collect();
        order.sort_by(|&one, &other| name(one).cmp(name(other)));
        self.ranks.clear();
        self.ranks.resize(order.len(), 0);
        self.places = 0;
        for (position, &head) in order.iter().enumerate() {
            let same = position > 0 && name(order[position - 1]) == name(head);
            self.places += usize::from(!same);
            self.ranks[head as usize] = index(self.places - 1);
        }
    }

    fn choose_heads(&mut self, families: &Families) {
        let preference = |head: u32| (families.heads[head as usize].foreign, head);
        self.heads.clear();
        self.heads.resize(self.places, NONE);
        for line in &families.lines {
            let head = &mut self.heads[self.ranks[line.family as usize] as usize];
            if *head == NONE || preference(line.family) < preference(*head) {
                *head = line.family;
            }
        }
    }

    /// Puts the series of each family together: a counting sort, which keeps the order in which they were written.
    /// Answers how many gave way to the exporter's own.
    fn place(&mut self, families: &Families) -> usize {
        let foreign = |head: u32| families.heads[head as usize].foreign;
        let rank = |line: &Line| self.ranks[line.family as usize] as usize;
        let stays = |line: &Line| !foreign(line.family) || foreign(self.heads[rank(line)]);
        self.ends.clear();
        self.ends.resize(self.places, 0);
        let mut kept = 0;
        for line in families.lines.iter().filter(|line| stays(line)) {
            self.ends[rank(line)] += 1;
            kept += 1;
        }
        let mut start = 0;
        for end in &mut self.ends {
            start += std::mem::replace(end, start);
        }
        self.placed.clear();
        self.placed.resize(kept, 0);
        for (position, line) in families.lines.iter().enumerate().filter(|(_, line)| stays(line)) {
            let next = &mut self.ends[rank(line)];
            self.placed[*next as usize] = index(position);
            *next += 1;
        }
        families.lines.len() - kept
    }
}

/// No declaration.
const NONE: u32 = u32::MAX;

/// Encodes a single scrape.
#[cfg(test)]
pub(crate) fn encode(families: &Families, format: Format, into: &mut Vec<u8>) -> usize {
    Encoder::default().encode(families, format, into)
}

/// Writes a family and its series; answers how many were there twice.
fn write_family(families: &Families, head: usize, series: &mut [u32], format: Format, into: &mut Vec<u8>) -> usize {
    let head = &families.heads[head];
    let line = |position: u32| &families.lines[position as usize];
    // The name is the same for all, and so is no part of the comparison.
    let labels = |position: u32| &families.identity(line(position))[head.name.len()..];
    // The buckets of a histogram have an order of their own, which whoever wrote them has kept.
    if !matches!(head.kind, Kind::Histogram | Kind::Summary) && !series.is_sorted_by_key(|&it| labels(it)) {
        series.sort_by(|&one, &other| labels(one).cmp(labels(other)));
    }
    write_head(families, head, format, into);
    let mut duplicates = 0;
    let mut last: Option<&[u8]> = None;
    for &position in &*series {
        let identity = labels(position);
        if last == Some(identity) {
            duplicates += 1;
            continue;
        }
        last = Some(identity);
        into.extend_from_slice(families.slice(&line(position).span));
    }
    duplicates
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
    let quote = if format == Format::OpenMetrics { b'"' } else { b'\n' };
    let mut rest = text;
    while let Some(at) = memchr::memchr3(b'\\', b'\n', quote, rest) {
        into.extend_from_slice(&rest[..at]);
        into.extend_from_slice(match rest[at] {
            b'\\' => br"\\",
            b'"' => br#"\""#,
            _ => br"\n",
        });
        rest = &rest[at + 1..];
    }
    into.extend_from_slice(rest);
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
    fn an_encoder_follows_the_families_from_scrape_to_scrape() {
        let mut encoder = Encoder::default();
        let mut encoded = |families: &Families| {
            let mut into = Vec::new();
            encoder.encode(families, Format::Text, &mut into);
            String::from_utf8(into).unwrap()
        };
        let mut other = Families::default();
        other.gauge_value("node_a", "A.", 1u64);
        other.append(&mut example());
        for families in [example(), example(), other, example(), Families::default(), example()] {
            assert_eq!(encoded(&families), text(&families, Format::Text));
        }
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
