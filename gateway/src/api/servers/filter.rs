//! `web state=down cpu>0.9 role=ai !rack:r1`: terms that must all hold.

use std::hash::{Hash, Hasher};

use crate::error::ApiError;
use crate::params::refused;
use crate::wire::server::{ServerRow, ServerStatus};

use super::sort::{VALUE_COLUMNS, ValueColumn};

/// What a filter can be asked about.
pub(crate) trait Filterable {
    /// A column of numbers.
    type Column: Copy;

    fn value(&self, column: Self::Column) -> Option<f64>;
    /// That of its server, where that is known.
    fn status(&self) -> Option<ServerStatus>;
    fn label(&self, name: &str) -> Option<&str>;
    /// Where a word may be found.
    fn texts(&self) -> impl Iterator<Item = &str>;
}

impl Filterable for ServerRow {
    type Column = ValueColumn;

    fn value(&self, column: ValueColumn) -> Option<f64> {
        column.value(self)
    }

    fn status(&self) -> Option<ServerStatus> {
        Some(self.status)
    }

    fn label(&self, name: &str) -> Option<&str> {
        match name {
            "name" => Some(&self.name),
            "instance" => Some(&self.instance),
            "job" => Some(&self.job),
            _ => self.labels.get(name).map(String::as_str),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.instance, &self.job].into_iter().chain(self.labels.values()).map(String::as_str)
    }
}

/// Longer cannot be meant, and every row is compared with all of it.
const MAX_CHARACTERS: usize = 200;

#[derive(Clone, Debug)]
pub(crate) struct Filter<Column> {
    /// As it was written, without the spaces that do not matter; what makes two filters equal.
    text: String,
    terms: Vec<Term<Column>>,
}

#[derive(Clone, Debug)]
struct Term<Column> {
    is_negated: bool,
    condition: Condition<Column>,
}

