//! What each path answers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;

use super::App;
use super::selection;
use crate::exposition::Format;
use crate::memory;
use crate::own::{Answered, Own};
use crate::sample::Families;
use crate::scrape::DEFAULT_TIMEOUT;

/// Prometheus says here how long it will wait.
pub(super) const SCRAPE_TIMEOUT: HeaderName = HeaderName::from_static("x-prometheus-scrape-timeout-seconds");

pub(super) async fn healthy() -> &'static str {
    "OK\n"
}

pub(super) async fn landing(State(app): State<Arc<App>>) -> Html<String> {
    let (path, version) = (&app.web.telemetry_path, env!("CARGO_PKG_VERSION"));
    let names: Vec<_> = app.engine.names().collect();
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sightline exporter</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head><body>\n\
         <h1>Sightline exporter</h1>\n<p>Node and GPU metrics of this machine for Prometheus. Version {version}.</p>\n\
         <ul><li><a href=\"{path}\">Metrics</a></li><li><a href=\"/-/healthy\">Health</a></li></ul>\n\
         <p>Collectors that are on: {}.</p>\n</body></html>\n",
        names.join(", ")
    ))
}

pub(super) async fn metrics(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    if !app.requests.enter(app.web.max_requests) {
        app.requests.count(Answered::Unavailable);
        let text = format!("Limit of concurrent requests reached ({}), try again later.\n", app.web.max_requests);
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    }
    let entered = Entered(Arc::clone(&app));
    let selection = match selection::parse(query.as_deref().unwrap_or_default(), app.engine.names()) {
        Ok(selection) => selection,
        Err(error) => {
            app.requests.count(Answered::BadRequest);
            return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response();
        }
    };
    let format = if app.web.openmetrics && prefers_openmetrics(&headers) { Format::OpenMetrics } else { Format::Text };
    let gzip = accepts_gzip(&headers);
    app.requests.count(Answered::Ok);
    let encode = move |families: &mut Families| encode(&entered.0, families, format, gzip);
    let body = app.engine.scrape(selection, scrape_timeout(&headers), encode).await;
    memory::settle();
    let mut response = (StatusCode::OK, [(CONTENT_TYPE, format.content_type())], body).into_response();
    if gzip {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

/// A request that counts as under way, until this is dropped.
struct Entered(Arc<App>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.requests.leave();
    }
}

fn encode(app: &App, families: &mut Families, format: Format, gzip: bool) -> Bytes {
    Own::write_build(families);
    if app.web.exporter_metrics {
        app.own.lock().expect("writing own metrics does not panic").write(&app.requests, families);
    }
    let mut answer = app.spare.answer();
    let duplicates = app.encoder.lock().expect("encoding does not panic").encode(families, format, &mut answer.text);
    app.requests.count_duplicates(duplicates);
    if gzip {
        let mut gzip = app.gzip.lock().expect("compressing does not panic");
        gzip.compress(&answer.text).into()
    } else {
        Bytes::from_owner(answer)
    }
}

fn scrape_timeout(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(SCRAPE_TIMEOUT).and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
    match seconds {
        Some(seconds) if seconds > 0.0 => {
            Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_TIMEOUT).min(LONGEST_TIMEOUT)
        }
        _ => DEFAULT_TIMEOUT,
    }
}

/// No scraper waits longer, whatever it says.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(600);

fn accepts_gzip(headers: &HeaderMap) -> bool {
    listed(headers, &ACCEPT_ENCODING).any(|(name, quality)| (name == "gzip" || name == "*") && quality > 0.0)
}

fn prefers_openmetrics(headers: &HeaderMap) -> bool {
    let best = |wanted: &str| {
        let qualities = listed(headers, &ACCEPT).filter(|(name, _)| *name == wanted).map(|(_, quality)| quality);
        qualities.fold(0.0, f64::max)
    };
    let openmetrics = best("application/openmetrics-text");
    openmetrics > 0.0 && openmetrics >= best("text/plain")
}

/// The items of a list like `gzip;q=0.5, *`, each with its quality.
fn listed<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = (&'h str, f64)> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |text| text.parse().unwrap_or(0.0));
        (name, quality)
    })
}

#[cfg(fuzzing)]
pub(super) fn fuzz(headers: &HeaderMap) {
    let timeout = scrape_timeout(headers);
    assert!(timeout > Duration::ZERO && timeout <= LONGEST_TIMEOUT, "{timeout:?}");
    accepts_gzip(headers);
    prefers_openmetrics(headers);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_used_when_it_is_accepted() {
        let accepts = |value| accepts_gzip(&headers(ACCEPT_ENCODING, value));
        assert!(accepts("gzip"));
        assert!(accepts("deflate, gzip;q=0.5"));
        assert!(!accepts("gzip;q=0"));
        assert!(!accepts("identity"));
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn openmetrics_is_given_to_those_who_prefer_it() {
        let prefers = |value| prefers_openmetrics(&headers(ACCEPT, value));
        assert!(prefers("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"));
        assert!(!prefers("application/openmetrics-text;q=0.2,text/plain;q=0.3"));
        assert!(!prefers("text/plain"));
        assert!(!prefers("*/*"));
    }

    #[test]
    fn a_scrape_timeout_that_makes_no_sense_is_none() {
        let timeout = |value| scrape_timeout(&headers(SCRAPE_TIMEOUT, value));
        assert_eq!(timeout("3"), Duration::from_secs(3));
        assert_eq!(timeout("0.5"), Duration::from_millis(500));
        for value in ["0", "-1", "NaN", "soon"] {
            assert_eq!(timeout(value), DEFAULT_TIMEOUT, "{value}");
        }
        assert_eq!(timeout("1e300"), LONGEST_TIMEOUT);
    }
}
