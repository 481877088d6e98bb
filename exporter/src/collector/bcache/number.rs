//! Numbers as bcache writes them for people: `512`, `1.5k`, `-3.1M`.
//!
//! `bch_hprint` puts after the point the remainder of the division by 1024, in hundredths of 1024: `.10` follows `.9`.

/// A number that is not negative.
pub(super) fn unsigned(text: &str) -> Option<u64> {
    let value = number(text)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float out of range is clamped")]
    (value >= 0.0).then_some(value as u64)
}

/// A number that may be negative.
pub(super) fn signed(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    Some(i64::try_from(unsigned(text)?).unwrap_or(i64::MAX) * sign)
}

fn number(text: &str) -> Option<f64> {
    let last = text.chars().last()?;
    if last.is_ascii_digit() {
        return finite(text);
    }
    let power = "kMGTPEZY".find(last)? as i32 + 1;
    let mantissa = text.strip_suffix(last)?;
    let mantissa = match mantissa.split_once('.') {
        Some((whole, hundredths)) => finite(whole)? + f64::from(hundredths.parse::<u16>().ok()?) / 10.24,
        None => finite(mantissa)?,
    };
    Some(mantissa * 1024f64.powi(power))
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_multiples() {
        assert_eq!(unsigned("542"), Some(542));
        assert_eq!(unsigned("2k"), Some(2048));
        assert_eq!(unsigned("1.5k"), Some(1524));
        assert_eq!(unsigned("1.10M"), Some(2_072_576));
        assert_eq!(signed("-12k"), Some(-12_288));
        assert_eq!(signed("-0"), Some(0));
    }

    #[test]
    fn what_is_no_size_is_none() {
        for text in ["", "k", "1.x", "-5", "1.5.2k", "5q", "nan", "infk", "é", "1.", "--1"] {
            assert_eq!(unsigned(text), None, "{text}");
        }
        assert_eq!(unsigned("999999Y"), Some(u64::MAX));
        assert_eq!(signed("999999Y"), Some(i64::MAX));
    }
}
