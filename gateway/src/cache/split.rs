//! From a range answer to a chunk: finds each series' labels and points in the text and checks that they are what was asked.
//!
//! Whatever is not exactly a matrix on the caller's grid is not an error for the caller, who gets upstream's bytes, but it is
//! never kept as range data: that is what [`Unfit`] says, and why.

use bytes::Bytes;
use thiserror::Error;

use super::chunk::{Chunk, Series, Span};
use super::grid::{Grid, Steps};
use super::json::{Cursor, Malformed};

/// A range answer taken apart.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) chunk: Chunk,
    /// What upstream noted about the query; see [`is_about_the_query_only`].
    pub(crate) infos: Vec<String>,
}

/// Why an answer cannot be kept in chunks.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum Unfit {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("it is not a success")]
    NotSuccess,
    #[error("it is not a matrix")]
    NotMatrix,
    #[error("upstream calls it partial")]
    Partial,
    #[error("it carries warnings")]
    Warnings,
    #[error("it has a field that is not known")]
    UnknownField,
    #[error("it has a point that was not asked for")]
    OffGrid,
}

/// Takes the answer to a request for exactly `steps` apart. Copies nothing: the chunk points into `body`.
pub(crate) fn split(body: &Bytes, grid: Grid, steps: Steps) -> Result<Split, Unfit> {
    let mut cursor = Cursor::new(body);
    let (mut success, mut series, mut infos) = (false, None, Vec::new());
    cursor.object::<Unfit>(|cursor, key| {
        match key {
            b"status" => success = cursor.string()? == b"success",
            b"data" => series = Some(data(cursor, grid, steps)?),
            b"warnings" => strings(cursor)?.is_empty().then_some(()).ok_or(Unfit::Warnings)?,
            b"infos" => infos = strings(cursor)?,
            b"isPartial" => {
                let range = cursor.skip()?;
                (&cursor.text[range] == b"false").then_some(()).ok_or(Unfit::Partial)?;
            }
            // VictoriaMetrics adds `stats` and `trace`: about the evaluation, not part of the answer.
            _ => {
                cursor.skip()?;
            }
        }
        Ok(())
    })?;
    cursor.end()?;
    if !success {
        return Err(Unfit::NotSuccess);
    }
    if !infos.iter().all(|info| is_about_the_query_only(info)) {
        return Err(Unfit::Warnings);
    }
    let series = series.ok_or(Unfit::NotMatrix)?.into_boxed_slice();
    Ok(Split { chunk: Chunk { steps, series, bytes: body.clone() }, infos })
}

/// Whether an info depends on the query and on there being data, but not on which data: then every chunk with points in it
/// would have been given the same. All others make an answer that is kept whole or not at all.
fn is_about_the_query_only(info: &str) -> bool {
    info.starts_with("PromQL info: metric might not be a counter, name does not end in")
}

fn strings(cursor: &mut Cursor<'_>) -> Result<Vec<String>, Unfit> {
    let range = cursor.skip()?;
    let text = &cursor.text[range];
    if text == b"null" {
        return Ok(Vec::new());
    }
    serde_json::from_slice(text).map_err(|_| Unfit::Warnings)
}

fn data(cursor: &mut Cursor<'_>, grid: Grid, steps: Steps) -> Result<Vec<Series>, Unfit> {
    let (mut matrix, mut all) = (false, Vec::new());
    cursor.object::<Unfit>(|cursor, key| {
        match key {
            b"resultType" => matrix = cursor.string()? == b"matrix",
            b"result" => cursor.array::<Unfit>(|cursor| {
                all.push(series(cursor, grid, steps)?);
                Ok(())
            })?,
            _ => return Err(Unfit::UnknownField),
        }
        Ok(())
    })?;
    if matrix { Ok(all) } else { Err(Unfit::NotMatrix) }
}

fn series(cursor: &mut Cursor<'_>, grid: Grid, steps: Steps) -> Result<Series, Unfit> {
    let (mut series, mut labelled) = (Series::default(), false);
    cursor.object::<Unfit>(|cursor, key| {
        match key {
            b"metric" => {
                let range = cursor.skip()?;
                labelled = cursor.text[range.start] == b'{';
                series.labels = Span::new(range.start, range.end);
            }
            b"values" => series.floats = run(cursor, grid, steps, float)?,
            b"histograms" => series.histograms = run(cursor, grid, steps, |cursor| cursor.skip().map(drop))?,
            // A scalar's or a vector's `value`, or something that is yet to be invented.
            _ => return Err(Unfit::NotMatrix),
        }
        Ok(())
    })?;
    if labelled { Ok(series) } else { Err(Unfit::NotMatrix) }
}

