//! Which of Prometheus' URLs may be asked: a list of what is allowed, compared with the decoded path. All else is refused.

use http::Method;
use thiserror::Error;

/// An endpoint that may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) kind: Kind,
    /// Below `/api/v1/`, made of constants and at most one checked label name; never a piece of the caller's URL.
    pub(crate) path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Query,
    QueryRange,
    QueryExemplars,
    Series,
    Labels,
    LabelValues,
    Metadata,
    TargetsMetadata,
    Rules,
    Alerts,
    /// `format_query`, `parse_query`: functions of their parameters alone.
    Pure,
    /// `status/buildinfo`, `features`.
    About,
    /// Opened by configuration.
    Opened,
}

/// Pages that show targets, configuration or internals; refused unless the configuration opens them one by one.
pub const MAY_BE_OPENED: [&str; 9] = [
    "targets",
    "scrape_pools",
    "alertmanagers",
    "status/config",
    "status/flags",
    "status/runtimeinfo",
    "status/tsdb",
    "status/walreplay",
    "notifications",
];

#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum PathError {
    #[error("{0} is not one of the endpoints that can be asked here")]
    NotAllowed(String),
    #[error("{method} is not possible here, {allowed} is")]
    Method { method: String, allowed: &'static str },
}

impl Kind {
    pub(crate) fn takes_post(self) -> bool {
        matches!(self, Self::Query | Self::QueryRange | Self::QueryExemplars | Self::Series | Self::Labels | Self::Pure)
    }

    pub(crate) fn takes_timeout(self) -> bool {
        matches!(self, Self::Query | Self::QueryRange)
    }

    /// What metrics call it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::QueryRange => "query_range",
            Self::QueryExemplars => "query_exemplars",
            Self::Series => "series",
            Self::Labels => "labels",
            Self::LabelValues => "label_values",
            Self::Metadata => "metadata",
            Self::TargetsMetadata => "targets_metadata",
            Self::Rules => "rules",
            Self::Alerts => "alerts",
            Self::Pure => "pure",
            Self::About => "about",
            Self::Opened => "opened",
        }
    }
}

/// Finds the endpoint for a path as it came, below `/prometheus`.
pub(crate) fn endpoint(path: &str, method: &Method, opened: &[String]) -> Result<Endpoint, PathError> {
    let not_allowed = || PathError::NotAllowed(printable(path));
    let below = path.strip_prefix("/api/v1/").ok_or_else(not_allowed)?;
    let segments: Vec<String> = below.split('/').map(decode_segment).collect::<Option<_>>().ok_or_else(not_allowed)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let found = |kind| Endpoint { kind, path: segments.join("/") };
    let endpoint = match segments[..] {
        ["query"] => found(Kind::Query),
        ["query_range"] => found(Kind::QueryRange),
        ["query_exemplars"] => found(Kind::QueryExemplars),
        ["series"] => found(Kind::Series),
        ["labels"] => found(Kind::Labels),
        ["label", name, "values"] => {
            Endpoint { kind: Kind::LabelValues, path: format!("label/{}/values", encode_segment(name)) }
        }
        ["metadata"] => found(Kind::Metadata),
        ["targets", "metadata"] => found(Kind::TargetsMetadata),
        ["rules"] => found(Kind::Rules),
        ["alerts"] => found(Kind::Alerts),
        ["format_query"] | ["parse_query"] => found(Kind::Pure),
        ["status", "buildinfo"] | ["features"] => found(Kind::About),
        _ if MAY_BE_OPENED.contains(&segments.join("/").as_str()) && opened.contains(&segments.join("/")) => {
            found(Kind::Opened)
        }
        _ => return Err(not_allowed()),
    };
    match *method {
        Method::GET => Ok(endpoint),
        Method::POST if endpoint.kind.takes_post() => Ok(endpoint),
        _ => {
            let allowed = if endpoint.kind.takes_post() { "GET, POST" } else { "GET" };
            Err(PathError::Method { method: method.to_string(), allowed })
        }
    }
}

/// A segment, decoded once. Refuses what only someone who wants to climb out of it would write.
fn decode_segment(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte == b'%' {
            let digits = after.get(..2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let harmless = !text.is_empty()
        && text.len() <= 1024
        && text != "."
        && text != ".."
        && !text.contains(['/', '\\', '%', '?', '#'])
        && !text.contains(char::is_control);
    harmless.then_some(text)
}

/// Everything but letters, digits and `_` as `%XX`.
fn encode_segment(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn printable(path: &str) -> String {
    path.chars().filter(|character| !character.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Result<Endpoint, PathError> {
        endpoint(path, &Method::GET, &["targets".to_owned()])
    }

    #[test]
    fn what_a_data_source_needs_is_open() {
        for path in [
            "query",
            "query_range",
            "series",
            "labels",
            "label/job/values",
            "metadata",
            "query_exemplars",
            "rules",
            "alerts",
            "targets/metadata",
            "format_query",
            "parse_query",
            "status/buildinfo",
            "features",
            "targets",
        ] {
            let endpoint = get(&format!("/api/v1/{path}")).unwrap();
            assert_eq!(endpoint.path, path);
        }
    }

    #[test]
    fn a_label_name_is_passed_on_encoded() {
        assert_eq!(get("/api/v1/label/U__a_2e_b/values").unwrap().path, "label/U__a_2e_b/values");
        assert_eq!(get("/api/v1/label/a.b%20%C3%A4/values").unwrap().path, "label/a%2Eb%20%C3%A4/values");
        assert_eq!(get("/api/v1/%71uery").unwrap().path, "query");
    }

    #[test]
    fn everything_else_is_refused() {
        for path in [
            "/",
            "/metrics",
            "/federate",
            "/-/quit",
            "/-/reload",
            "/api/v1/",
            "/api/v1/write",
            "/api/v1/read",
            "/api/v1/admin/tsdb/delete_series",
            "/api/v1/status/config",
            "/api/v1/status/flags",
            "/api/v1/status/tsdb",
            "/api/v1/otlp/v1/metrics",
            "/api/v1//query",
            "/api/v1/query/",
            "/api/v1/./query",
            "/api/v1/label/../values",
            "/api/v1/label/%2e%2e/values",
            "/api/v1/label/a%2fb/values",
            "/api/v1/label/a%252fb/values",
            "/api/v1/label//values",
            "/api/v1/label/a%00/values",
            "/api/v1/label/%zz/values",
            "/api/v1/label/%ff/values",
            "/api/v1/label/a\\b/values",
            "/api/v1/../../metrics",
            "/api/v2/query",
            "/api/v1/QUERY",
            "/debug/pprof",
            "/api/v1/targets%2fmetadata",
            "/api/v1/label/a/b/values",
            "/api/v1/label/a%3fb/values",
        ] {
            assert!(matches!(get(path), Err(PathError::NotAllowed(_))), "{path}: {:?}", get(path));
        }
    }

    #[test]
    fn only_endpoints_that_take_a_form_take_a_post() {
        assert!(endpoint("/api/v1/query", &Method::POST, &[]).is_ok());
        let error = endpoint("/api/v1/metadata", &Method::POST, &[]).unwrap_err();
        assert_eq!(error.to_string(), "POST is not possible here, GET is");
        assert!(endpoint("/api/v1/query", &Method::DELETE, &[]).is_err());
        assert!(endpoint("/api/v1/query", &Method::HEAD, &[]).is_err());
    }
}
