//! From chunks to the answer that Prometheus would have sent: series in label order, points copied, nothing parsed.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::chunk::{Builder, Chunk, Series, append_runs, floats_of, histograms_of};
use super::grid::{Grid, Steps};

/// How much text is written at a time: little enough to stay in the processor's cache and to be reused by the allocator.
const PIECE_BYTES: usize = 256 * 1024;

/// Some steps of a chunk.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) chunk: Arc<Chunk>,
    pub(crate) steps: Steps,
}

/// What goes after the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Annotations {
    pub(crate) warnings: Vec<String>,
    pub(crate) infos: Vec<String>,
}

/// An answer in the making: an iterator over its text.
#[derive(Debug)]
pub(crate) struct Assembly {
    grid: Grid,
    /// In order of time, disjoint.
    parts: Vec<Part>,
    rows: Rows,
    annotations: Annotations,
    next: usize,
    stage: Stage,
    first: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Rows,
    Done,
}

/// Which series of each part make one series of the answer.
#[derive(Debug)]
enum Rows {
    /// All parts list the same series: row `i` is series `i` of each. Nearly always so.
    Same(usize),
    /// For each row and part the series' position, or `ABSENT`.
    Mixed(Vec<u32>),
}

const ABSENT: u32 = u32::MAX;

impl Assembly {
    pub(crate) fn new(grid: Grid, parts: Vec<Part>, annotations: Annotations) -> Self {
        let rows = Rows::of(&parts);
        Self { grid, parts, rows, annotations, next: 0, stage: Stage::Head, first: true }
    }

    /// An upper bound of what the answer's text takes. Exact enough to refuse one that is too large before it is written.
    pub(crate) fn size_bound(&self) -> usize {
        let share = |part: &Part| {
            let whole = part.chunk.steps.len().max(1) as f64;
            let part_of = part.steps.len() as f64 / whole;
            (part.chunk.bytes.len() as f64 * part_of) as usize + part.chunk.series.len() * 32
        };
        self.parts.iter().map(share).sum::<usize>() + 1024
    }

    /// Whether the whole text fits in one piece and need not be streamed.
    pub(crate) fn is_small(&self) -> bool {
        self.parts.iter().map(|part| part.chunk.bytes.len()).sum::<usize>() <= PIECE_BYTES
    }

    /// The whole text at once.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        let Some(first) = self.next() else { return Bytes::new() };
        if self.stage == Stage::Done {
            return first;
        }
        let mut text = Vec::with_capacity(self.size_bound());
        text.extend_from_slice(&first);
        for piece in self {
            text.extend_from_slice(&piece);
        }
        Bytes::from(text)
    }

    /// The same series as a chunk of its own, for keeping.
    pub(crate) fn into_chunk(self, steps: Steps) -> Chunk {
        let mut builder = Builder::default();
        for row in 0..self.rows() {
            let Some((part, series)) = self.row(row).next() else { continue };
            let labels = part.chunk.text(series.labels);
            let floats = self.row(row).map(|(part, series)| self.floats(part, series));
            let histograms = self.row(row).map(|(part, series)| self.histograms(part, series));
            builder.push(labels, floats, histograms);
        }
        builder.finish(steps)
    }

    fn rows(&self) -> usize {
        match &self.rows {
            Rows::Same(rows) => *rows,
            Rows::Mixed(table) => table.len() / self.parts.len(),
        }
    }

    fn row(&self, row: usize) -> impl Iterator<Item = (&Part, &Series)> {
        let parts = self.parts.len();
        self.parts.iter().enumerate().filter_map(move |(at, part)| {
            let position = match &self.rows {
                Rows::Same(_) => row,
                Rows::Mixed(table) => match table[row * parts + at] {
                    ABSENT => return None,
                    position => position as usize,
                },
            };
            Some((part, &part.chunk.series[position]))
        })
    }

    /// Writes one series, unless it has no point in the window.
    fn write_row(&self, row: usize, first: bool, text: &mut Vec<u8>) -> bool {
        let Some((part, series)) = self.row(row).next() else { return false };
        let start = text.len();
        if !first {
            text.push(b',');
        }
        text.extend_from_slice(b"{\"metric\":");
        text.extend_from_slice(part.chunk.text(series.labels));

        let mark = text.len();
        text.extend_from_slice(b",\"values\":[");
        let floats = append_runs(text, self.row(row).map(|(part, series)| self.floats(part, series)));
        if floats {
            text.push(b']');
        } else {
            text.truncate(mark);
        }

        let mark = text.len();
        text.extend_from_slice(b",\"histograms\":[");
        let histograms = append_runs(text, self.row(row).map(|(part, series)| self.histograms(part, series)));
        if histograms {
            text.push(b']');
        } else {
            text.truncate(mark);
        }

        if !floats && !histograms {
            text.truncate(start);
            return false;
        }
        text.push(b'}');
        true
    }

    fn floats<'a>(&self, part: &'a Part, series: &Series) -> &'a [u8] {
        let run = part.chunk.text(series.floats);
        if part.is_whole() { run } else { floats_of(run, self.grid, part.steps) }
    }

    fn histograms<'a>(&self, part: &'a Part, series: &Series) -> &'a [u8] {
        let run = part.chunk.text(series.histograms);
        if part.is_whole() { run } else { histograms_of(run, self.grid, part.steps) }
    }
}

