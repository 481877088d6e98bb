//! The forms of bcachefs' files. A parser that fails answers the text that it does not understand.

#[derive(Debug, PartialEq)]
pub(super) struct Compression {
    pub(super) algorithm: String,
    pub(super) compressed: u64,
    pub(super) uncompressed: u64,
}

/// A size for people, `524M`, in bytes; the multiples are binary.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let last = text.chars().last()?;
    let (mantissa, power) = match "kmgtpe".find(last.to_ascii_lowercase()) {
        Some(place) => (text.strip_suffix(last)?, place as i32 + 1),
        None => (text, 0),
    };
    let value: f64 = mantissa.trim().parse().ok()?;
    let value = value * 1024f64.powi(power);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float out of range is clamped")]
    (value >= 0.0).then_some(value as u64)
}

/// A table with a heading: algorithm, compressed and uncompressed size, average extent.
pub(super) fn compression(text: &str) -> Result<Vec<Compression>, String> {
    rows(text)
        .map(|(line, algorithm, compressed, uncompressed)| {
            let (compressed, uncompressed) = bytes(compressed).zip(bytes(uncompressed)).ok_or(line)?;
            Ok(Compression { algorithm: algorithm.to_owned(), compressed, uncompressed })
        })
        .collect()
}

/// A table with a heading: type, number and average size of writes.
pub(super) fn btree_writes(text: &str) -> Result<Vec<(String, u64, u64)>, String> {
    rows(text)
        .map(|(line, kind, count, size)| {
            let (count, size) = count.parse().ok().zip(bytes(size)).ok_or(line)?;
            Ok((kind.to_owned(), count, size))
        })
        .collect()
}

/// The first three columns of a table's lines after its heading, and the line itself.
fn rows(text: &str) -> impl Iterator<Item = (&str, &str, &str, &str)> {
    text.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_whitespace();
        Some((line, fields.next()?.trim_end_matches(':'), fields.next()?, fields.next()?))
    })
}

/// Lines of an error's name, how often it was found, and when last.
pub(super) fn errors(text: &str) -> Result<Vec<(String, u64)>, String> {
    let lines = text.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        Some((line, fields.next()?, fields.next()?))
    });
    lines.map(|(line, name, count)| Ok((name.to_owned(), count.parse().map_err(|_| line.to_owned())?))).collect()
}

/// The number after `since filesystem creation:`; `None` when there is only the one since the mount.
pub(super) fn since_creation(text: &str) -> Result<Option<u64>, String> {
    let after = |words| text.lines().find_map(|line| line.strip_prefix(words));
    match after("since filesystem creation:") {
        Some(count) => bytes(count).map(Some).ok_or_else(|| count.trim().to_owned()),
        None if after("since mount:").is_some() => Ok(None),
        None => Err(text.chars().take(40).collect()),
    }
}

/// Bytes by operation and type of data: under `read:` and `write:` a line `type : bytes` each.
pub(super) fn io_done(text: &str) -> Result<Vec<(&'static str, String, u64)>, String> {
    let mut operation = None;
    let mut done = Vec::new();
    for line in text.lines().map(str::trim) {
        match line {
            "read:" => operation = Some("read"),
            "write:" => operation = Some("write"),
            line => {
                let (Some(operation), Some((data, count))) = (operation, line.split_once(':')) else { continue };
                done.push((operation, data.trim().to_owned(), count.trim().parse().map_err(|_| line.to_owned())?));
            }
        }
    }
    Ok(done)
}

/// Errors by type, of the section on all that was since the filesystem was made.
pub(super) fn io_errors(text: &str) -> Result<Vec<(String, u64)>, String> {
    let section = text.lines().skip_while(|line| !line.starts_with("IO errors since filesystem creation")).skip(1);
    let lines = section.take_while(|line| !line.starts_with("IO errors since "));
    lines
        .filter_map(|line| Some((line, line.split_once(':')?)))
        .map(|(line, (kind, count))| {
            Ok((kind.trim().to_owned(), count.trim().parse().map_err(|_| line.trim().to_owned())?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_multiples() {
        assert_eq!(bytes("524M"), Some(549_453_824));
        assert_eq!(bytes(" 1.5k "), Some(1536));
        assert_eq!((bytes("0"), bytes("9e30E")), (Some(0), Some(u64::MAX)));
        assert_eq!((bytes(""), bytes("M"), bytes("-1"), bytes("é"), bytes("nan")), (None, None, None, None, None));
    }

    #[test]
    fn tables_have_a_heading() {
        let table = "type  compressed  uncompressed  average extent size\nlz4:   1.5k  3k  64k\nshort 1\n";
        let lz4 = Compression { algorithm: "lz4".to_owned(), compressed: 1536, uncompressed: 3072 };
        assert_eq!(compression(table), Ok(vec![lz4]));
        assert_eq!(btree_writes("  nr size\ninitial: 19088 108k\n"), Ok(vec![("initial".to_owned(), 19_088, 110_592)]));
        assert_eq!(compression("h\nlz4 x y\n"), Err("lz4 x y".to_owned()));
        assert_eq!(errors("btree_node_read_error 5 1234567890\n\n"), Ok(vec![("btree_node_read_error".to_owned(), 5)]));
        assert!(errors("a -1").is_err());
    }

    #[test]
    fn counters_tell_since_when() {
        assert_eq!(since_creation("since mount: 1\nsince filesystem creation: 2k\n"), Ok(Some(2048)));
        assert_eq!(since_creation("since mount: 1\n"), Ok(None));
        assert_eq!(since_creation("what\n"), Err("what\n".to_owned()));
    }

    #[test]
    fn sections_of_a_devices_files_are_told_apart() {
        let done = io_done("read:\nsb : 3989504\nbtree: 4411097088\nwrite:\nsb : 31417344\n").unwrap();
        assert_eq!(done[2], ("write", "sb".to_owned(), 31_417_344));
        assert!(io_done("sb : 1").unwrap().is_empty() && io_done("read:\nsb : x").is_err());
        let text =
            "IO errors since filesystem creation\n  read: 197346\n  checksum:0\nIO errors since 8 y ago\n  read: 1\n";
        assert_eq!(io_errors(text).unwrap(), [("read".to_owned(), 197_346), ("checksum".to_owned(), 0)]);
    }
}
