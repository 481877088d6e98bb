//! The handshake: from the headers of a request to those of the answer.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ring::digest;

/// What makes the answer's key out of the request's (RFC 6455, section 1.3).
const MAGIC: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION: &str = "13";
const DEFLATE: &str = "permessage-deflate";
/// Each message stands for itself, ours and theirs.
const DEFLATE_ANSWER: HeaderValue =
    HeaderValue::from_static("permessage-deflate; server_no_context_takeover; client_no_context_takeover");

/// A handshake that is in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Of the answer, whose status is 101.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether messages may be deflated.
    pub may_deflate: bool,
}

/// Why there is no WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The sentence says what is missing or wrong.
    Malformed(String),
    /// The version is another; the answer is to name ours.
    Version(String),
}

/// Whether a GET request with these headers opens a WebSocket, and how it is answered.
pub fn accept(request: &HeaderMap) -> Result<Accepted, Refusal> {
    for (name, token) in [(header::CONNECTION, "upgrade"), (header::UPGRADE, "websocket")] {
        if !tokens(request, &name).any(|it| it.eq_ignore_ascii_case(token)) {
            return Err(Refusal::Malformed(format!("the header `{name}` does not say `{token}`")));
        }
    }
    let version = text(request, &header::SEC_WEBSOCKET_VERSION);
    if version != VERSION {
        let message = format!("the header `sec-websocket-version` is `{version}`; allowed: {VERSION}");
        return Err(Refusal::Version(message));
    }
    let key = text(request, &header::SEC_WEBSOCKET_KEY);
    if BASE64_STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16) {
        let may_deflate = tokens(request, &header::SEC_WEBSOCKET_EXTENSIONS).any(is_deflate);
        let mut headers = vec![
            (header::CONNECTION, HeaderValue::from_static("upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_ACCEPT, answer_key(key)),
        ];
        headers.extend(may_deflate.then_some((header::SEC_WEBSOCKET_EXTENSIONS, DEFLATE_ANSWER)));
        return Ok(Accepted { headers, may_deflate });
    }
    Err(Refusal::Malformed("the header `sec-websocket-key` is not 16 bytes in base64".to_owned()))
}

fn answer_key(key: &str) -> HeaderValue {
    let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(key.as_bytes());
    hash.update(MAGIC);
    HeaderValue::try_from(BASE64_STANDARD.encode(hash.finish())).expect("base64 is visible ASCII")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}

/// The members of a list that may be spread over several headers.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// True for an offer that our answer fits. Our window is the largest there is, so one that wants less is passed over.
fn is_deflate(offer: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    parts.next().is_some_and(|name| name.eq_ignore_ascii_case(DEFLATE))
        && parts.all(|parameter| match parameter.split_once('=') {
            None => {
                matches!(
                    parameter,
                    "server_no_context_takeover" | "client_no_context_takeover" | "client_max_window_bits"
                )
            }
            Some(("client_max_window_bits", bits)) => matches!(bits.trim_matches('"').parse(), Ok(8..=15)),
            Some(("server_max_window_bits", bits)) => bits.trim_matches('"') == "15",
            Some(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(changes: &[(&'static str, &'static str)]) -> HeaderMap {
        let given = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in given.iter().chain(changes) {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_example_of_the_rfc_is_answered_as_there() {
        let accepted = accept(&request(&[])).unwrap();
        let key = HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(accepted.headers.contains(&(header::SEC_WEBSOCKET_ACCEPT, key)));
        assert!(!accepted.may_deflate && accepted.headers.len() == 3);
    }

    #[test]
    fn deflate_is_agreed_on_when_it_is_offered_so_that_it_can_be() {
        for (offer, is_agreed) in [
            ("permessage-deflate", true),
            ("permessage-deflate; client_max_window_bits", true),
            ("x-other, permessage-deflate; client_max_window_bits=10; server_no_context_takeover", true),
            ("permessage-deflate; server_max_window_bits=15", true),
            ("permessage-deflate; server_max_window_bits=10", false),
            ("permessage-deflate; server_max_window_bits=10, permessage-deflate", true),
            ("permessage-deflate; client_max_window_bits=16", false),
            ("permessage-deflate; unheard_of", false),
            ("x-webkit-deflate-frame", false),
        ] {
            let accepted = accept(&request(&[("sec-websocket-extensions", offer)])).unwrap();
            assert_eq!(accepted.may_deflate, is_agreed, "{offer}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refusal = |name, value| accept(&request(&[(name, value)])).unwrap_err();
        let malformed = |text: &str| Refusal::Malformed(text.to_owned());
        assert_eq!(refusal("connection", "close"), malformed("the header `connection` does not say `upgrade`"));
        assert_eq!(refusal("upgrade", "h2c"), malformed("the header `upgrade` does not say `websocket`"));
        let message = "the header `sec-websocket-version` is `8`; allowed: 13".to_owned();
        assert_eq!(refusal("sec-websocket-version", "8"), Refusal::Version(message));
        let message = malformed("the header `sec-websocket-key` is not 16 bytes in base64");
        assert_eq!(refusal("sec-websocket-key", "c2hvcnQ="), message);
    }
}
