//! Samples, as collectors hand them over: families of series, each with its value, in the order they were written.
//!
//! A sample is rendered as it is written (`name{labels} value`), into one buffer that a scrape reuses: a thousand
//! samples cost a few allocations, not a few thousand. What the text formats differ in (headers, order) is left to
//! [`crate::exposition`].

mod named;

use std::ops::Range;

pub(crate) use named::{NamedFamilies, name_part};

/// The metric type of a family, as the text exposition format spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
    Untyped,
}

/// A family declared with [`Families::declare`]; good for the `Families` that made it, until that is cleared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family(u32);

/// A sample's value. Integers stay integers until they are printed: a counter above 2⁵³ loses no digit here.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// The families and series that one or more collectors have written.
#[derive(Default)]
pub(crate) struct Families {
    pub(crate) heads: Vec<Head>,
    pub(crate) lines: Vec<Line>,
    /// Names, helps and rendered series; `heads` and `lines` point into it.
    pub(crate) text: Vec<u8>,
}

pub(crate) struct Head {
    pub(crate) kind: Kind,
    /// Not the exporter's own word but a file's: it gives way to a family of the exporter's with that name.
    pub(crate) foreign: bool,
    pub(crate) name: Range<u32>,
    pub(crate) help: Range<u32>,
}

pub(crate) struct Line {
    pub(crate) family: u32,
    /// `name{labels} value\n` in the text.
    pub(crate) span: Range<u32>,
    /// Where the identity, `name{labels}`, ends.
    pub(crate) identity_end: u32,
}

/// The first labels of many series, escaped and written once: they are most of the text of a device's series.
pub(crate) struct LabelPrefix(Vec<u8>);

impl LabelPrefix {
    /// There has to be a label, for without one the text of what follows would begin otherwise.
    pub(crate) fn new(first: (&str, &str), others: &[(&str, &str)]) -> Self {
        let mut text = Vec::new();
        write_pairs(&mut text, &[first], b'{');
        write_pairs(&mut text, others, b',');
        LabelPrefix(text)
    }
}

impl Families {
    /// Declares a family. A family without samples is not exposed; one declared twice is exposed once, under the
    /// first declaration's type and help.
    pub(crate) fn declare(&mut self, kind: Kind, name: &str, help: &str) -> Family {
        let (name, help) = (self.push_text(name), self.push_text(help));
        self.heads.push(Head { kind, foreign: false, name, help });
        Family(index(self.heads.len() - 1))
    }

    /// Declares a family that others have named: when the exporter has one of that name itself, this is left out.
    pub(crate) fn declare_foreign(&mut self, kind: Kind, name: &str, help: &str) -> Family {
        let family = self.declare(kind, name, help);
        self.heads[family.0 as usize].foreign = true;
        family
    }

    /// Adds a series of another's as it was rendered there.
    pub(crate) fn copy(&mut self, family: Family, from: &Families, line: &Line) {
        let start = index(self.text.len());
        self.text.extend_from_slice(from.slice(&line.span));
        let identity_end = start + (line.identity_end - line.span.start);
        self.lines.push(Line { family: family.0, span: start..index(self.text.len()), identity_end });
    }

    pub(crate) fn counter(&mut self, name: &str, help: &str) -> Family {
        self.declare(Kind::Counter, name, help)
    }

    pub(crate) fn gauge(&mut self, name: &str, help: &str) -> Family {
        self.declare(Kind::Gauge, name, help)
    }

    pub(crate) fn untyped(&mut self, name: &str, help: &str) -> Family {
        self.declare(Kind::Untyped, name, help)
    }

    /// Adds a series to `family`. Labels are written in the order given: node_exporter's are sorted by name.
    pub(crate) fn add(&mut self, family: Family, labels: &[(&str, &str)], value: impl Into<Value>) {
        self.add_suffixed(family, "", labels, value);
    }

    /// Adds a series whose name is the family's with a suffix: `_bucket`, `_sum` and `_count` of histograms.
    pub(crate) fn add_suffixed(
        &mut self,
        family: Family,
        suffix: &str,
        labels: &[(&str, &str)],
        value: impl Into<Value>,
    ) {
        let start = index(self.text.len());
        let name = &self.heads[family.0 as usize].name;
        self.text.extend_from_within(name.start as usize..name.end as usize);
        self.text.extend_from_slice(suffix.as_bytes());
        write_labels(&mut self.text, labels);
        self.finish(family, start, value.into());
    }