/// An array of points `[t,…]`, without its brackets. Points have to be written without white space, as every upstream does:
/// cutting later looks for their first bytes.
fn run(
    cursor: &mut Cursor<'_>,
    grid: Grid,
    steps: Steps,
    value: impl Fn(&mut Cursor<'_>) -> Result<(), Malformed>,
) -> Result<Span, Unfit> {
    let mut clock = Clock::new(grid, steps);
    cursor.expect(b'[', "an array of points")?;
    let start = cursor.at;
    if cursor.peek() == Some(b']') {
        cursor.at += 1;
        return Ok(Span::new(start, start));
    }
    loop {
        cursor.expect_exactly(b'[', "a point")?;
        clock.tick(cursor.milliseconds()?)?;
        cursor.expect_exactly(b',', "a comma after the time")?;
        value(cursor)?;
        cursor.expect_exactly(b']', "the end of the point")?;
        if cursor.peek() != Some(b',') {
            break;
        }
        cursor.at += 1;
    }
    let end = cursor.at;
    cursor.expect_exactly(b']', "the end of the points")?;
    Ok(Span::new(start, end))
}

/// A float in quotes. Its text is upstream's business, but it cannot hold what begins or ends a point.
fn float(cursor: &mut Cursor<'_>) -> Result<(), Malformed> {
    cursor.expect_exactly(b'"', "a value in quotes")?;
    let digits = &cursor.text[cursor.at..];
    let length = digits
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E' | b'a'..=b'z' | b'A'..=b'Z'))
        .count();
    if length == 0 {
        return cursor.fail("a value");
    }
    cursor.at += length;
    cursor.expect_exactly(b'"', "the end of the value")
}

/// Checks that times rise, lie on the grid and were asked for.
struct Clock {
    step_ms: i64,
    first_ms: i64,
    last_ms: i64,
    previous_ms: Option<i64>,
}

impl Clock {
    fn new(grid: Grid, steps: Steps) -> Self {
        Self {
            step_ms: grid.step_ms,
            first_ms: grid.time_ms(steps.first),
            last_ms: grid.time_ms(steps.end - 1),
            previous_ms: None,
        }
    }

    fn tick(&mut self, time_ms: i64) -> Result<(), Unfit> {
        let due = match self.previous_ms {
            // Nearly every point follows the one before it by one step; a division each would be felt.
            Some(previous) if time_ms - previous == self.step_ms => true,
            Some(previous) => time_ms > previous && (time_ms - previous) % self.step_ms == 0,
            None => time_ms >= self.first_ms && (time_ms - self.first_ms) % self.step_ms == 0,
        };
        if !due || time_ms > self.last_ms {
            return Err(Unfit::OffGrid);
        }
        self.previous_ms = Some(time_ms);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid { step_ms: 15_000, phase_ms: 7_000 };

    fn split_text(text: &str) -> Result<Split, Unfit> {
        split(&Bytes::copy_from_slice(text.as_bytes()), GRID, Steps::new(0, 4))
    }

    fn matrix(result: &str) -> String {
        format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{result}]}}}}"#)
    }

    #[test]
    fn labels_and_points_are_found_in_place() {
        let text = matrix(
            r#"{"metric":{"__name__":"up","j":"a\"}]"},"values":[[7,"1"],[22,"NaN"],[52,"0.1"]]},{"metric":{},"histograms":[[37,{"count":"1","sum":"2","buckets":[[3,"-1","1","1"]]}]]}"#,
        );
        let chunk = split_text(&text).unwrap().chunk;
        assert_eq!(chunk.series.len(), 2);
        assert_eq!(chunk.text(chunk.series[0].labels), br#"{"__name__":"up","j":"a\"}]"}"#);
        assert_eq!(chunk.text(chunk.series[0].floats), br#"[7,"1"],[22,"NaN"],[52,"0.1"]"#);
        assert_eq!(chunk.text(chunk.series[1].floats), b"");
        assert_eq!(
            chunk.text(chunk.series[1].histograms),
            br#"[37,{"count":"1","sum":"2","buckets":[[3,"-1","1","1"]]}]"#
        );
    }

    #[test]
    fn an_empty_answer_is_an_answer() {
        assert_eq!(split_text(&matrix("")).unwrap().chunk.series.len(), 0);
    }

    #[test]
    fn every_truncation_is_refused() {
        let text = matrix(r#"{"metric":{"a":"b"},"values":[[7,"1"],[22,"2"]]}"#);
        for length in 0..text.len() {
            assert!(split_text(&text[..length]).is_err(), "{}", &text[..length]);
        }
        assert!(split_text(&format!("{text}{text}")).is_err());
    }

    #[test]
    fn points_nobody_asked_for_are_refused() {
        for values in [r#"[8,"1"]"#, r#"[-8,"1"]"#, r#"[67,"1"]"#, r#"[22,"1"],[7,"1"]"#, r#"[7,"1"],[7,"1"]"#] {
            let text = matrix(&format!(r#"{{"metric":{{}},"values":[{values}]}}"#));
            assert_eq!(split_text(&text).unwrap_err(), Unfit::OffGrid, "{values}");
        }
    }

    #[test]
    fn what_is_not_a_whole_matrix_is_not_kept() {
        let with =
            |extra: &str| format!(r#"{{"status":"success",{extra}"data":{{"resultType":"matrix","result":[]}}}}"#);
        assert!(split_text(&with("")).is_ok());
        assert!(split_text(&with(r#""isPartial":false,"stats":{"seriesFetched":"1"},"#)).is_ok());
        assert_eq!(split_text(&with(r#""isPartial":true,"#)).unwrap_err(), Unfit::Partial);
        assert_eq!(split_text(&with(r#""warnings":["a store is down"],"#)).unwrap_err(), Unfit::Warnings);
        assert_eq!(split_text(&with(r#""infos":["PromQL info: something new"],"#)).unwrap_err(), Unfit::Warnings);
        assert_eq!(split_text(r#"{"status":"error","error":"x"}"#).unwrap_err(), Unfit::NotSuccess);
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[7,"1"]}]}}"#;
        assert_eq!(split_text(vector).unwrap_err(), Unfit::NotMatrix);
        assert_eq!(
            split_text(r#"{"status":"success","data":{"resultType":"matrix","result":[],"stats":{}}}"#).unwrap_err(),
            Unfit::UnknownField
        );
    }

    #[test]
    fn an_info_about_the_name_of_a_metric_is_harmless() {
        let info = "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \\\"up\\\" (1:6)";
        let text = format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[]}},"infos":["{info}"]}}"#);
        assert_eq!(split_text(&text).unwrap().infos.len(), 1);
    }
}