impl Part {
    fn is_whole(&self) -> bool {
        self.steps == self.chunk.steps
    }
}

impl Iterator for Assembly {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.stage == Stage::Done {
            return None;
        }
        let room = self.size_bound().min(PIECE_BYTES + PIECE_BYTES / 8);
        let mut text = Vec::with_capacity(room);
        if self.stage == Stage::Head {
            text.extend_from_slice(br#"{"status":"success","data":{"resultType":"matrix","result":["#);
            self.stage = Stage::Rows;
        }
        let rows = self.rows();
        while self.next < rows {
            if text.len() >= PIECE_BYTES {
                return Some(Bytes::from(text));
            }
            let written = self.write_row(self.next, self.first, &mut text);
            self.first &= !written;
            self.next += 1;
        }
        text.extend_from_slice(b"]}");
        write_strings(&mut text, "warnings", &self.annotations.warnings);
        write_strings(&mut text, "infos", &self.annotations.infos);
        text.push(b'}');
        self.stage = Stage::Done;
        Some(Bytes::from(text))
    }
}

fn write_strings(text: &mut Vec<u8>, key: &str, strings: &[String]) {
    if !strings.is_empty() {
        let list = serde_json::to_string(strings).expect("strings are always JSON");
        text.extend_from_slice(format!(",\"{key}\":{list}").as_bytes());
    }
}

impl Rows {
    fn of(parts: &[Part]) -> Self {
        let Some((first, rest)) = parts.split_first() else { return Self::Same(0) };
        if rest.iter().all(|part| lists_the_same(&first.chunk, &part.chunk)) {
            return Self::Same(first.chunk.series.len());
        }
        let mut positions: HashMap<&[u8], Vec<u32>> = HashMap::new();
        for (at, part) in parts.iter().enumerate() {
            for (position, series) in part.chunk.series.iter().enumerate() {
                let row = positions.entry(part.chunk.text(series.labels)).or_insert_with(|| vec![ABSENT; parts.len()]);
                row[at] = u32::try_from(position).expect("fewer series than bytes");
            }
        }
        let mut rows: Vec<_> = positions.into_iter().map(|(labels, row)| (sort_key(labels), row)).collect();
        rows.sort_unstable();
        Self::Mixed(rows.into_iter().flat_map(|(_, row)| row).collect())
    }
}

fn lists_the_same(one: &Arc<Chunk>, other: &Arc<Chunk>) -> bool {
    one.series.len() == other.series.len()
        && one.series.iter().zip(&other.series).all(|(a, b)| one.text(a.labels) == other.text(b.labels))
}