/// The columns that can be compared, by name.
type Columns<Column> = [(&'static str, Column)];

#[derive(Clone, Debug)]
enum Condition<Column> {
    /// Found somewhere in the row, whatever the case.
    Word(String),
    Status(ServerStatus),
    /// A label, or `name`, `instance` or `job`, that contains the text.
    Label {
        name: String,
        part: String,
    },
    /// The same, but it is the text, letter by letter: what a click on a group means.
    Exact {
        name: String,
        text: String,
    },
    Compare {
        column: Column,
        operator: Operator,
        value: f64,
    },
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

/// Two characters first: `>=` also starts with `>`.
const OPERATORS: &[(&str, Operator)] = &[
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
];

/// What a list of servers is narrowed by.
pub(crate) type ServerFilter = Filter<ValueColumn>;

impl ServerFilter {
    pub(crate) fn of_servers(text: &str) -> Result<Self, ApiError> {
        Self::parse(text, VALUE_COLUMNS)
    }
}

impl<Column: Copy> Filter<Column> {
    pub(crate) fn parse(text: &str, columns: &Columns<Column>) -> Result<Self, ApiError> {
        let length = text.chars().count();
        if length > MAX_CHARACTERS {
            return Err(refused(
                "filter",
                format!("`filter` has {length} characters; allowed: at most {MAX_CHARACTERS}"),
            ));
        }
        let mut terms = Vec::new();
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            // Both are slices of the same text: the distance is the word's place.
            let offset = word.as_ptr() as usize - text.as_ptr() as usize;
            let position = text[..offset].chars().count() + 1;
            terms.push(Term::parse(word, position, columns)?);
            words.push(word);
        }
        Ok(Self { text: words.join(" "), terms })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, row: &impl Filterable<Column = Column>) -> bool {
        self.terms.iter().all(|term| term.condition.holds(row) != term.is_negated)
    }
}

impl<Column> PartialEq for Filter<Column> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<Column> Eq for Filter<Column> {}

impl<Column> Hash for Filter<Column> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<Column: Copy> Term<Column> {
    /// `position` is the word's first character, counted from 1.
    fn parse(word: &str, position: usize, columns: &Columns<Column>) -> Result<Self, ApiError> {
        let (rest, is_negated) = word.strip_prefix('!').map_or((word, false), |rest| (rest, true));
        let position = position + usize::from(is_negated);
        if rest.is_empty() {
            return Err(wrong(position, "a term is missing after `!`"));
        }
        Ok(Self { is_negated, condition: Condition::parse(rest, position, columns)? })
    }
}

impl<Column: Copy> Condition<Column> {
    fn parse(word: &str, position: usize, columns: &Columns<Column>) -> Result<Self, ApiError> {
        if let Some((name, value)) = word.split_once(':')
            && !name.is_empty()
            && !value.is_empty()
            // `web-1:9100` is an instance, not a label.
            && !value.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Self::parse_label(name, value, position);
        }
        let Some(at) = word.find(['<', '>', '=']) else { return Ok(Condition::Word(word.to_lowercase())) };
        let (name, rest) = word.split_at(at);
        let column = columns.iter().find(|(known, _)| *known == name).map(|&(_, column)| column);
        match (column, rest.strip_prefix('=')) {
            (None, Some(text)) => Self::parse_equality(name, text, position),
            (Some(column), _) => Self::parse_comparison(name, column, rest, position),
            (None, None) => {
                let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                Err(wrong(position, &format!("`{name}` cannot be compared; allowed: {names}")))
            }
        }
    }

    fn parse_comparison(name: &str, column: Column, rest: &str, position: usize) -> Result<Self, ApiError> {
        let (symbol, operator) = OPERATORS
            .iter()
            .find(|(symbol, _)| rest.starts_with(symbol))
            .ok_or_else(|| wrong(position, "allowed: <, <=, >, >=, ="))?;
        let number = &rest[symbol.len()..];
        let place = position + name.chars().count() + symbol.len();
        let value = number.parse().ok().filter(|value: &f64| value.is_finite());
        let value = value.ok_or_else(|| wrong(place, &format!("`{number}` is not a number")))?;
        Ok(Condition::Compare { column, operator: *operator, value })
    }

    /// `role=ai`, `state=down`: what is before the sign is not a column of numbers.
    fn parse_equality(name: &str, text: &str, position: usize) -> Result<Self, ApiError> {
        if name.is_empty() {
            return Err(wrong(position, "a label or a column is missing before `=`"));
        }
        let place = position + name.chars().count() + 1;
        if is_status(name) {
            return parse_status(text, place);
        }
        if text.is_empty() {
            return Err(wrong(place, &format!("the value of `{name}` is missing")));
        }
        Ok(Condition::Exact { name: name.to_owned(), text: text.to_owned() })
    }

    fn parse_label(name: &str, value: &str, position: usize) -> Result<Self, ApiError> {
        if is_status(name) {
            return parse_status(value, position + name.chars().count() + 1);
        }
        Ok(Condition::Label { name: name.to_owned(), part: value.to_lowercase() })
    }

    fn holds(&self, row: &impl Filterable<Column = Column>) -> bool {
        let contains = |text: &str, part: &str| text.to_lowercase().contains(part);
        match self {
            Condition::Word(word) => row.texts().any(|it| contains(it, word)),
            Condition::Status(status) => row.status() == Some(*status),
            Condition::Label { name, part } => row.label(name).is_some_and(|text| contains(text, part)),
            Condition::Exact { name, text } => row.label(name).is_some_and(|actual| actual == text),
            Condition::Compare { column, operator, value } => {
                row.value(*column).is_some_and(|actual| operator.holds(actual, *value))
            }
        }
    }
}

impl Operator {
    fn holds(self, actual: f64, value: f64) -> bool {
        match self {
            Operator::Less => actual < value,
            Operator::LessOrEqual => actual <= value,
            Operator::Greater => actual > value,
            Operator::GreaterOrEqual => actual >= value,
            Operator::Equal => actual == value,
        }
    }
}

/// Both words are what people call it.
fn is_status(name: &str) -> bool {
    matches!(name, "status" | "state")
}

/// `position` is the value's first character, counted from 1.
fn parse_status<Column>(value: &str, position: usize) -> Result<Condition<Column>, ApiError> {
    match value {
        "up" => Ok(Condition::Status(ServerStatus::Up)),
        "stale" => Ok(Condition::Status(ServerStatus::Stale)),
        "down" => Ok(Condition::Status(ServerStatus::Down)),
        _ => Err(wrong(position, &format!("there is no status `{value}`; allowed: up, stale, down"))),
    }
}

fn wrong(position: usize, message: &str) -> ApiError {
    refused("filter", format!("`filter`, character {position}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let error = |text: &str| Filter::of_servers(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("web status:gone"), @"`filter`, character 12: there is no status `gone`; allowed: up, stale, down");
        insta::assert_snapshot!(error("web  cpu>lots"), @"`filter`, character 10: `lots` is not a number");
        insta::assert_snapshot!(error("colour>3"), @"`filter`, character 1: `colour` cannot be compared; allowed: cpu, memory, filesystem, load, network, disk, gpu, gpus, gpu.memory, gpu.temperature, gpu.warnings, temperature, uptime, alerts");
        insta::assert_snapshot!(error("a !"), @"`filter`, character 4: a term is missing after `!`");
        insta::assert_snapshot!(error("cpu>NaN"), @"`filter`, character 5: `NaN` is not a number");
        insta::assert_snapshot!(error("state=gone"), @"`filter`, character 7: there is no status `gone`; allowed: up, stale, down");
        insta::assert_snapshot!(error("cpu=busy"), @"`filter`, character 5: `busy` is not a number");
        insta::assert_snapshot!(error("web role="), @"`filter`, character 10: the value of `role` is missing");
        insta::assert_snapshot!(error("=ai"), @"`filter`, character 1: a label or a column is missing before `=`");
        insta::assert_snapshot!(error(&"ä".repeat(201)), @"`filter` has 201 characters; allowed: at most 200");
    }

    #[test]
    fn an_instance_is_a_word() {
        assert!(matches!(Condition::parse("web-1:9100", 1, VALUE_COLUMNS), Ok(Condition::Word(_))));
        assert!(matches!(Condition::parse("rack:r1", 1, VALUE_COLUMNS), Ok(Condition::Label { .. })));
    }

    #[test]
    fn a_sign_compares_columns_and_labels() {
        let text = "cpu>0.9 role=ai state=down text !alerts=0";
        let terms: Vec<_> = Filter::of_servers(text).unwrap().terms.into_iter().map(|it| it.condition).collect();
        assert!(matches!(
            &terms[..],
            [
                Condition::Compare { .. },
                Condition::Exact { name, text },
                Condition::Status(ServerStatus::Down),
                Condition::Word(_),
                Condition::Compare { .. },
            ] if name == "role" && text == "ai"
        ));
    }
}
