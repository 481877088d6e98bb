//! A column that the user adds to every server: four lines of the file.

use serde::Deserialize;

use crate::wire::panel::Unit;

/// ```toml
/// [[columns]]
/// name = "nginx_connections"
/// expression = "sum by (instance) (nginx_connections_active)"
/// unit = "count"
/// title = "nginx connections"
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub name: String,
    /// PromQL with at most one series per server, recognised by `instance` (and `job`, where it has one).
    pub expression: String,
    pub unit: Unit,
    pub title: String,
}

/// All columns travel in one query, which has a longest length.
const MAX_COLUMNS: usize = 32;
const MAX_EXPRESSION_BYTES: usize = 2_000;

/// What is wrong with these columns, if anything: the key, the value, and what is allowed.
pub(super) fn check(columns: &[Column]) -> Result<(), (String, String, String)> {
    if columns.len() > MAX_COLUMNS {
        return Err(("columns".into(), format!("{} columns", columns.len()), format!("at most {MAX_COLUMNS}")));
    }
    for (index, column) in columns.iter().enumerate() {
        let refused = |field: &str, value: &str, allowed: &str| {
            Err((format!("columns[{index}].{field}"), value.to_owned(), allowed.to_owned()))
        };
        if !is_name(&column.name) {
            return refused("name", &column.name, "1 to 60 of a-z, 0-9 and _, a letter first");
        }
        if columns[..index].iter().any(|earlier| earlier.name == column.name) {
            return refused("name", &column.name, "a name that no other column has");
        }
        if column.expression.len() > MAX_EXPRESSION_BYTES {
            return refused("expression", &column.expression[..40.min(column.expression.len())], "at most 2000 bytes");
        }
        if let Err(error) = promql_parser::parser::parse(&column.expression) {
            return refused("expression", &column.expression, &format!("PromQL ({error})"));
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.len() <= 60
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
