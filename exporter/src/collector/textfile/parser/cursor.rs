//! A place in a line, and the tokens that can stand there.

use crate::source::text;

/// No series has so many; finding one given twice takes the square of it.
const MOST_LABELS: usize = 1000;

/// What is left of a line.
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a [u8]) -> Self {
        Cursor { rest: line }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    pub(super) fn skip_blanks(&mut self) {
        self.take_while(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// What stands before the next blank.
    pub(super) fn word(&mut self) -> &'a [u8] {
        self.take_while(|byte| !matches!(byte, b' ' | b'\t'))
    }

    /// A metric's name; empty when there is none.
    pub(super) fn metric_name(&mut self) -> &'a str {
        self.name(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
    }

    /// `{name="value",…}`, sorted by name; a comma may follow the last.
    pub(super) fn labels(&mut self) -> Result<Vec<(String, String)>, String> {
        self.skip(1);
        let mut labels: Vec<(String, String)> = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek() == Some(b'}') {
                self.skip(1);
                break;
            }
            let name = self.name(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            match name {
                "" => return Err("a label's name is missing".to_owned()),
                "__name__" => return Err("the label `__name__` is reserved".to_owned()),
                _ if labels.len() >= MOST_LABELS => return Err(format!("more than {MOST_LABELS} labels")),
                _ if labels.iter().any(|(known, _)| known == name) => return Err(format!("two labels `{name}`")),
                _ => {}
            }
            self.expect(b'=', name)?;
            self.expect(b'"', name)?;
            let value = self.label_value(name)?;
            labels.push((name.to_owned(), value));
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.skip(1),
                Some(b'}') => {}
                _ => return Err(format!("neither `,` nor `}}` follows the label `{name}`")),
            }
        }
        labels.sort_unstable();
        Ok(labels)
    }

    fn expect(&mut self, wanted: u8, label: &str) -> Result<(), String> {
        self.skip_blanks();
        if self.peek() != Some(wanted) {
            return Err(format!("the label `{label}` lacks a `{}`", char::from(wanted)));
        }
        self.skip(1);
        Ok(())
    }

    /// What stands before the closing quote, unescaped.
    fn label_value(&mut self, label: &str) -> Result<String, String> {
        let mut value = Vec::new();
        loop {
            value.extend_from_slice(self.take_while(|byte| !matches!(byte, b'"' | b'\\')));
            let (quote, escaped) = (self.peek(), self.rest.get(1).copied());
            self.skip(1);
            match (quote, escaped) {
                (None, _) => return Err(format!("the value of the label `{label}` does not end")),
                (Some(b'"'), _) => break,
                (_, Some(byte @ (b'"' | b'\\'))) => value.push(byte),
                (_, Some(b'n')) => value.push(b'\n'),
                _ => return Err(format!("an unknown escape in the value of the label `{label}`")),
            }
            self.skip(1);
        }
        String::from_utf8(value).map_err(|_| format!("the value of the label `{label}` is not UTF-8"))
    }

    fn name(&mut self, allowed: impl Fn(u8) -> bool) -> &'a str {
        if self.peek().is_some_and(|first| first.is_ascii_digit()) {
            return "";
        }
        std::str::from_utf8(self.take_while(allowed)).unwrap_or_default()
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|&byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
}

/// The text of a HELP line, unescaped.
pub(super) fn unescape_help(escaped: &[u8]) -> Result<String, String> {
    let mut help = Vec::with_capacity(escaped.len());
    let mut bytes = escaped.iter().copied();
    while let Some(byte) = bytes.next() {
        help.push(match (byte, if byte == b'\\' { bytes.next() } else { None }) {
            (b'\\', Some(b'n')) => b'\n',
            (b'\\', Some(same @ (b'\\' | b'"'))) => same,
            (b'\\', _) => return Err(format!("an unknown escape in `{}`", text::shown(escaped))),
            (byte, _) => byte,
        });
    }
    String::from_utf8(help).map_err(|_| "a help text is not UTF-8".to_owned())
}
