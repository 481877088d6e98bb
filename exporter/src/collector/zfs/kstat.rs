//! The forms of kstat files: `name type data` a line, and a table of two lines for a pool's input and output.

use crate::sample::Value;
use crate::source::text;

#[derive(Debug)]
pub(super) struct Statistic<'a> {
    pub(super) name: &'a str,
    pub(super) value: Value,
}

/// `KSTAT_DATA_INT64` and `KSTAT_DATA_UINT64`; the other types are not shown.
const SIGNED: &[u8] = b"3";
const UNSIGNED: &[u8] = b"4";

/// The numbers that stand after the line `name type data`.
pub(super) fn named(content: &[u8]) -> Result<Vec<Statistic<'_>>, String> {
    let mut statistics = Vec::new();
    for line in data_lines(content).ok_or("no line says `name type data`")? {
        let mut fields = text::fields(line);
        let (Some(name), Some(kind), Some(data)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let value = match kind {
            SIGNED => text::number(data).map(Value::Signed),
            UNSIGNED => text::number(data).map(Value::Unsigned),
            _ => continue,
        };
        let name = std::str::from_utf8(name).ok();
        let (Some(name), Some(value)) = (name, value) else {
            return Err(format!("`{}` is not a name and a number", text::shown(line)));
        };
        statistics.push(Statistic { name, value });
    }
    Ok(statistics)
}

/// A dataset's name, which may have spaces: `dataset_name 7 pool/data set`.
pub(super) fn dataset_name(content: &[u8]) -> Option<&[u8]> {
    data_lines(content)?.find_map(|line| {
        let rest = line.strip_prefix(b"dataset_name")?.trim_ascii_start();
        Some(rest.strip_prefix(b"7").unwrap_or(rest).trim_ascii_start())
    })
}

/// The lines after the heading.
fn data_lines(content: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let mut lines = text::lines(content);
    lines.find(|line| text::fields(line).eq([&b"name"[..], b"type", b"data"]))?;
    Some(lines)
}

/// The columns of a pool's `io`; nothing when the file has another form.
pub(super) fn io(content: &[u8]) -> Result<Vec<(&str, u64)>, String> {
    let mut lines = text::lines(content);
    let Some(heading) = lines.find(|line| line.trim_ascii_start().starts_with(b"nread")) else { return Ok(Vec::new()) };
    let Some(numbers) = lines.next() else { return Ok(Vec::new()) };
    let columns = text::fields(heading).zip(text::fields(numbers));
    columns
        .map(|(name, number)| {
            let named = std::str::from_utf8(name).ok().zip(text::number(number));
            named.ok_or_else(|| format!("{}: `{}` is not a number", text::shown(name), text::shown(number)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_after_the_heading() {
        let content = b"5 1 0x01 3 816 59 76\nname  type data\nhits 4 17\nsize 3 -2\nlabel 7 text\nshort 4\n";
        let statistics = named(content).unwrap();
        let names: Vec<_> = statistics.iter().map(|statistic| statistic.name).collect();
        assert_eq!(names, ["hits", "size"]);
        assert!(matches!(statistics[0].value, Value::Unsigned(17)) && matches!(statistics[1].value, Value::Signed(-2)));
        assert_eq!(named(b"hits 4 17\n").unwrap_err(), "no line says `name type data`");
        assert_eq!(named(b"name type data\nhits 4 x\n").unwrap_err(), "`hits 4 x` is not a name and a number");
        assert!(named(b"\xff").is_err() && named(b"").is_err());
    }

    #[test]
    fn a_dataset_may_have_spaces_in_its_name() {
        let name = |line: &str| dataset_name(format!("name type data\n{line}\n").as_bytes()).map(<[u8]>::to_vec);
        assert_eq!(name("dataset_name                    7    pool/a b"), Some(b"pool/a b".to_vec()));
        assert_eq!(name("dataset_name 7 7"), Some(b"7".to_vec()));
        assert_eq!(name("writes 4 1"), None);
    }

    #[test]
    fn the_table_of_a_pool_has_a_number_in_each_column() {
        let table = b"12 3 0x00 1 80 2235 3\nnread    nwritten reads\n1884160  3206144  22\n";
        assert_eq!(io(table).unwrap(), [("nread", 1_884_160), ("nwritten", 3_206_144), ("reads", 22)]);
        assert_eq!(io(b"nread\n-1\n").unwrap_err(), "nread: `-1` is not a number");
        assert!(io(b"nread\n").unwrap().is_empty() && io(b"").unwrap().is_empty());
    }
}
