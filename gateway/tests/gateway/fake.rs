//! A Prometheus that plays recorded answers, and misbehaves when told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use http::{StatusCode, Uri, header};
use tokio::net::TcpListener;

/// The instant of every answer.
pub(crate) const AT: f64 = 1_795_216_105.0;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Good,
    /// Connections are closed without an answer.
    Away,
    /// Later than anybody waits.
    Slow,
    /// In time, but two answers take longer than a tick.
    Late,
    /// As while it starts.
    Unavailable,
    /// A page of some proxy on the way.
    Html,
    /// The answer breaks off.
    Half,
    /// The answer is whole, but its JSON is not.
    Torn,
    Warnings,
    NotANumber,
    /// Values differ from one answer to the next.
    Changing,
}

pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    state: Arc<Shared>,
}

struct Shared {
    mode: Mutex<Mode>,
    /// Expressions and paths that were asked.
    asked: Mutex<Vec<String>>,
    /// Answers that a test gives itself, with what the question contains; they come before the recorded ones.
    said: Mutex<Vec<(String, String)>>,
    servers: usize,
}

impl Fake {
    /// With `web-1`, `web-2` (down) and `gpu-1`, and as many more as `servers` says.
    pub(crate) async fn start(mode: Mode, servers: usize) -> Self {
        let state =
            Arc::new(Shared { mode: Mutex::new(mode), asked: Mutex::default(), said: Mutex::default(), servers });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    pub(crate) fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    /// Answers questions that contain `needle` with these series, one a line, from now on.
    pub(crate) fn say(&self, needle: &str, lines: &str) {
        let mut said = self.state.said.lock().unwrap();
        said.retain(|(other, _)| other != needle);
        said.push((needle.to_owned(), lines.to_owned()));
    }

    /// Everything that was asked since the last call.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.asked.lock().unwrap())
    }
}

async fn answer(State(state): State<Arc<Shared>>, uri: Uri, form: Bytes) -> Response {
    let mode = *state.mode.lock().unwrap();
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(&form).into_owned().collect();
    let expression = parameters.iter().find(|(name, _)| name == "query").map_or("", |(_, value)| value.as_str());
    state.asked.lock().unwrap().push(format!("{} {expression}", uri.path()));
    let said = state.said.lock().unwrap().iter().find(|(needle, _)| expression.contains(needle)).cloned();
    let body = body(uri.path(), expression, said.as_ref().map(|(_, lines)| lines.as_str()), mode, state.servers);
    match mode {
        Mode::Away => Body::from_stream(futures_util::stream::once(async { Err::<Bytes, _>(gone()) })).into_response(),
        Mode::Slow => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
        Mode::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").into_response(),
        Mode::Html => (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "<html>Sign in</html>").into_response(),
        Mode::Half => broken_off(&body[..body.len() / 2]),
        Mode::Torn => (StatusCode::OK, body[..body.len() / 2].to_owned()).into_response(),
        Mode::Late => {
            tokio::time::sleep(crate::gateway::INTERVAL * 3 / 4).await;
            (StatusCode::OK, body).into_response()
        }
        Mode::Good | Mode::Warnings | Mode::NotANumber | Mode::Changing => (StatusCode::OK, body).into_response(),
    }
}

/// Ends the connection.
fn gone() -> std::io::Error {
    std::io::Error::other("gone")
}

/// A body that ends before it should.
fn broken_off(text: &str) -> Response {
    let parts = [Ok(Bytes::from(text.to_owned())), Err(gone())];
    // With a pause between: else the head would be held back and lost as well.
    let stream = futures_util::stream::iter(parts).then(|part| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        part
    });
    Body::from_stream(stream).into_response()
}

/// Recorded answers: `== <what the question contains>`, then a series a line.
const ANSWERS: &str = include_str!("answers.txt");

fn body(path: &str, expression: &str, said: Option<&str>, mode: Mode, servers: usize) -> String {
    match path {
        "/api/v1/rules" => return include_str!("rules.json").to_owned(),
        "/api/v1/targets" => return include_str!("targets.json").to_owned(),
        "/api/v1/query_range" => return include_str!("matrix.json").to_owned(),
        _ => {}
    }
    let section = ANSWERS.split("== ").find(|section| {
        let (needle, _) = section.split_once('\n').unwrap_or_default();
        !needle.is_empty() && expression.contains(needle)
    });
    // Whether servers are up is never spoiled.
    let mode = if expression.contains("timestamp(up{") { Mode::Good } else { mode };
    let recorded = section.and_then(|section| section.split_once('\n')).map_or("", |(_, lines)| lines);
    let lines = said.unwrap_or(recorded);
    let mut series: Vec<String> =
        lines.lines().filter(|line| line.starts_with('{')).map(|line| one(line, mode)).collect();
    // More servers, all like web-1.
    let copies: Vec<String> = (0..servers)
        .flat_map(|number| {
            let like = lines.lines().filter(|line| line.contains("\"web-1:9100\""));
            like.map(move |line| one(&line.replace("web-1", &format!("more-{number}")), mode))
        })
        .collect();
    series.extend(copies);
    let warnings = if mode == Mode::Warnings { r#","warnings":["one store is away"]"# } else { "" };
    format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{}]}}{warnings}}}"#, series.join(","))
}

/// `{"job":"node"} 1` as Prometheus writes it.
fn one(line: &str, mode: Mode) -> String {
    let (labels, value) = line.rsplit_once(' ').unwrap();
    let value = match mode {
        Mode::NotANumber => "NaN".to_owned(),
        Mode::Changing => {
            let nanoseconds = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().subsec_nanos();
            format!("0.{nanoseconds:09}")
        }
        _ => value.to_owned(),
    };
    format!(r#"{{"metric":{labels},"value":[{AT},"{value}"]}}"#)
}
