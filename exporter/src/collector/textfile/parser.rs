//! A strict parser of the text format 0.0.4, for the files of others.
//!
//! The format: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>. What node_exporter
//! refuses is refused here, with the line; of a file with an error nothing is used.

mod cursor;
mod family;

use std::collections::HashMap;

use crate::sample::{Kind, Value};
use crate::source::text;
use cursor::Cursor;
pub(super) use family::{Family, Point};

/// What is wrong with a file, and in which line.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) problem: String,
}

/// A file's families that have samples, in the order of their first mention.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) families: Vec<Family>,
    /// Samples that repeat an earlier one's name and labels; the earlier one stays.
    pub(super) duplicates: usize,
}

/// Parses a file.
pub(super) fn parse(content: &[u8]) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser::default();
    let (whole, rest) = match memchr::memrchr(b'\n', content) {
        Some(last) => content.split_at(last + 1),
        None => (&[][..], content),
    };
    let mut line = 1;
    for content in text::lines(whole) {
        parser.line(content).map_err(|problem| SyntaxError { line, problem })?;
        line += 1;
    }
    if rest.iter().any(|byte| !matches!(byte, b' ' | b'\t')) {
        return Err(SyntaxError { line, problem: "the last line does not end in a line feed".to_owned() });
    }
    parser.parsed.families.retain(|family| !family.metrics.is_empty());
    parser.parsed.families.iter_mut().for_each(Family::complete);
    Ok(parser.parsed)
}

#[derive(Default)]
struct Parser {
    parsed: Parsed,
    /// Where in `parsed` a family is.
    places: HashMap<String, usize>,
}

impl Parser {
    fn line(&mut self, line: &[u8]) -> Result<(), String> {
        let mut cursor = Cursor::new(line);
        cursor.skip_blanks();
        match cursor.peek() {
            None => Ok(()),
            Some(b'#') => self.comment(cursor),
            Some(_) => self.sample(cursor),
        }
    }

    /// `# HELP name text`, `# TYPE name type`, or a comment that means nothing.
    fn comment(&mut self, mut cursor: Cursor<'_>) -> Result<(), String> {
        cursor.skip(1);
        cursor.skip_blanks();
        let keyword = cursor.word();
        if !matches!(keyword, b"HELP" | b"TYPE") || cursor.peek().is_none() {
            return Ok(());
        }
        cursor.skip_blanks();
        let name = cursor.metric_name();
        match cursor.peek() {
            None => return Ok(()),
            Some(b' ' | b'\t') if !name.is_empty() => {}
            Some(_) => return Err("a comment names no metric".to_owned()),
        }
        cursor.skip_blanks();
        let (place, _) = self.family(name);
        let family = &mut self.parsed.families[place];
        match (keyword, cursor.rest()) {
            (_, b"") => Ok(()),
            (b"HELP", help) => family.set_help(help),
            (_, kind) => family.set_kind(kind),
        }
    }

    /// `name{label="value"} 1`
    fn sample(&mut self, mut cursor: Cursor<'_>) -> Result<(), String> {
        let name = cursor.metric_name();
        if name.is_empty() {
            return Err("a sample does not begin with a metric's name".to_owned());
        }
        cursor.skip_blanks();
        let (place, suffix) = self.family(name);
        let labels = if cursor.peek() == Some(b'{') { cursor.labels()? } else { Vec::new() };
        cursor.skip_blanks();
        let word = cursor.word();
        let value = number(word).ok_or_else(|| format!("`{}` is not a value of `{name}`", text::shown(word)))?;
        if let Some(rest) = Some(cursor.rest()).filter(|rest| !rest.is_empty()) {
            return Err(match rest.trim_ascii() {
                b"" => format!("white space after the value of `{name}`"),
                _ => format!("`{name}` has a timestamp, which is for scrapers to set"),
            });
        }
        let family = &mut self.parsed.families[place];
        self.parsed.duplicates += usize::from(!family.add(suffix, labels, value)?);
        Ok(())
    }

    /// The family that a sample's name belongs to, made when it is new, and what of the name is a suffix.
    fn family(&mut self, name: &str) -> (usize, &'static str) {
        if let Some(&place) = self.places.get(name) {
            return (place, "");
        }
        for suffix in ["_count", "_sum", "_bucket"] {
            let base = name.strip_suffix(suffix).and_then(|base| self.places.get(base));
            let Some(&place) = base else { continue };
            match self.parsed.families[place].kind() {
                Kind::Histogram => return (place, suffix),
                Kind::Summary if suffix != "_bucket" => return (place, suffix),
                _ => {}
            }
        }
        let place = self.parsed.families.len();
        self.parsed.families.push(Family::new(name));
        self.places.insert(name.to_owned(), place);
        (place, "")
    }
}

/// A value, as Go reads it: decimal, or an infinity, or no number.
fn number(word: &[u8]) -> Option<Value> {
    let value = Value::parse(word)?;
    let infinite = matches!(value, Value::Float(value) if value.is_infinite());
    // What is too large for a float would be read as infinite.
    (!infinite || !word.iter().any(u8::is_ascii_digit)).then_some(value)
}

#[cfg(test)]
mod tests;
