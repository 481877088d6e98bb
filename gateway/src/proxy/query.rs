//! What can be known about a query before it is asked: whether it may be parsed at all, and whether it may be split by time.

mod guard;
mod split;

use std::sync::Arc;

use promql_parser::parser::{self, Expr};

pub(crate) use guard::check;
pub(crate) use split::{NotSplit, Reach};

/// A query as its caller wrote it, and what it means for caching.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) text: Arc<str>,
    /// Equal for queries that differ in blanks and comments only.
    pub(crate) canonical: Arc<str>,
    /// Why the answer for a window is not the answers for its parts; nothing when it is.
    pub(crate) not_split: Option<NotSplit>,
    pub(crate) reach: Reach,
}

impl Query {
    /// Reads a query that [`check`] has passed.
    pub(crate) fn read(text: &str) -> Self {
        let Ok(expr) = parser::parse(text) else { return Self::unread(text) };
        let (not_split, reach) = split::judge(&expr);
        Self { text: text.into(), canonical: canonical(text).into(), not_split, reach }
    }

    /// One that promql-parser does not know: newer than it, another dialect, or wrong. Prometheus decides.
    fn unread(text: &str) -> Self {
        let text: Arc<str> = text.into();
        Self { canonical: text.clone(), text, not_split: Some(NotSplit::Unparsable), reach: Reach::unknown() }
    }
}

/// Parses a query that [`check`] has passed, for those who want to change it.
pub(crate) fn parse(text: &str) -> Result<Expr, String> {
    parser::parse(text)
}

/// The text without comments and with single blanks. Not the syntax tree printed: a printer that forgets something (this
/// one forgets the sign of `@ -5`) would make two questions one.
fn canonical(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    let mut blank = false;
    let mut tokens = guard::Scanner::new(text);
    while let Some(token) = tokens.next_token() {
        if token.starts_with('#') || token.starts_with(|first: char| first.is_ascii_whitespace()) {
            blank = true;
            continue;
        }
        if blank && !canonical.is_empty() {
            canonical.push(' ');
        }
        blank = false;
        canonical.push_str(token);
    }
    canonical
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_comments_do_not_matter_but_everything_else_does() {
        assert_eq!(canonical(" sum  (\n up ) # all\n"), "sum ( up )");
        assert_eq!(canonical("up{a=\"x  #y\"}"), "up{a=\"x  #y\"}");
        assert_eq!(canonical(r#"up{a="\"  #"}  "#), r#"up{a="\"  #"}"#);
        assert_eq!(canonical("up{a=`\\`}  + 1"), "up{a=`\\`} + 1");
        assert_ne!(canonical("foo @ -5"), canonical("foo @ 0"));
    }

    #[test]
    fn a_query_that_is_not_known_is_its_own_text() {
        let query = Query::read("rate(foo[5m])  anchored");
        assert_eq!(query.not_split, Some(NotSplit::Unparsable));
        assert_eq!(&*query.canonical, "rate(foo[5m])  anchored");
    }
}
