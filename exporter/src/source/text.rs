//! Scanning the kernel's text files: lines, fields, numbers. Pure, and without a copy.

/// The lines of `text`, without their line feeds; an empty one at the end is none.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let (line, after) = split_once(text, b'\n').map_or((text, None), |(line, after)| (line, Some(after)));
        rest = after;
        Some(line)
    })
}

/// The fields of a line: what stands between white space.
pub(crate) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty())
}

/// What stands before and after the first `separator`.
pub(crate) fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(separator, text)?;
    Some((&text[..at], &text[at + 1..]))
}

/// A number in decimal, with nothing around it; `None` when it is none or does not fit.
pub(crate) fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A number in hexadecimal, with or without `0x`.
pub(crate) fn hexadecimal(text: &[u8]) -> Option<u64> {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    u64::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok()
}

/// The numbers of a list like `0,2-4`, the form of the kernel's sets of CPUs; `None` when it is no such list.
pub(crate) fn ranges(list: &[u8]) -> Option<Vec<u32>> {
    /// More than any machine has; a wrong `0-4294967295` shall not fill the memory.
    const MOST: usize = 1 << 16;
    let mut numbers = Vec::new();
    for range in list.split(|&byte| byte == b',').filter(|_| !list.is_empty()) {
        let (first, last) = split_once(range, b'-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (number(first)?, number(last)?);
        let room = MOST - numbers.len();
        if last.checked_sub(first)? as usize >= room {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers)
}

/// The text without double quotes around it.
pub(crate) fn unquoted(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text)
}

/// Whether the text can be a part of a metric's name: letters, digits and `_`, and at least one of them.
pub(crate) fn is_name(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A number as drivers write counters: in hexadecimal after `0x`, else in decimal.
pub(crate) fn prefixed(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The number in a heading like `CPU12`.
pub(crate) fn cpu_number(heading: &[u8]) -> std::borrow::Cow<'_, str> {
    shown(heading.strip_prefix(b"CPU").unwrap_or(heading))
}

/// Text as it is shown: what is not UTF-8 becomes U+FFFD.
pub(crate) fn shown(text: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_fields_end_where_the_text_does() {
        let all = |text| lines(text).map(<[u8]>::to_vec).collect::<Vec<_>>();
        assert_eq!(all(b"a b\n\nc\n"), [&b"a b"[..], b"", b"c"]);
        assert_eq!(all(b"a"), [b"a"]);
        assert!(all(b"").is_empty());
        assert_eq!(fields(b"  a\t b ").collect::<Vec<_>>(), [b"a", b"b"]);
    }

    #[test]
    fn a_number_is_whole_or_none() {
        assert_eq!(number::<u64>(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number::<u64>(b"18446744073709551616"), None);
        assert_eq!(number::<u64>(b"1 "), None);
        assert_eq!(number::<f64>(b"0.21"), Some(0.21));
        assert_eq!(hexadecimal(b"0x1f"), Some(31));
        assert_eq!(hexadecimal(b"1F"), Some(31));
        assert_eq!(hexadecimal(b"x"), None);
        assert_eq!(prefixed("0xffffffffffffffff"), Some(u64::MAX));
        assert_eq!((prefixed("17"), prefixed("0x"), prefixed("ff"), prefixed("")), (Some(17), None, None, None));
    }

    #[test]
    fn ranges_are_written_out() {
        assert_eq!(ranges(b"0,2-4,9"), Some(vec![0, 2, 3, 4, 9]));
        assert_eq!(ranges(b""), Some(vec![]));
        for wrong in [&b","[..], b"1-", b"4-2", b"a", b"0-4294967295", b"0-1-2"] {
            assert_eq!(ranges(wrong), None, "{}", shown(wrong));
        }
    }

    #[test]
    fn a_name_is_letters_digits_and_underscores() {
        assert!(is_name(b"TCP6_inuse"));
        for other in [&b""[..], b"a b", b"a\"", b"a{", b"\xff"] {
            assert!(!is_name(other), "{other:?}");
        }
    }
}
