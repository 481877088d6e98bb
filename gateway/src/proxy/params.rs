//! A request's parameters, read as Go's `net/http` reads them.
//!
//! For POST the body comes before the URL: `FormValue` takes the first value, so the body wins, and `match[]` is the body's
//! values followed by the URL's. Grafana depends on it: its custom parameters are in the URL even when it posts.

use thiserror::Error;

/// Name and value, in the order in which Go would see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

/// Why parameters cannot be read, in Go's words where it has some.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum ParamsError {
    #[error("error parsing form values: invalid URL escape {0:?}")]
    Escape(String),
    #[error("error parsing form values: invalid semicolon separator in query")]
    Semicolon,
    #[error("error parsing form values: the parameter {0:?} is not UTF-8")]
    NotUtf8(String),
}

impl Params {
    /// From the body of a POST, if there is one, and the URL's query.
    pub(crate) fn parse(body: Option<&str>, url: Option<&str>) -> Result<Self, ParamsError> {
        let mut params = Vec::new();
        for form in [body, url].into_iter().flatten() {
            for pair in form.split('&').filter(|pair| !pair.is_empty()) {
                if pair.contains(';') {
                    return Err(ParamsError::Semicolon);
                }
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let name = decode(name, name)?;
                let value = decode(value, &name)?;
                params.push((name, value));
            }
        }
        Ok(Self(params))
    }

    /// The first value, which is the one that counts. An empty one is as good as none, as in `FormValue`.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }

    /// Replaces all values of a parameter by one.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.remove(name);
        self.0.push((name.to_owned(), value));
    }

    pub(crate) fn push(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(other, _)| other != name);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// For a cache key: by name, values of one name in their order.
    pub(crate) fn sorted(&self) -> Vec<(&str, &str)> {
        let mut pairs: Vec<_> = self.iter().collect();
        pairs.sort_by_key(|(name, _)| *name);
        pairs
    }
}

/// `+` is a blank and `%` begins two hexadecimal digits; anything else after it is an error, as in Go.
fn decode(text: &str, name: &str) -> Result<String, ParamsError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let Some(decoded) = hexadecimal(after) else {
                    let at = text.len() - after.len() - 1;
                    return Err(ParamsError::Escape(text[at..].chars().take(3).collect()));
                };
                bytes.push(decoded);
                rest = &after[2..];
            }
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| ParamsError::NotUtf8(name.to_owned()))
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: Option<&str>, url: Option<&str>) -> Params {
        Params::parse(body, url).unwrap()
    }

    #[test]
    fn the_body_wins_over_the_url_and_the_first_value_counts() {
        let params = parsed(Some("query=body&query=second"), Some("query=url&limit=5"));
        assert_eq!(params.first("query"), Some("body"));
        assert_eq!(params.first("limit"), Some("5"));
        assert_eq!(parsed(None, Some("query=url&query=second")).first("query"), Some("url"));
    }

    #[test]
    fn matchers_of_the_body_precede_those_of_the_url() {
        let params = parsed(Some("match[]=a&match%5B%5D=b"), Some("match[]=c"));
        assert_eq!(params.all("match[]").collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn escapes_are_decoded_as_in_go() {
        let params = parsed(None, Some("query=sum+%28up%29%20%2B%201&x&&y="));
        assert_eq!(params.first("query"), Some("sum (up) + 1"));
        assert_eq!(params.first("x"), None);
        assert!(params.has("x") && params.has("y"));
    }

    #[test]
    fn what_go_refuses_is_refused() {
        let error = |url| Params::parse(None, Some(url)).unwrap_err().to_string();
        assert_eq!(error("query=%zz"), r#"error parsing form values: invalid URL escape "%zz""#);
        assert_eq!(error("query=%f"), r#"error parsing form values: invalid URL escape "%f""#);
        assert_eq!(error("a=1;b=2"), "error parsing form values: invalid semicolon separator in query");
        assert_eq!(error("query=%ff"), r#"error parsing form values: the parameter "query" is not UTF-8"#);
    }
}
