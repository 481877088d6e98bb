//! Upstream's own bytes for a run of steps, with an index of where each series' points lie.

use bytes::Bytes;
use memchr::memchr;

use super::grid::{Grid, Steps};
use super::json::Cursor;

/// What upstream answers for `steps`. A step without a point here has no point upstream: empty is an answer, too.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) steps: Steps,
    /// In upstream's order, which is by labels.
    pub(crate) series: Box<[Series]>,
    /// What the spans point into: a whole answer just after it came, only the points themselves once stored.
    pub(crate) bytes: Bytes,
}

/// One series' part of a chunk. Runs are `[t,"v"],[t,"v"]`: no brackets around, no comma at either end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Series {
    pub(crate) labels: Span,
    pub(crate) floats: Span,
    pub(crate) histograms: Span,
}

/// A range of a chunk's bytes. 32 bits: an answer is at most 4 GiB, which the configuration ensures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let narrow = |at: usize| u32::try_from(at).expect("answers are capped below 4 GiB");
        Self { start: narrow(start), end: narrow(end) }
    }
}

impl Chunk {
    pub(crate) fn text(&self, span: Span) -> &[u8] {
        &self.bytes[span.start as usize..span.end as usize]
    }

    /// Bytes of memory that keeping this costs.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len() + self.series.len() * size_of::<Series>() + size_of::<Self>()
    }

    /// The points of `steps` only, in memory of their own. Series without a point there are left out.
    pub(crate) fn cut(&self, grid: Grid, steps: Steps) -> Chunk {
        let mut builder = Builder::default();
        for series in &self.series {
            let floats = floats_of(self.text(series.floats), grid, steps);
            let histograms = histograms_of(self.text(series.histograms), grid, steps);
            builder.push(self.text(series.labels), [floats], [histograms]);
        }
        builder.finish(self.steps.intersection(steps))
    }
}

/// Writes the series of a new chunk one after the other.
#[derive(Default)]
pub(crate) struct Builder {
    bytes: Vec<u8>,
    series: Vec<Series>,
}

impl Builder {
    /// Adds a series from runs in order of time; one with no point at all is left out.
    pub(crate) fn push<'a>(
        &mut self,
        labels: &[u8],
        floats: impl IntoIterator<Item = &'a [u8]>,
        histograms: impl IntoIterator<Item = &'a [u8]>,
    ) {
        let start = self.bytes.len();
        let labels = self.append(labels);
        let floats = self.append_runs(floats);
        let histograms = self.append_runs(histograms);
        if floats.start == floats.end && histograms.start == histograms.end {
            self.bytes.truncate(start);
            return;
        }
        self.series.push(Series { labels, floats, histograms });
    }

    pub(crate) fn finish(self, steps: Steps) -> Chunk {
        // Exactly as large as it is: what is kept for hours must not carry a vector's spare room.
        Chunk { steps, series: self.series.into_boxed_slice(), bytes: Bytes::from(self.bytes.into_boxed_slice()) }
    }

    fn append(&mut self, text: &[u8]) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        Span::new(start, self.bytes.len())
    }

    fn append_runs<'a>(&mut self, runs: impl IntoIterator<Item = &'a [u8]>) -> Span {
        let start = self.bytes.len();
        append_runs(&mut self.bytes, runs);
        Span::new(start, self.bytes.len())
    }
}

/// Appends runs with a comma between those that are not empty. Says whether there was anything to append.
pub(crate) fn append_runs<'a>(to: &mut Vec<u8>, runs: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let mut any = false;
    for run in runs.into_iter().filter(|run| !run.is_empty()) {
        if any {
            to.push(b',');
        }
        to.extend_from_slice(run);
        any = true;
    }
    any
}

/// The part of a run of floats that lies in `steps`, found by bisection: a `[` begins a point and nothing else.
pub(crate) fn floats_of(run: &[u8], grid: Grid, steps: Steps) -> &[u8] {
    if steps.is_empty() {
        return &[];
    }
    let start = first_float_at(run, grid.time_ms(steps.first));
    let end = first_float_at(run, grid.time_ms(steps.end));
    between(run, start, end)
}

