//! `--web.config.file`: TLS, users, headers and a rate limit, in exporter-toolkit's form.
//!
//! The form: <https://github.com/prometheus/exporter-toolkit/blob/v0.17.1/docs/web-configuration.md>. Keys that it does
//! not know are refused, and so is every setting that cannot be honoured here.

mod duration;
mod tls;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use serde::Deserialize;

use tls::TlsForm;

/// What the file asks for, ready for use.
pub(super) struct WebConfig {
    /// `None` serves plain HTTP.
    pub(super) tls: Option<Arc<rustls::ServerConfig>>,
    /// User names and their passwords' bcrypt hashes; empty lets everyone in.
    pub(super) users: BTreeMap<String, String>,
    /// Headers added to every answer.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) rate_limit: Option<RateLimit>,
    /// The files that were read: when one of them changes, the configuration has.
    pub(super) files: Vec<PathBuf>,
}

/// One request per interval, and up to `burst` at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RateLimit {
    pub(super) interval: Duration,
    pub(super) burst: u32,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub(super) struct WebConfigError {
    path: PathBuf,
    problem: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Form {
    tls_server_config: Option<TlsForm>,
    http_server_config: HttpForm,
    basic_auth_users: BTreeMap<String, String>,
    rate_limit: RateLimitForm,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HttpForm {
    /// Read and without effect: clients that would rather speak HTTP/2 agree with the server on HTTP/1.1.
    #[serde(rename = "http2")]
    _http2: Option<bool>,
    headers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RateLimitForm {
    interval: Option<String>,
    burst: u32,
}

/// Reads the file and those that it names; their paths may be relative to the file's folder.
pub(super) fn read(path: &Path) -> Result<WebConfig, WebConfigError> {
    let wrong = |problem: String| WebConfigError { path: path.to_owned(), problem };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut files = vec![path.to_owned()];
    let mut config = parse(&text, folder, &mut files).map_err(wrong)?;
    config.files = files;
    Ok(config)
}

pub(super) fn parse(text: &str, folder: &Path, files: &mut Vec<PathBuf>) -> Result<WebConfig, String> {
    let form = if text.trim().is_empty() { Form::default() } else { from_yaml(text)? };
    let tls = form.tls_server_config.map(|tls| tls.into_rustls(folder, files)).transpose();
    Ok(WebConfig {
        tls: tls.map_err(|problem| format!("tls_server_config: {problem}"))?.flatten(),
        users: users(form.basic_auth_users)?,
        headers: headers(&form.http_server_config.headers)?,
        rate_limit: rate_limit(&form.rate_limit)?,
        files: Vec::new(),
    })
}

fn from_yaml(text: &str) -> Result<Form, String> {
    // The message's first line says what and where; a picture of the place may follow, with what may be a secret.
    serde_saphyr::from_str(text).map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
}

fn users(users: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    for (user, hash) in &users {
        hash.parse::<bcrypt::HashParts>()
            .map_err(|_| format!("basic_auth_users: the password of `{user}` is not a bcrypt hash"))?;
    }
    Ok(users)
}

/// The headers that may be set, each with its allowed values; none listed means any.
const HEADERS: [(&str, &[&str]); 5] = [
    ("Strict-Transport-Security", &[]),
    ("X-Content-Type-Options", &["nosniff"]),
    ("X-Frame-Options", &["deny", "sameorigin"]),
    ("X-XSS-Protection", &[]),
    ("Content-Security-Policy", &[]),
];

fn headers(given: &BTreeMap<String, String>) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let mut headers = Vec::new();
    for (name, value) in given {
        let wrong = |problem: String| format!("http_server_config: headers: {name}: {problem}");
        let Some((_, allowed)) = HEADERS.iter().find(|(known, _)| known == name) else {
            let known = HEADERS.map(|(known, _)| known).join(", ");
            return Err(wrong(format!("the headers that can be set are {known}")));
        };
        if !allowed.is_empty() && !allowed.contains(&value.as_str()) {
            return Err(wrong(format!("`{value}` is not one of {}", allowed.join(", "))));
        }
        let value = HeaderValue::from_str(value).map_err(|_| wrong(format!("`{value}` cannot stand in a header")))?;
        headers.push((HeaderName::from_bytes(name.as_bytes()).expect("a known header"), value));
    }
    Ok(headers)
}

fn rate_limit(form: &RateLimitForm) -> Result<Option<RateLimit>, String> {
    let Some(text) = &form.interval else { return Ok(None) };
    let interval = duration::parse(text)
        .ok_or_else(|| format!("rate_limit: interval: `{text}` is not a duration like `500ms`, `1s` or `1m30s`"))?;
    if interval.is_zero() {
        return Ok(None);
    }
    if form.burst == 0 {
        return Err("rate_limit: burst: has to be 1 or more, or no request would pass".into());
    }
    Ok(Some(RateLimit { interval, burst: form.burst }))
}

#[cfg(test)]
mod tests;