    /// Adds a series whose labels begin with `prefix` and go on with `more`.
    pub(crate) fn add_prefixed(
        &mut self,
        family: Family,
        prefix: &LabelPrefix,
        more: &[(&str, &str)],
        value: impl Into<Value>,
    ) {
        let start = index(self.text.len());
        let name = &self.heads[family.0 as usize].name;
        self.text.extend_from_within(name.start as usize..name.end as usize);
        self.text.extend_from_slice(&prefix.0);
        write_pairs(&mut self.text, more, b',');
        self.text.push(b'}');
        self.finish(family, start, value.into());
    }

    fn finish(&mut self, family: Family, start: u32, value: Value) {
        let identity_end = index(self.text.len());
        self.text.push(b' ');
        value.write(&mut self.text);
        self.text.push(b'\n');
        self.lines.push(Line { family: family.0, span: start..index(self.text.len()), identity_end });
    }

    /// A family with a single series that has no labels.
    pub(crate) fn counter_value(&mut self, name: &str, help: &str, value: impl Into<Value>) {
        let family = self.counter(name, help);
        self.add(family, &[], value);
    }

    /// A family with a single series that has no labels.
    pub(crate) fn gauge_value(&mut self, name: &str, help: &str, value: impl Into<Value>) {
        let family = self.gauge(name, help);
        self.add(family, &[], value);
    }

    /// A family with a single series that has no labels.
    pub(crate) fn untyped_value(&mut self, name: &str, help: &str, value: impl Into<Value>) {
        let family = self.untyped(name, help);
        self.add(family, &[], value);
    }

    /// Takes over everything `other` holds, and leaves it empty with its memory.
    pub(crate) fn append(&mut self, other: &mut Families) {
        let (text, family) = (index(self.text.len()), index(self.heads.len()));
        let moved = |range: &Range<u32>| range.start + text..range.end + text;
        self.heads.extend(other.heads.iter().map(|head| Head {
            kind: head.kind,
            foreign: head.foreign,
            name: moved(&head.name),
            help: moved(&head.help),
        }));
        self.lines.extend(other.lines.iter().map(|line| Line {
            family: line.family + family,
            span: moved(&line.span),
            identity_end: line.identity_end + text,
        }));
        self.text.extend_from_slice(&other.text);
        other.clear();
    }

    /// Forgets all families and series and keeps the memory for the next ones.
    pub(crate) fn clear(&mut self) {
        self.heads.clear();
        self.lines.clear();
        self.text.clear();
    }

    pub(crate) fn name(&self, head: &Head) -> &[u8] {
        self.slice(&head.name)
    }

    pub(crate) fn slice(&self, range: &Range<u32>) -> &[u8] {
        &self.text[range.start as usize..range.end as usize]
    }

    /// `name{labels}` of a series.
    pub(crate) fn identity(&self, line: &Line) -> &[u8] {
        &self.text[line.span.start as usize..line.identity_end as usize]
    }

    fn push_text(&mut self, text: &str) -> Range<u32> {
        let start = index(self.text.len());
        self.text.extend_from_slice(text.as_bytes());
        start..index(self.text.len())
    }
}

/// Offsets are 32 bits wide: a scrape of 4 GiB is far beyond what any scraper takes.
pub(crate) fn index(length: usize) -> u32 {
    u32::try_from(length).expect("a scrape's text stays below 4 GiB")
}

fn write_labels(text: &mut Vec<u8>, labels: &[(&str, &str)]) {
    write_pairs(text, labels, b'{');
    if !labels.is_empty() {
        text.push(b'}');
    }
}

fn write_pairs(text: &mut Vec<u8>, labels: &[(&str, &str)], mut separator: u8) {
    for (name, value) in labels {
        text.push(separator);
        separator = b',';
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b"=\"");
        write_label_value(text, value);
        text.push(b'"');
    }
}

/// Escapes backslash, double quote and line feed, as both text formats demand of label values.
fn write_label_value(text: &mut Vec<u8>, value: &str) {
    let mut rest = value.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\\' | b'"' | b'\n')) {
        text.extend_from_slice(&rest[..at]);
        text.extend_from_slice(match rest[at] {
            b'\\' => br"\\",
            b'"' => br#"\""#,
            _ => br"\n",
        });
        rest = &rest[at + 1..];
    }
    text.extend_from_slice(rest);
}

