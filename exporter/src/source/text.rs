//! Scanning the kernel's text files: lines, fields, numbers. Pure, and without a copy.

/// The lines of `text`, without their line feeds; an empty one at the end is none.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let empty = text.is_empty();
    text.split(|&byte| byte == b'\n').filter(move |_| !empty)
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

/// A number as drivers write counters: in hexadecimal after `0x`, else in decimal.
pub(crate) fn prefixed(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
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
}
