//! The file `os-release`: variables in the shell's notation; see `os-release(5)`.

use crate::collector::CollectError;
use crate::source::text;

/// The variables that are exposed, each with its label, sorted by label.
const VARIABLES: [(&str, &str); 12] = [
    ("BUILD_ID", "build_id"),
    ("ID", "id"),
    ("ID_LIKE", "id_like"),
    ("IMAGE_ID", "image_id"),
    ("IMAGE_VERSION", "image_version"),
    ("NAME", "name"),
    ("PRETTY_NAME", "pretty_name"),
    ("VARIANT", "variant"),
    ("VARIANT_ID", "variant_id"),
    ("VERSION", "version"),
    ("VERSION_CODENAME", "version_codename"),
    ("VERSION_ID", "version_id"),
];
const LABELS_OF_VERSION: [&str; 3] = ["id", "id_like", "name"];

#[derive(Debug, Default, PartialEq)]
pub(super) struct Release {
    /// In the order of [`VARIABLES`]; empty where the file does not say.
    values: [String; VARIABLES.len()],
    /// When support ends, in Unix time.
    pub(super) support_end: Option<i64>,
}

impl Release {
    pub(super) fn parse(content: &[u8]) -> Result<Self, CollectError> {
        let mut release = Release::default();
        for line in text::lines(content) {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let broken =
                |problem: &str| CollectError::parse("os-release", format!("{problem} in `{}`", text::shown(line)));
            let (key, value) = text::split_once(line, b'=').ok_or_else(|| broken("no `=`"))?;
            let value = unquote(value.trim_ascii()).map_err(broken)?;
            let key = key.trim_ascii();
            if let Some(position) = VARIABLES.iter().position(|(name, _)| name.as_bytes() == key) {
                release.values[position] = value;
            } else if key == b"SUPPORT_END" && !value.is_empty() {
                release.support_end = Some(parse_date(&value).ok_or_else(|| broken("no date like 2030-12-31"))?);
            }
        }
        Ok(release)
    }

    pub(super) fn labels(&self) -> [(&'static str, &str); VARIABLES.len()] {
        std::array::from_fn(|position| (VARIABLES[position].1, self.values[position].as_str()))
    }

    pub(super) fn version_labels(&self) -> [(&'static str, &str); LABELS_OF_VERSION.len()] {
        LABELS_OF_VERSION.map(|label| (label, self.value(label)))
    }

    /// The leading major and minor part of `VERSION_ID`, when it is a number above 0.
    pub(super) fn version(&self) -> Option<f64> {
        let id = self.value("version_id");
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let major = Some(digits(id)).filter(|&digits| digits > 0)?;
        let minor = id.get(major..).and_then(|rest| rest.strip_prefix('.')).map_or(0, |rest| 1 + digits(rest));
        id.get(..major + minor).and_then(|number| number.parse().ok()).filter(|&version: &f64| version > 0.0)
    }

    fn value(&self, label: &str) -> &str {
        VARIABLES.iter().position(|(_, known)| *known == label).map_or("", |position| &self.values[position])
    }
}

/// Takes quotes and escapes off a value, and a comment after it.
fn unquote(value: &[u8]) -> Result<String, &'static str> {
    let mut plain = Vec::with_capacity(value.len());
    let mut quote = None;
    // White space before a comment belongs to nothing, unless it is quoted.
    let mut significant = 0;
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'#') => break,
            (Some(open), _) if open == byte => quote = None,
            (None | Some(b'"'), b'\\') => {
                plain.push(bytes.next().ok_or("a `\\` before nothing")?);
                significant = plain.len();
            }
            _ => {
                plain.push(byte);
                if quote.is_some() || !byte.is_ascii_whitespace() {
                    significant = plain.len();
                }
            }
        }
    }
    if quote.is_some() {
        return Err("a quote that does not end");
    }
    plain.truncate(significant);
    Ok(text::shown(&plain).into_owned())
}

/// Parses `2030-12-31`, midnight UTC, into Unix time.
fn parse_date(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) || date.len() != 10 {
        return None;
    }
    // Days since 1970 by Howard Hinnant's `days_from_civil`: years begin in March, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(days * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_labels() {
        let release = Release::parse(
            b"# a comment\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n\nVERSION_ID=\"12\" # so\nSUPPORT_END=2028-06-30\nOTHER=x\n",
        )
        .unwrap();
        let labels: Vec<_> = release.labels().into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let expected = [("id", "debian"), ("pretty_name", "Debian GNU/Linux 12 (bookworm)"), ("version_id", "12")];
        assert_eq!(labels, expected);
        assert_eq!(release.version(), Some(12.0));
        assert_eq!(release.support_end, Some(1_845_936_000));
    }

    #[test]
    fn values_lose_their_quotes() {
        assert_eq!(unquote(b"a b # c").unwrap(), "a b");
        assert_eq!(unquote(br#""a \"b\" \$ # c ""#).unwrap(), "a \"b\" $ # c ");
        assert_eq!(unquote(b"'a\\'").unwrap(), "a\\");
        assert_eq!(unquote(b"").unwrap(), "");
        assert!(unquote(b"\"a").is_err());
        assert!(unquote(b"a\\").is_err());
    }

    #[test]
    fn a_version_is_what_the_id_begins_with() {
        let version = |id: &str| Release::parse(format!("VERSION_ID={id}").as_bytes()).unwrap().version();
        assert_eq!(version("20.04.2"), Some(20.04));
        assert_eq!(version("12"), Some(12.0));
        assert_eq!(version("7."), Some(7.0));
        for none in ["", "rolling", "0", ".5"] {
            assert_eq!(version(none), None, "{none}");
        }
    }

    #[test]
    fn broken_files_are_told_with_the_line() {
        let told = |content: &[u8]| Release::parse(content).unwrap_err().to_string();
        assert_eq!(told(b"NAME"), "os-release: no `=` in `NAME`");
        assert_eq!(told(b"NAME=\"x"), "os-release: a quote that does not end in `NAME=\"x`");
        assert_eq!(told(b"SUPPORT_END=soon"), "os-release: no date like 2030-12-31 in `SUPPORT_END=soon`");
        assert_eq!(Release::parse(b"").unwrap(), Release::default());
    }

    #[test]
    fn dates_are_counted_from_1970() {
        assert_eq!(parse_date("1970-01-01"), Some(0));
        assert_eq!(parse_date("2000-02-29"), Some(951_782_400));
        assert_eq!(parse_date("2028-13-01"), None);
        assert_eq!(parse_date("99999999-1"), None);
        assert_eq!(parse_date("28-06-30"), None);
    }
}