/// The same for histograms, whose points nest brackets and are therefore walked one by one.
pub(crate) fn histograms_of(run: &[u8], grid: Grid, steps: Steps) -> &[u8] {
    if run.is_empty() || steps.is_empty() {
        return &[];
    }
    let (from_ms, until_ms) = (grid.time_ms(steps.first), grid.time_ms(steps.end));
    let (mut start, mut end) = (run.len(), run.len());
    let mut cursor = Cursor::new(run);
    while cursor.peek().is_some() {
        let point = cursor.at;
        cursor.at += 1;
        let time_ms = cursor.milliseconds().expect("runs are checked when an answer is split");
        if time_ms >= from_ms {
            start = start.min(point);
        }
        if time_ms >= until_ms {
            end = point;
            break;
        }
        cursor.at = point;
        cursor.skip().expect("runs are checked when an answer is split");
        cursor.take(b',');
    }
    between(run, start, end)
}

fn between(run: &[u8], start: usize, end: usize) -> &[u8] {
    let part = &run[start..end.max(start)];
    part.strip_suffix(b",").unwrap_or(part)
}

/// Where the first point not before `time_ms` begins, or the end of the run.
fn first_float_at(run: &[u8], time_ms: i64) -> usize {
    let point_from = |at: usize| memchr(b'[', &run[at..]).map(|offset| at + offset);
    // Bisects the position, not the point: how many bytes a point takes is nobody's promise.
    let (mut low, mut high) = (0, run.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match point_from(middle) {
            Some(point) if time_at(run, point) < time_ms => low = point + 1,
            _ => high = middle,
        }
    }
    point_from(low).unwrap_or(run.len())
}

fn time_at(run: &[u8], point: usize) -> i64 {
    Cursor { text: run, at: point + 1 }.milliseconds().expect("runs are checked when an answer is split")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { step_ms: 500, phase_ms: 0 };
    const FLOATS: &[u8] = br#"[1,"1"],[1.500,"NaN"],[2.500,"-1.7976931348623157e+308"],[4,"+Inf"]"#;

    fn floats(first: i64, end: i64) -> &'static str {
        std::str::from_utf8(floats_of(FLOATS, GRID, Steps::new(first, end))).unwrap()
    }

    #[test]
    fn a_part_of_a_run_has_its_points_and_no_comma_around() {
        assert_eq!(floats(0, 100), std::str::from_utf8(FLOATS).unwrap());
        assert_eq!(floats(3, 6), r#"[1.500,"NaN"],[2.500,"-1.7976931348623157e+308"]"#);
        assert_eq!(floats(2, 3), r#"[1,"1"]"#);
        assert_eq!(floats(6, 9), r#"[4,"+Inf"]"#);
    }

    #[test]
    fn a_gap_has_no_points() {
        for (first, end) in [(0, 2), (4, 5), (6, 8), (9, 100), (3, 3)] {
            assert_eq!(floats(first, end), "", "{first}..{end}");
        }
        assert_eq!(floats_of(b"", GRID, Steps::new(0, 9)), b"");
    }

    #[test]
    fn histograms_are_cut_between_points_not_within() {
        let run = br#"[1,{"count":"2","sum":"3","buckets":[[0,"1","2","2"]]}],[2,{"count":"0","sum":"0"}]"#;
        let part = |first, end| std::str::from_utf8(histograms_of(run, GRID, Steps::new(first, end))).unwrap();
        assert_eq!(part(2, 4), r#"[1,{"count":"2","sum":"3","buckets":[[0,"1","2","2"]]}]"#);
        assert_eq!(part(4, 5), r#"[2,{"count":"0","sum":"0"}]"#);
        assert_eq!(part(0, 2), "");
    }

    #[test]
    fn a_cut_chunk_leaves_out_series_that_ended() {
        let mut builder = Builder::default();
        builder.push(br#"{"a":"1"}"#, [&b"[1,\"1\"]"[..], b"", b"[2,\"1\"]"], []);
        builder.push(br#"{"a":"2"}"#, [&b"[2,\"2\"]"[..]], []);
        builder.push(br#"{"a":"3"}"#, [&b""[..]], []);
        let chunk = builder.finish(Steps::new(0, 10));
        assert_eq!(chunk.series.len(), 2);
        assert_eq!(chunk.text(chunk.series[0].floats), br#"[1,"1"],[2,"1"]"#);

        let early = chunk.cut(GRID, Steps::new(-5, 3));
        assert_eq!(early.steps, Steps::new(0, 3));
        assert_eq!(early.series.len(), 1);
        assert_eq!(early.text(early.series[0].labels), br#"{"a":"1"}"#);
        assert_eq!(early.bytes.len(), br#"{"a":"1"}[1,"1"]"#.len());
    }
}
