//! Who asks: a credential with what it may see, or an address.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, header};

use super::envelope::Refusal;
use crate::config::Credential;

/// The view of who is not confined because nobody is.
const EVERYTHING: &str = "";

/// Someone who asks.
#[derive(Debug)]
pub(crate) struct Caller {
    /// By what concurrency is counted: the credential's name or the address.
    pub(crate) name: String,
    /// Which series he sees, as part of every key. Equal for callers who are confined alike.
    pub(crate) view: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) may_skip_cache: bool,
}

/// The callers that the configuration knows.
pub(crate) struct Callers {
    by_token: HashMap<String, Arc<Caller>>,
}

impl Callers {
    pub(crate) fn new(credentials: &[Credential]) -> Self {
        let by_token = credentials
            .iter()
            .map(|credential| {
                let labels: Vec<(String, String)> = credential.labels.clone().into_iter().collect();
                let caller = Caller {
                    name: format!("credential {}", credential.name),
                    view: format!("{labels:?}"),
                    labels,
                    may_skip_cache: credential.may_skip_cache,
                };
                (credential.token.clone(), Arc::new(caller))
            })
            .collect();
        Self { by_token }
    }

    /// What a caller sees, as part of a key.
    pub(crate) fn view(&self, headers: &HeaderMap) -> Result<Cow<'static, str>, Refusal> {
        if self.by_token.is_empty() {
            return Ok(Cow::Borrowed(EVERYTHING));
        }
        self.recognise(headers, None).map(|caller| Cow::Owned(caller.view.clone()))
    }

    /// Recognises a caller. Once there is a single credential, nobody is let in without one.
    pub(crate) fn recognise(&self, headers: &HeaderMap, address: Option<IpAddr>) -> Result<Arc<Caller>, Refusal> {
        if self.by_token.is_empty() {
            return Ok(Arc::new(Caller::anonymous(address)));
        }
        let token =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(token).ok_or_else(
                || {
                    Refusal::unauthorized(
                        "a credential is needed: as a bearer token or as the password of basic authentication",
                    )
                },
            )?;
        // Looking a secret up in a hash table with random keys tells nothing about how much of it was right.
        self.by_token.get(&token).cloned().ok_or_else(|| Refusal::unauthorized("this credential is not known"))
    }
}

impl Caller {
    fn anonymous(address: Option<IpAddr>) -> Self {
        let name = address.map_or_else(|| "unknown".to_owned(), |address| format!("address {address}"));
        Self { name, view: EVERYTHING.to_owned(), labels: Vec::new(), may_skip_cache: false }
    }

    /// The gateway itself, for its own panels.
    pub(crate) fn ourselves() -> Self {
        Self { name: "panels".to_owned(), view: String::new(), labels: Vec::new(), may_skip_cache: false }
    }
}

fn token(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(base64(rest.trim())?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

/// Standard base64, padding optional. Twenty lines rather than a dependency.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callers() -> Callers {
        Callers::new(&[Credential {
            name: "grafana".into(),
            token: "s3cret".into(),
            labels: [("team".to_owned(), "a".to_owned())].into(),
            may_skip_cache: true,
        }])
    }

    fn recognised(callers: &Callers, authorization: Option<&str>) -> Result<Arc<Caller>, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        }
        callers.recognise(&headers, None)
    }

    #[test]
    fn a_token_is_a_bearers_or_a_password() {
        for authorization in ["Bearer s3cret", "bearer s3cret", "Basic YW55b25lOnMzY3JldA=="] {
            assert_eq!(recognised(&callers(), Some(authorization)).unwrap().name, "credential grafana");
        }
    }

    #[test]
    fn where_there_are_credentials_one_is_needed() {
        for authorization in [None, Some("Bearer other"), Some("Basic !!"), Some("s3cret"), Some("Bearer ")] {
            let refusal = recognised(&callers(), authorization).unwrap_err();
            assert_eq!(refusal.status, http::StatusCode::UNAUTHORIZED, "{authorization:?}");
        }
        assert!(recognised(&Callers::new(&[]), None).is_ok());
    }
}
