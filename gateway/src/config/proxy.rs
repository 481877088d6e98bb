//! What a person can choose about `/prometheus` and its memory.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::value::Allowed;
use crate::proxy::MAY_BE_OPENED;

/// Limits of the Prometheus-compatible API, and who may use it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyConfig {
    pub flavour: Flavour,
    /// For one query, waiting for its turn included.
    pub timeout: Duration,
    pub max_points: i64,
    pub max_range: Duration,
    pub max_lookback: Duration,
    pub max_response_bytes: usize,
    /// The longest answer that is compressed for callers who take gzip.
    pub gzip_max_bytes: usize,
    pub max_queries: usize,
    pub max_queries_per_caller: usize,
    pub max_waiting: usize,
    pub max_wait: Duration,
    /// Endpoints that are refused unless they are named here.
    pub open: Vec<String>,
    /// When there is any, nobody is let in without one.
    pub credentials: Vec<Credential>,
}

/// What answers: the differences that matter to a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    Prometheus,
    VictoriaMetrics,
}

/// Memory for answers.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheConfig {
    pub bytes: usize,
    pub entry_bytes: usize,
    pub freshness: Duration,
    pub settled: Duration,
    pub volatile: Duration,
    pub stale: Duration,
}

/// ```toml
/// [[proxy.credentials]]
/// name = "team-a"
/// token = "a long random text"
/// labels = { team = "a" }
/// ```
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    pub name: String,
    pub token: String,
    /// Confines to series that have these labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub may_skip_cache: bool,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("name", &self.name).field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl Default for ProxyConfig {
    fn default() -> Self {
        Self {
            flavour: Flavour::Prometheus,
            timeout: Duration::from_secs(60),
            max_points: 11_000,
            max_range: Duration::from_secs(3_660 * 86_400),
            max_lookback: Duration::from_secs(3_660 * 86_400),
            max_response_bytes: 256 << 20,
            gzip_max_bytes: 1 << 20,
            max_queries: 16,
            max_queries_per_caller: 8,
            max_waiting: 256,
            max_wait: Duration::from_secs(10),
            open: Vec::new(),
            credentials: Vec::new(),
        }
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            entry_bytes: 32 << 20,
            freshness: Duration::from_secs(60),
            settled: Duration::from_secs(6 * 3_600),
            volatile: Duration::from_secs(1),
            stale: Duration::from_secs(600),
        }
    }
}

/// One of the endpoints that may be opened.
pub(super) fn endpoint(text: &str) -> Result<String, Allowed> {
    let known = MAY_BE_OPENED.contains(&text).then(|| text.to_owned());
    known.ok_or_else(|| format!("endpoints separated by commas, of {}", MAY_BE_OPENED.join(", ")))
}

const MIN_TOKEN_BYTES: usize = 8;

/// What is wrong with these credentials, if anything: the key, the value, and what is allowed. A token is never the value.
pub(super) fn check(credentials: &[Credential]) -> Result<(), (String, String, String)> {
    for (index, credential) in credentials.iter().enumerate() {
        let refused = |field: &str, value: &str, allowed: &str| {
            Err((format!("proxy.credentials[{index}].{field}"), value.to_owned(), allowed.to_owned()))
        };
        let earlier = &credentials[..index];
        if credential.name.is_empty() || earlier.iter().any(|other| other.name == credential.name) {
            return refused("name", &credential.name, "a name that no other credential has");
        }
        if credential.token.len() < MIN_TOKEN_BYTES || earlier.iter().any(|other| other.token == credential.token) {
            return refused("token", "…", "at least 8 bytes that no other credential has");
        }
        if let Some(label) = credential.labels.keys().find(|label| !is_label(label)) {
            return refused("labels", label, "label names: letters, digits and _, not a digit first");
        }
    }
    Ok(())
}

fn is_label(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
