//! Walking over JSON text without building anything from it.
//!
//! A range answer is tens of megabytes whose values nobody here wants to know. The cursor finds where things begin and end
//! and checks that what it passes is well-formed; a truncated or damaged answer is an error, never a shorter one.

use memchr::memchr2;
use thiserror::Error;

/// How deep skipped values may nest. Prometheus' own answers need six.
const DEPTH_MAX: usize = 32;

#[derive(Debug, Error, PartialEq, Eq)]
#[error("malformed JSON at byte {at}: expected {expected}")]
pub(crate) struct Malformed {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

pub(crate) struct Cursor<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn fail<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, expected })
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The next byte after white space, which stays where it is.
    pub(crate) fn peek_token(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.peek()
    }

    /// Takes `byte` if it comes next, white space aside.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek_token() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.take(byte) { Ok(()) } else { self.fail(expected) }
    }

    /// Takes the very next byte, white space not allowed.
    pub(crate) fn expect_exactly(&mut self, byte: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.peek() != Some(byte) {
            return self.fail(expected);
        }
        self.at += 1;
        Ok(())
    }

    pub(crate) fn end(&mut self) -> Result<(), Malformed> {
        if self.peek_token().is_some() { self.fail("the end") } else { Ok(()) }
    }

    /// A string's bytes between its quotes, escapes left alone.
    pub(crate) fn string(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        loop {
            let Some(offset) = memchr2(b'"', b'\\', &self.text[self.at..]) else {
                self.at = self.text.len();
                return self.fail("a closing quote");
            };
            self.at += offset;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Ok(&self.text[start..self.at - 1]);
            }
            self.at += 2;
            if self.at > self.text.len() {
                return self.fail("a closing quote");
            }
        }
    }

    /// Each member of an object: `member` is given the key and has to consume the value.
    pub(crate) fn object<E: From<Malformed>>(
        &mut self,
        mut member: impl FnMut(&mut Self, &'a [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(b'{', "an object")?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':', "a colon")?;
            member(self, key)?;
            if !self.take(b',') {
                return Ok(self.expect(b'}', "a comma or the end of the object")?);
            }
        }
    }

    /// Each element of an array: `element` has to consume it.
    pub(crate) fn array<E: From<Malformed>>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.expect(b'[', "an array")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if !self.take(b',') {
                return Ok(self.expect(b']', "a comma or the end of the array")?);
            }
        }
    }

    /// Passes over any value and says where it lies.
    pub(crate) fn skip(&mut self) -> Result<std::ops::Range<usize>, Malformed> {
        self.skip_nested(0)
    }

    fn skip_nested(&mut self, depth: usize) -> Result<std::ops::Range<usize>, Malformed> {
        if depth > DEPTH_MAX {
            return self.fail("less nesting");
        }
        let first = self.peek_token();
        let start = self.at;
        match first {
            Some(b'"') => drop(self.string()?),
            Some(b'{') => self.object::<Malformed>(|cursor, _| cursor.skip_nested(depth + 1).map(drop))?,
            Some(b'[') => self.array::<Malformed>(|cursor| cursor.skip_nested(depth + 1).map(drop))?,
            _ => self.scalar()?,
        }
        Ok(start..self.at)
    }

    fn scalar(&mut self) -> Result<(), Malformed> {
        let rest = &self.text[self.at..];
        if let Some(word) = [&b"true"[..], b"false", b"null"].into_iter().find(|word| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(());
        }
        let length =
            rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
        if length == 0 {
            return self.fail("a value");
        }
        self.at += length;
        Ok(())
    }

    /// A time in seconds with at most three decimals, as milliseconds. Exact: no float in between.
    pub(crate) fn milliseconds(&mut self) -> Result<i64, Malformed> {
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let start = self.at;
        let mut value: i64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        // Thirteen digits are the year 300,000, and cannot have wrapped around.
        if self.at == start || self.at - start > 13 {
            return self.fail("a time in seconds");
        }
        value *= 1000;
        if self.peek() == Some(b'.') {
            self.at += 1;
            let mut unit = 100;
            while let Some(digit @ b'0'..=b'9') = self.peek() {
                if unit == 0 && digit != b'0' {
                    return self.fail("at most three decimals");
                }
                value += i64::from(digit - b'0') * unit;
                unit /= 10;
                self.at += 1;
            }
        }
        Ok(if negative { -value } else { value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(text: &str) -> Result<&str, Malformed> {
        Cursor::new(text.as_bytes()).skip().map(|range| &text[range])
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        assert_eq!(skipped(r#" {"a":[1,"]}\"",null]} ,"#), Ok(r#"{"a":[1,"]}\"",null]}"#));
        assert_eq!(skipped("-1.5e3,"), Ok("-1.5e3"));
    }

    #[test]
    fn half_a_value_is_an_error() {
        for text in ["", "{", r#"{"a""#, r#"{"a":1"#, "[1,", r#""abc"#, "\"\\", "[1 2]", "{1:2}", "nul"] {
            assert!(skipped(text).is_err(), "{text}");
        }
        assert!(skipped(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn times_are_exact_to_the_millisecond() {
        let time = |text: &str| Cursor::new(text.as_bytes()).milliseconds();
        assert_eq!(time("1763667597"), Ok(1_763_667_597_000));
        assert_eq!(time("1763667597.007"), Ok(1_763_667_597_007));
        assert_eq!(time("0.5"), Ok(500));
        assert_eq!(time("-1.250"), Ok(-1_250));
        assert_eq!(time("1.250000"), Ok(1_250));
        assert!(time("1.2505").is_err());
        assert!(time(".5").is_err());
        assert!(time("99999999999999999999").is_err());
    }
}
