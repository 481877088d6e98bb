//! Refusing a query before it is parsed: eight thousand brackets overflow the parser's stack, which ends the process.

use thiserror::Error;

pub(crate) const BYTES_MAX: usize = 16 * 1024;
const DEPTH_MAX: usize = 100;
const OPERATORS_MAX: usize = 1_000;

#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum TooComplex {
    #[error("the query has {0} bytes, the limit is {BYTES_MAX}")]
    Bytes(usize),
    #[error("the query nests brackets more than {DEPTH_MAX} deep, which is the limit")]
    Depth,
    #[error("the query has more than {OPERATORS_MAX} operators, which is the limit")]
    Operators,
}

/// Whether a query is small and flat enough to be parsed. Whatever nests the syntax tree has to be counted here: brackets by
/// their depth, and what can follow one another without brackets (operators, signs, subqueries, modifiers) by number.
pub(crate) fn check(text: &str) -> Result<(), TooComplex> {
    if text.len() > BYTES_MAX {
        return Err(TooComplex::Bytes(text.len()));
    }
    let (mut depth, mut braces, mut operators) = (0_usize, 0_usize, 0_usize);
    let mut tokens = Scanner::new(text);
    while let Some(token) = tokens.next_token() {
        match token {
            "(" | "[" | "{" => {
                depth += 1;
                braces += usize::from(token == "{");
                // `a[1m:][1m:][1m:]` nests without ever being deep.
                operators += usize::from(token == "[");
            }
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                braces = braces.saturating_sub(usize::from(token == "}"));
            }
            // The matchers of a selector are a list, not a nest.
            _ if braces > 0 => {}
            "+" | "-" | "*" | "/" | "%" | "^" | "@" | "<" | ">" | "=" | "!" | "~" => operators += 1,
            word if is_operator_word(word) => operators += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(TooComplex::Depth);
        }
        if operators > OPERATORS_MAX {
            return Err(TooComplex::Operators);
        }
    }
    Ok(())
}

fn is_operator_word(word: &str) -> bool {
    ["and", "or", "unless", "atan2", "offset", "default", "if", "ifnot"]
        .iter()
        .any(|operator| word.eq_ignore_ascii_case(operator))
}

/// Cuts PromQL into strings, comments, blanks, words and single characters. Never fails: what is not closed ends at the end.
pub(super) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn next_token(&mut self) -> Option<&'a str> {
        let first = self.rest.chars().next()?;
        let while_true = |test: fn(char) -> bool| self.rest.find(|other: char| !test(other)).unwrap_or(self.rest.len());
        let length = match first {
            '"' | '\'' | '`' => self.string_length(first),
            '#' => self.rest.find('\n').unwrap_or(self.rest.len()),
            _ if first.is_ascii_whitespace() => while_true(|other| other.is_ascii_whitespace()),
            _ if is_word(first) => while_true(is_word),
            _ => first.len_utf8(),
        };
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(token)
    }

    fn string_length(&self, quote: char) -> usize {
        let mut escaped = false;
        for (at, other) in self.rest.char_indices().skip(1) {
            if escaped {
                escaped = false;
            } else if other == '\\' && quote != '`' {
                escaped = true;
            } else if other == quote {
                return at + 1;
            }
        }
        self.rest.len()
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | ':' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses, prints and drops on a stack as small as tokio's: without the guard the ones below would abort the test.
    fn survives(text: String) -> Result<(), TooComplex> {
        std::thread::Builder::new()
            .stack_size(2 * 1024 * 1024)
            .spawn(move || {
                check(&text)?;
                drop(super::super::Query::read(&text));
                Ok(())
            })
            .unwrap()
            .join()
            .unwrap()
    }

    #[test]
    fn nests_are_refused_before_they_are_parsed() {
        assert_eq!(survives(format!("{}1{}", "(".repeat(8_000), ")".repeat(8_000))), Err(TooComplex::Depth));
        assert_eq!(survives("abs(".repeat(4_000)), Err(TooComplex::Depth));
        assert_eq!(survives(format!("1{}", "+1".repeat(8_000))), Err(TooComplex::Operators));
        assert_eq!(survives(format!("{}1", "-".repeat(16_000))), Err(TooComplex::Operators));
        assert_eq!(survives(format!("a{}", "[1m:]".repeat(3_000))), Err(TooComplex::Operators));
        assert_eq!(survives(format!("a{}", " or a".repeat(3_000))), Err(TooComplex::Operators));
        assert_eq!(survives("1".repeat(BYTES_MAX + 1)), Err(TooComplex::Bytes(BYTES_MAX + 1)));
    }

    #[test]
    fn what_is_just_allowed_is_survived() {
        assert_eq!(survives(format!("{}1{}", "(".repeat(100), ")".repeat(100))), Ok(()));
        assert_eq!(survives(format!("1{}", "+1".repeat(1_000))), Ok(()));
        assert_eq!(survives(format!("1{}", "^1".repeat(1_000))), Ok(()));
        assert_eq!(survives(format!("{}1", "-".repeat(1_000))), Ok(()));
        assert_eq!(survives(format!("a{}", "[1m:]".repeat(1_000))), Ok(()));
        assert_eq!(survives(format!("a{}", " or a".repeat(1_000))), Ok(()));
        assert_eq!(survives(format!("{}a{}", "sum(-".repeat(99), ")".repeat(99))), Ok(()));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        assert_eq!(check(&format!("up{{a=\"{}\"}} # {}", "(".repeat(5_000), "(".repeat(5_000))), Ok(()));
        assert_eq!(check(&format!("up{{a=~'{}'}}", "\\'(".repeat(3_000))), Ok(()));
    }

    #[test]
    fn a_thousand_matchers_are_not_a_nest() {
        let matchers: Vec<String> = (0..1_200).map(|i| format!("l{i}!=\"\"")).collect();
        assert_eq!(check(&format!("up{{{}}}", matchers.join(","))), Ok(()));
    }
}
