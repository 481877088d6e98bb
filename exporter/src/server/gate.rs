//! Who gets in: the rate limit, the users, and the headers that the web configuration adds to every answer.

mod bucket;
mod passwords;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::live_config::LiveConfig;
use bucket::Bucket;
use passwords::Passwords;

/// What stands before every path.
pub(super) struct Gate {
    pub(super) config: LiveConfig,
    passwords: Passwords,
    bucket: Mutex<Bucket>,
}

impl Gate {
    pub(super) fn new(config: LiveConfig) -> Self {
        Gate { config, passwords: Passwords::new(), bucket: Mutex::new(Bucket::full()) }
    }
}

/// Lets a request pass, or answers 429 or 401 in the path's place.
pub(super) async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let config = gate.config.current();
    let room = config
        .rate_limit
        .is_none_or(|limit| gate.bucket.lock().expect("counting does not panic").take(limit, Instant::now()));
    let mut response = if !room {
        (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests\n").into_response()
    } else if config.users.is_empty() || gate.passwords.allow(&config.users, credentials(request.headers())).await {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Basic")], "Unauthorized\n").into_response()
    };
    for (name, value) in &config.headers {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

/// The user and password of a request, if it has some.
fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes)?;
    let (scheme, encoded) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim_ascii()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(fuzzing)]
pub(super) fn fuzz(headers: &HeaderMap) {
    credentials(headers);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_as_rfc_7617_writes_them() {
        let read = |value: &'static str| {
            credentials(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]))
        };
        assert_eq!(read("Basic YWRhOnM6Yw=="), Some(("ada".into(), "s:c".into())));
        assert_eq!(read("basic YWRhOg=="), Some(("ada".into(), String::new())));
        for wrong in ["Bearer x", "Basic", "Basic !", "Basic YWRh", "Basic /w=="] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
