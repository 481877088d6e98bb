//! The form that the statistics of NFS clients and servers share: lines of a key and numbers.

use crate::source::text;

/// The lines of a file, by key. The kernel writes a line only for what it was built with.
pub(in crate::collector) struct Statistics<'a> {
    lines: Vec<(&'a [u8], &'a [u8])>,
}

/// What the numbers of a line `proc3 22 …` stand for.
pub(in crate::collector) struct Procedures {
    /// By number; those with an empty name are not exposed.
    pub(in crate::collector) names: &'static [&'static str],
    /// How many the line has to have: kernels differ in how many they know.
    pub(in crate::collector) at_least: usize,
}

#[rustfmt::skip]
pub(in crate::collector) const VERSION_2: &[&str] = &[
    "Null", "GetAttr", "SetAttr", "Root", "Lookup", "ReadLink", "Read", "WrCache", "Write", "Create", "Remove",
    "Rename", "Link", "SymLink", "MkDir", "RmDir", "ReadDir", "FsStat",
];

#[rustfmt::skip]
pub(in crate::collector) const VERSION_3: &[&str] = &[
    "Null", "GetAttr", "SetAttr", "Lookup", "Access", "ReadLink", "Read", "Write", "Create", "MkDir", "SymLink",
    "MkNod", "Remove", "RmDir", "Rename", "Link", "ReadDir", "ReadDirPlus", "FsStat", "FsInfo", "PathConf", "Commit",
];

impl<'a> Statistics<'a> {
    pub(in crate::collector) fn parse(content: &'a [u8]) -> Result<Self, String> {
        let split = |line: &'a [u8]| {
            text::split_once(line, b' ').ok_or_else(|| format!("`{}` is no key and numbers", text::shown(line)))
        };
        Ok(Statistics { lines: text::lines(content).map(split).collect::<Result<_, _>>()? })
    }

    fn line(&self, key: &str) -> Option<&'a [u8]> {
        self.lines.iter().find(|(known, _)| *known == key.as_bytes()).map(|(_, numbers)| *numbers)
    }

    /// The numbers of a line that has to be there and has exactly `N`.
    pub(in crate::collector) fn numbers<const N: usize>(&self, key: &str) -> Result<[u64; N], String> {
        let line = self.line(key).ok_or_else(|| format!("has no line `{key}`"))?;
        let numbers = parse(key, line)?;
        let count = numbers.len();
        numbers.try_into().map_err(|_| format!("line `{key}` has {count} numbers, not {N}"))
    }

    /// Like [`Statistics::numbers`], with zeros when the line is not there, and of a longer line the first.
    pub(in crate::collector) fn numbers_or_zeros<const N: usize>(&self, key: &str) -> Result<[u64; N], String> {
        let Some(line) = self.line(key) else { return Ok([0; N]) };
        let mut numbers = [0; N];
        for (place, number) in numbers.iter_mut().enumerate() {
            let field = text::fields(line).nth(place);
            let field = field.ok_or_else(|| format!("line `{key}` has {place} numbers, not {N}"))?;
            *number = text::number(field).ok_or_else(|| no_number(key, field))?;
        }
        Ok(numbers)
    }

    /// The counts of procedures that have a name, zeros when the line is not there. Its first number tells how many
    /// follow.
    pub(in crate::collector) fn procedures(
        &self,
        key: &str,
        procedures: Procedures,
    ) -> Result<impl Iterator<Item = (&'static str, u64)>, String> {
        let mut counts = Vec::new();
        if let Some(line) = self.line(key) {
            let numbers = parse(key, line)?;
            let Some((&told, found)) = numbers.split_first() else { return Err(format!("line `{key}` is empty")) };
            if told != found.len() as u64 || found.len() < procedures.at_least {
                let (found, least) = (found.len(), procedures.at_least);
                return Err(format!("line `{key}` tells of {told} procedures, has {found} and needs {least}"));
            }
            counts.extend_from_slice(found);
        }
        let counts = counts.into_iter().chain(std::iter::repeat(0));
        Ok(procedures.names.iter().copied().zip(counts).filter(|(name, _)| !name.is_empty()))
    }
}

fn parse(key: &str, line: &[u8]) -> Result<Vec<u64>, String> {
    text::fields(line).map(|field| text::number(field).ok_or_else(|| no_number(key, field))).collect()
}

fn no_number(key: &str, field: &[u8]) -> String {
    format!("line `{key}`: `{}` is not a number", text::shown(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_had_by_key() {
        let statistics = Statistics::parse(b"rpc 1 2 3\nth 8 0 0.000 0.000\nproc4 2 5 6\nbad x\n").unwrap();
        assert_eq!(statistics.numbers("rpc"), Ok([1, 2, 3]));
        assert_eq!(statistics.numbers::<2>("rpc").unwrap_err(), "line `rpc` has 3 numbers, not 2");
        assert_eq!(statistics.numbers::<1>("bad").unwrap_err(), "line `bad`: `x` is not a number");
        assert_eq!(statistics.numbers::<1>("io").unwrap_err(), "has no line `io`");
        assert_eq!(statistics.numbers_or_zeros("th"), Ok([8, 0]));
        assert_eq!(statistics.numbers_or_zeros("io"), Ok([0, 0]));
        assert!(Statistics::parse(b"rpc").is_err());
    }

    #[test]
    fn procedures_are_counted_and_named() {
        let statistics = Statistics::parse(b"proc2 2 5 6\nproc3 3 5 6\nproc4 \n").unwrap();
        let counts = |key, at_least| {
            let procedures = Procedures { names: &["Null", "", "Read"], at_least };
            statistics.procedures(key, procedures).map(Iterator::collect::<Vec<_>>)
        };
        assert_eq!(counts("proc2", 2), Ok(vec![("Null", 5), ("Read", 0)]));
        assert_eq!(counts("proc5", 2), Ok(vec![("Null", 0), ("Read", 0)]));
        assert_eq!(counts("proc2", 3).unwrap_err(), "line `proc2` tells of 2 procedures, has 2 and needs 3");
        assert_eq!(counts("proc3", 2).unwrap_err(), "line `proc3` tells of 3 procedures, has 2 and needs 2");
        assert_eq!(counts("proc4", 2).unwrap_err(), "line `proc4` is empty");
    }
}