/// Prometheus sorts a matrix by its label pairs, names and values compared as bytes.
fn sort_key(labels: &[u8]) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> =
        serde_json::from_slice::<HashMap<String, String>>(labels).unwrap_or_default().into_iter().collect();
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::split::split;

    const GRID: Grid = Grid { step_ms: 1_000, phase_ms: 0 };

    fn matrix(series: &[(&str, std::ops::Range<i64>)]) -> String {
        let series: Vec<String> = series
            .iter()
            .filter(|(_, times)| !times.is_empty())
            .map(|(labels, times)| {
                let points: Vec<String> = times.clone().map(|time| format!(r#"[{time},"{time}.5"]"#)).collect();
                format!(r#"{{"metric":{labels},"values":[{}]}}"#, points.join(","))
            })
            .collect();
        format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{}]}}}}"#, series.join(","))
    }

    fn part(series: &[(&str, std::ops::Range<i64>)], steps: (i64, i64), wanted: (i64, i64)) -> Part {
        let body = Bytes::from(matrix(series));
        let chunk = split(&body, GRID, Steps::new(steps.0, steps.1)).unwrap().chunk;
        Part { chunk: Arc::new(chunk), steps: Steps::new(wanted.0, wanted.1) }
    }

    fn assembled(parts: Vec<Part>) -> String {
        let bytes = Assembly::new(GRID, parts, Annotations::default()).into_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn parts_join_to_what_one_request_would_have_brought() {
        let (a, b) = (r#"{"i":"a"}"#, r#"{"i":"b"}"#);
        let text = assembled(vec![
            part(&[(a, 0..5), (b, 0..5)], (0, 5), (2, 5)),
            part(&[(a, 5..9), (b, 5..9)], (5, 9), (5, 9)),
            part(&[(a, 9..12), (b, 9..12)], (9, 12), (9, 11)),
        ]);
        assert_eq!(text, matrix(&[(a, 2..11), (b, 2..11)]));
    }

    #[test]
    fn series_that_come_and_go_stand_in_label_order() {
        let (a, ab, b) = (r#"{"i":"a"}"#, r#"{"i":"a","j":"x"}"#, r#"{"i":"b"}"#);
        let text = assembled(vec![
            part(&[(a, 0..2), (b, 0..5)], (0, 5), (3, 5)),
            part(&[(ab, 5..6), (b, 5..9)], (5, 9), (5, 9)),
        ]);
        assert_eq!(text, matrix(&[(ab, 5..6), (b, 3..9)]));
    }

    #[test]
    fn labels_compare_as_prometheus_compares_them() {
        // As JSON text `"a\\u003c"` sorts before `"a!"`; as labels it is the other way round.
        let (less, exclamation) = (r#"{"i":"a\u003c"}"#, r#"{"i":"a!"}"#);
        let text = assembled(vec![part(&[(less, 0..1)], (0, 1), (0, 1)), part(&[(exclamation, 1..2)], (1, 2), (1, 2))]);
        assert_eq!(text, matrix(&[(exclamation, 1..2), (less, 0..1)]));
    }

    #[test]
    fn nothing_at_all_is_an_empty_matrix() {
        assert_eq!(assembled(vec![]), matrix(&[]));
        assert_eq!(assembled(vec![part(&[], (0, 5), (0, 5))]), matrix(&[]));
    }

    #[test]
    fn a_long_answer_comes_in_pieces_that_join_to_it() {
        let labels: Vec<String> = (0..40).map(|i| format!(r#"{{"i":"{i:03}"}}"#)).collect();
        let series: Vec<_> = labels.iter().map(|labels| (labels.as_str(), 0..1_000)).collect();
        let assembly = Assembly::new(GRID, vec![part(&series, (0, 1_000), (0, 1_000))], Annotations::default());
        assert!(!assembly.is_small());
        let pieces: Vec<Bytes> = assembly.collect();
        assert!(pieces.len() > 1, "{}", pieces.len());
        assert_eq!(pieces.concat(), matrix(&series).into_bytes());
    }

    #[test]
    fn warnings_and_infos_come_last() {
        let annotations = Annotations { warnings: vec!["old \"news\"".into()], infos: vec!["i".into()] };
        let text = Assembly::new(GRID, vec![], annotations).into_bytes();
        assert!(text.ends_with(br#"]},"warnings":["old \"news\""],"infos":["i"]}"#));
    }
}
