//! Remote write's format (1.0): samples as protocol buffers in a snappy frame, by hand, as both are tiny here.
//!
//! A `WriteRequest` is series after series, each with its labels, sorted by name, and its samples. Snappy may hold its bytes as they
//! are, and on the loopback, where this goes, to compress them would cost more than it saves.

/// Tells Prometheus that a series ends: a scrape that fails leaves it, too. A NaN that only its bits tell from others.
pub(crate) const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Series on their way to Prometheus.
#[derive(Default)]
pub(crate) struct WriteRequest {
    bytes: Vec<u8>,
    series: Vec<u8>,
}

impl WriteRequest {
    /// Adds a series, as the exposition writes it, with `more` labels. Samples are of unix seconds, in order; none: no series.
    pub(crate) fn push(&mut self, series: &str, more: &[(&str, &str)], samples: &[(f64, f64)]) {
        if samples.is_empty() {
            return;
        }
        let (name, inside) = series.split_once('{').unwrap_or((series, ""));
        let mut labels = labels(inside);
        labels.push(("__name__", name.to_owned()));
        labels.extend(more.iter().map(|&(name, value)| (name, value.to_owned())));
        // A label without a value is no label.
        labels.retain(|(_, value)| !value.is_empty());
        labels.sort_unstable();

        self.series.clear();
        for (name, value) in &labels {
            let length = field_length(name.len()) + field_length(value.len());
            self.series.push(LABELS);
            varint(length as u64, &mut self.series);
            text(1, name, &mut self.series);
            text(2, value, &mut self.series);
        }
        for (at, value) in samples {
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds of our time fit")]
            let milliseconds = (at * 1000.0).round() as i64;
            let mut time = Vec::with_capacity(10);
            varint(milliseconds.cast_unsigned(), &mut time);
            self.series.push(SAMPLES);
            varint(1 + 8 + 1 + time.len() as u64, &mut self.series);
            self.series.push(SAMPLE_VALUE);
            self.series.extend(value.to_le_bytes());
            self.series.push(SAMPLE_TIME);
            self.series.extend(time);
        }
        self.bytes.push(TIMESERIES);
        varint(self.series.len() as u64, &mut self.bytes);
        self.bytes.extend(&self.series);
    }

    /// How long it is so far.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The body to send; what remains is empty.
    pub(crate) fn take_body(&mut self) -> Vec<u8> {
        snappy(&std::mem::take(&mut self.bytes))
    }
}

// Field numbers and wire types of `prompb`: what comes with a length is type 2, a double is type 1, a number is type 0.
const TIMESERIES: u8 = 1 << 3 | 2;
const LABELS: u8 = 1 << 3 | 2;
const SAMPLES: u8 = 2 << 3 | 2;
const SAMPLE_VALUE: u8 = 1 << 3 | 1;
const SAMPLE_TIME: u8 = 2 << 3;

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn text(field: u8, value: &str, out: &mut Vec<u8>) {
    out.push(field << 3 | 2);
    varint(value.len() as u64, out);
    out.extend(value.as_bytes());
}

/// Of a text of so many bytes with its tag and its length.
fn field_length(bytes: usize) -> usize {
    let length = if bytes < 0x80 { 1 } else { 1 + bytes.ilog2() as usize / 7 };
    1 + length + bytes
}

/// The bytes as literals, which is what snappy does with what cannot be compressed.
fn snappy(bytes: &[u8]) -> Vec<u8> {
    const LITERAL_OF_TWO_LENGTH_BYTES: u8 = 61 << 2;
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 10_000 + 16);
    varint(bytes.len() as u64, &mut out);
    for chunk in bytes.chunks(0x1_0000) {
        out.push(LITERAL_OF_TWO_LENGTH_BYTES);
        out.extend(((chunk.len() - 1) as u16).to_le_bytes());
        out.extend(chunk);
    }
    out
}

/// The labels of `a="1",b="2"}`.
fn labels(inside: &str) -> Vec<(&str, String)> {
    let mut labels = Vec::with_capacity(12);
    let mut rest = inside;
    while let Some((name, quoted)) = rest.split_once("=\"") {
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        rest = "";
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    rest = quoted[at + 1..].trim_start_matches(',');
                    break;
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, escaped)) => value.push(escaped),
                    None => {}
                },
                _ => value.push(character),
            }
        }
        labels.push((name, value));
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_what_the_format_says() {
        let mut request = WriteRequest::default();
        request.push(r#"up{a="x"}"#, &[("job", "node")], &[(1.5, 1.0)]);
        let expected: Vec<u8> = [
            &b"\x0a\x33"[..],                      // a series of 51 bytes
            b"\x0a\x0e\x0a\x08__name__\x12\x02up", // its labels, sorted by name
            b"\x0a\x06\x0a\x01a\x12\x01x",
            b"\x0a\x0b\x0a\x03job\x12\x04node",
            b"\x12\x0c\x09\0\0\0\0\0\0\xf0\x3f\x10\xdc\x0b", // 1.0 at 1,500 ms
        ]
        .concat();
        assert_eq!(expected.len(), 2 + 0x33);
        let body = request.take_body();
        assert_eq!(body[..4], [expected.len() as u8, 61 << 2, expected.len() as u8 - 1, 0]);
        assert_eq!(body[4..], expected);
    }

    #[test]
    fn labels_are_unescaped_and_empty_ones_left_out() {
        let found = labels(r#"a="x, y=\"z\"",b="",c="back\\slash\n"}"#);
        let expected = [("a", r#"x, y="z""#), ("b", ""), ("c", "back\\slash\n")];
        assert_eq!(found, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn lengths_are_counted_as_they_are_written() {
        for bytes in [0, 1, 127, 128, 16_383, 16_384] {
            let mut out = Vec::new();
            text(1, &"x".repeat(bytes), &mut out);
            assert_eq!(out.len(), field_length(bytes));
        }
    }
}
