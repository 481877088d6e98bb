//! Why scrapes fail, from `/api/v1/targets`.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use super::error::Error;
use super::response::{Labels, parse};

#[derive(Deserialize)]
struct TargetsData<'a> {
    #[serde(rename = "activeTargets", borrow, default)]
    active: Vec<Target<'a>>,
}

#[derive(Deserialize)]
struct Target<'a> {
    #[serde(borrow)]
    labels: Labels<'a>,
    #[serde(rename = "lastError", borrow, default)]
    last_error: Cow<'a, str>,
}

/// A longer error says no more.
const MAX_ERROR_CHARS: usize = 300;

/// The error of every target whose newest scrape failed, by job and instance.
pub fn parse_scrape_errors(body: &[u8]) -> Result<HashMap<(String, String), String>, Error> {
    let targets = parse::<TargetsData<'_>>(body)?.data.active;
    let failed = targets.into_iter().filter(|target| !target.last_error.is_empty());
    Ok(failed
        .map(|target| {
            let key = (target.labels.value("job").to_owned(), target.labels.value("instance").to_owned());
            (key, target.last_error.chars().take(MAX_ERROR_CHARS).collect())
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_an_error_is_left_out() {
        let body = br#"{"status":"success","data":{"activeTargets":[
            {"labels":{"instance":"a:1","job":"node"},"lastError":"","health":"up"},
            {"labels":{"instance":"b:1","job":"node"},"lastError":"Get \"http://b:1/metrics\": refused","health":"down"}],
            "droppedTargets":[]}}"#;
        let errors = parse_scrape_errors(body).unwrap();
        let key = ("node".to_owned(), "b:1".to_owned());
        assert_eq!(errors, HashMap::from([(key, "Get \"http://b:1/metrics\": refused".to_owned())]));
    }
}
