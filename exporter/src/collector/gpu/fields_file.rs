//! `--collector.gpu.fields-file`: which DCGM fields are exported, in dcgm-exporter's own form.
//!
//! ```text
//! # a comment
//! DCGM_FI_DEV_GPU_UTIL, gauge, GPU utilization (in %).
//! DCGM_FI_DRIVER_VERSION, label, Driver Version
//! ```

use super::dcgm::{self, Selected, Source};
use crate::sample::Kind;

/// A line that cannot be what its author meant.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(super) struct FieldsFileError {
    line: usize,
    problem: String,
}

/// Reads the file's text, in its order.
pub(super) fn parse(text: &str) -> Result<Vec<Selected>, FieldsFileError> {
    let mut selection: Vec<Selected> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let refuse = |problem| FieldsFileError { line: at + 1, problem };
        let Some(selected) = parse_line(line).map_err(refuse)? else { continue };
        if selection.iter().any(|earlier| earlier.name == selected.name) {
            return Err(refuse(format!("`{}` is there twice", selected.name)));
        }
        selection.push(selected);
    }
    Ok(selection)
}

fn parse_line(line: &str) -> Result<Option<Selected>, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let mut columns = line.splitn(3, ',').map(str::trim);
    let (Some(name), Some(kind), Some(help)) = (columns.next(), columns.next(), columns.next()) else {
        return Err(format!("`{line}` has not the form `field, type, help`"));
    };
    let source =
        dcgm::source(name).ok_or_else(|| format!("there is no field `{name}`; docs/gpu.md lists those there are"))?;
    let kind = match (kind, source) {
        ("label", Source::Label(_)) => Kind::Untyped,
        ("gauge", Source::Label(_)) | ("counter", Source::Label(_)) => {
            return Err(format!("`{name}` is a text: its type is `label`, not `{kind}`"));
        }
        ("label", _) => return Err(format!("`{name}` is a number: its type is `gauge` or `counter`, not `label`")),
        ("gauge", _) => Kind::Gauge,
        ("counter", _) => Kind::Counter,
        _ => return Err(format!("there is no type `{kind}`; allowed are `gauge`, `counter` and `label`")),
    };
    Ok(Some(Selected::new(name.to_owned().into(), kind, unquoted(help).into(), source)))
}

/// A CSV column that contains commas stands in quotes, and doubles the quotes inside.
fn unquoted(column: &str) -> String {
    match column.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => column.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text).err().unwrap().to_string()
    }

    #[test]
    fn fields_are_taken_in_order_with_their_type_and_help() {
        let text = "# Clocks,,\n\nDCGM_FI_DEV_SM_CLOCK, gauge, \"SM clock, in MHz\"\n\
                    DCGM_FI_DEV_POWER_VIOLATION, counter, Time, in ns.\nDCGM_FI_DRIVER_VERSION, label, Driver\n";
        let selection = parse(text).unwrap();
        let seen: Vec<_> = selection.iter().map(|it| (it.name.as_ref(), it.kind, it.help.as_ref())).collect();
        assert_eq!(
            seen,
            [
                ("DCGM_FI_DEV_SM_CLOCK", Kind::Gauge, "SM clock, in MHz"),
                ("DCGM_FI_DEV_POWER_VIOLATION", Kind::Counter, "Time, in ns."),
                ("DCGM_FI_DRIVER_VERSION", Kind::Untyped, "Driver"),
            ]
        );
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let cases = [
            (
                "# x\nDCGM_FI_NOPE, gauge, x",
                "line 2: there is no field `DCGM_FI_NOPE`; docs/gpu.md lists those there are",
            ),
            (
                "DCGM_FI_DEV_SM_CLOCK, gauge",
                "line 1: `DCGM_FI_DEV_SM_CLOCK, gauge` has not the form `field, type, help`",
            ),
            (
                "DCGM_FI_DEV_SM_CLOCK, histogram, x",
                "line 1: there is no type `histogram`; allowed are `gauge`, `counter` and `label`",
            ),
            (
                "DCGM_FI_DEV_SM_CLOCK, label, x",
                "line 1: `DCGM_FI_DEV_SM_CLOCK` is a number: its type is `gauge` or `counter`, not `label`",
            ),
            (
                "DCGM_FI_DRIVER_VERSION, gauge, x",
                "line 1: `DCGM_FI_DRIVER_VERSION` is a text: its type is `label`, not `gauge`",
            ),
            (
                "DCGM_FI_DEV_SM_CLOCK, gauge, x\nDCGM_FI_DEV_SM_CLOCK, gauge, x",
                "line 2: `DCGM_FI_DEV_SM_CLOCK` is there twice",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(refused(text), expected);
        }
    }
}