impl Value {
    /// Reads a number in decimal: as an integer when it is one, else as a float.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let unsigned = || text.parse().ok().map(Value::Unsigned);
        let signed = || text.parse().ok().map(Value::Signed);
        unsigned().or_else(signed).or_else(|| text.parse().ok().map(Value::Float))
    }

    /// Appends the value as the shortest decimal that reads back as the same number.
    fn write(self, text: &mut Vec<u8>) {
        match self {
            Value::Unsigned(value) => text.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
            Value::Signed(value) => text.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
            Value::Float(value) => write_float(text, value),
        }
    }
}

fn write_float(text: &mut Vec<u8>, value: f64) {
    /// Up to here every whole float is an exact integer, which prints faster and shorter than as a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.is_nan() {
        text.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        text.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    } else if value.fract() == 0.0 && value.abs() < EXACT && !(value == 0.0 && value.is_sign_negative()) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2⁵³")]
        let whole = value as i64;
        text.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes());
    } else {
        text.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = Vec::new();
        self.write(&mut text);
        formatter.write_str(&String::from_utf8_lossy(&text))
    }
}

macro_rules! value_from {
    ($($from:ty => $variant:ident($wide:ty)),* $(,)?) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Value::$variant(<$wide>::from(value))
            }
        })*
    };
}
value_from! {
    u64 => Unsigned(u64), u32 => Unsigned(u64), u16 => Unsigned(u64), u8 => Unsigned(u64), bool => Unsigned(u64),
    i64 => Signed(i64), i32 => Signed(i64), f64 => Float(f64),
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Value::Unsigned(value as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: impl Into<Value>) -> String {
        let mut text = Vec::new();
        value.into().write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn values_print_as_the_shortest_text_that_reads_back() {
        for value in [0.21, 1e21, 1e-7, 1.0 / 3.0, 123_456.75, 9_007_199_254_740_993.0, f64::MAX, f64::MIN_POSITIVE] {
            assert_eq!(written(value).parse::<f64>().unwrap().to_bits(), value.to_bits(), "{value}");
        }
        assert_eq!(written(0.21), "0.21");
        assert_eq!(written(2_287_017_984.0), "2287017984");
        assert_eq!(written(-0.0), "-0.0");
        assert_eq!(written(u64::MAX), "18446744073709551615");
        assert_eq!(written(-1i64), "-1");
        assert_eq!(written(f64::NAN), "NaN");
        assert_eq!(written(f64::INFINITY), "+Inf");
        assert_eq!(written(f64::NEG_INFINITY), "-Inf");
    }

    #[test]
    fn integers_are_read_as_such() {
        assert_eq!(written(Value::parse(b"18446744073709551615").unwrap()), "18446744073709551615");
        assert_eq!(written(Value::parse(b"-1").unwrap()), "-1");
        assert_eq!(written(Value::parse(b"0.5").unwrap()), "0.5");
        assert!(Value::parse(b"1 2").is_none());
        assert!(Value::parse(b"").is_none());
    }

    #[test]
    fn a_prefix_gives_the_same_text_as_the_labels_that_it_was_made_of() {
        let mut out = Families::default();
        let family = out.gauge("a", "");
        out.add(family, &[("x", "\"1\""), ("y", "2"), ("z", "3")], 1u64);
        let prefix = LabelPrefix::new(("x", "\"1\""), &[("y", "2")]);
        out.add_prefixed(family, &prefix, &[("z", "3")], 1u64);
        out.add_prefixed(family, &prefix, &[], 1u64);
        let line = |at: usize| String::from_utf8_lossy(out.slice(&out.lines[at].span)).into_owned();
        assert_eq!(line(0), line(1));
        assert_eq!(line(2), "a{x=\"\\\"1\\\"\",y=\"2\"} 1\n");
    }

    #[test]
    fn label_values_are_escaped() {
        let mut out = Families::default();
        let family = out.gauge("a", "");
        out.add(family, &[("path", "C:\\x \"y\"\nz"), ("empty", "")], 1u64);
        assert_eq!(
            String::from_utf8_lossy(out.slice(&out.lines[0].span)),
            "a{path=\"C:\\\\x \\\"y\\\"\\nz\",empty=\"\"} 1\n"
        );
    }
}
