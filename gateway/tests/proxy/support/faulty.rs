//! An upstream that can be told how to misbehave; it counts what it is asked and passes on to Prometheus what it does not spoil.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What is done to an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// The connection is closed before a byte of an answer.
    Reset,
    /// Half of the body, then the end, with the length of all of it.
    Half,
    /// Half of the body, with the length of that half: HTTP sees nothing wrong.
    HalfWithItsLength,
    /// More length than body.
    LongLength,
    /// Chunked, and closed without the last chunk.
    ChunkedWithoutEnd,
    /// A byte at a time.
    Drip,
    /// Not a byte.
    Silence,
    /// A status with a body that is not JSON.
    Status(u16, &'static str),
    /// Prometheus' own error.
    Error(u16, &'static str),
    /// Claims to be gzip, and is not.
    LyingGzip,
    /// Fields put in front of `data`.
    Extra(&'static str),
    /// Fields put after `data`.
    After(&'static str),
    /// A header.
    Header(&'static str),
    /// Waits before it passes the answer on.
    Slow(Duration),
    /// The same for range queries only.
    SlowRanges(Duration),
    /// The whole body replaced, with status 200.
    Body(&'static str),
}

/// Ends with this value.
pub(crate) struct Faulty {
    pub(crate) url: String,
    state: Arc<State>,
    server: tokio::task::JoinHandle<()>,
}

struct State {
    upstream: String,
    fault: Mutex<Fault>,
    /// Path and parameters of what was asked.
    asked: Mutex<Vec<String>>,
    /// Questions whose asker left before the answer.
    left: Mutex<usize>,
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Faulty {
    pub(crate) async fn start(upstream: &str) -> Self {
        Self::start_at(0, upstream).await
    }

    pub(crate) async fn start_at(port: u16, upstream: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let state = Arc::new(State {
            upstream: upstream.trim_start_matches("http://").trim_end_matches('/').to_owned(),
            fault: Mutex::new(Fault::None),
            asked: Mutex::default(),
            left: Mutex::default(),
        });
        let serving = state.clone();
        let server = tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(connection, serving.clone()));
            }
        });
        Self { url, state, server }
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.state.fault.lock().unwrap() = fault;
    }

    /// What was asked since the last time this was called.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.asked.lock().unwrap())
    }

    pub(crate) fn left(&self) -> usize {
        *self.state.left.lock().unwrap()
    }
}

/// One question per connection: the plainest thing that can go wrong in every way.
async fn serve(mut connection: TcpStream, state: Arc<State>) {
    let Some((head, body)) = read_request(&mut connection).await else { return };
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let query = String::from_utf8_lossy(&body).into_owned();
    state.asked.lock().unwrap().push(if query.is_empty() { target } else { format!("{target}?{query}") });
    let fault = state.fault.lock().unwrap().clone();
    let is_range = head.contains("/query_range");
    if let Fault::Slow(wait) | Fault::SlowRanges(wait) = fault
        && (is_range || fault == Fault::Slow(wait))
    {
        let mut byte = [0];
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = connection.read(&mut byte) => {
                *state.left.lock().unwrap() += 1;
                return;
            }
        }
    }
    let (status, answer) =
        if let Some(answer) = ask(&state.upstream, &head, &body).await { answer } else { (502, Vec::new()) };
    spoil(&mut connection, &fault, status, answer).await;
}

async fn spoil(connection: &mut TcpStream, fault: &Fault, status: u16, body: Vec<u8>) {
    let text = String::from_utf8_lossy(&body).into_owned();
    let half = &body[..body.len() / 2];
    let head = |status: u16, length: usize, more: &str| {
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}Connection: close\r\n\r\n").into_bytes()
    };
    let parts: Vec<Vec<u8>> = match fault {
        Fault::None | Fault::Slow(_) | Fault::SlowRanges(_) => vec![head(status, body.len(), ""), body],
        Fault::Reset => vec![],
        Fault::Half => vec![head(status, body.len(), ""), half.to_vec()],
        Fault::HalfWithItsLength => vec![head(status, half.len(), ""), half.to_vec()],
        Fault::LongLength => vec![head(status, body.len() + 10, ""), body],
        Fault::ChunkedWithoutEnd => {
            let chunk = format!("{:x}\r\n", body.len());
            vec![
                b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
                chunk.into_bytes(),
                body,
                b"\r\n".to_vec(),
            ]
        }
        Fault::Drip => {
            drop(connection.write_all(&head(status, body.len(), "")).await);
            for byte in body {
                tokio::time::sleep(Duration::from_millis(20)).await;
                if connection.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
            vec![]
        }
        Fault::Silence => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            vec![]
        }
        Fault::Status(status, page) => vec![head(*status, page.len(), ""), page.as_bytes().to_vec()],
        Fault::Error(status, kind) => {
            let body = format!(r#"{{"status":"error","errorType":"{kind}","error":"as told"}}"#);
            vec![head(*status, body.len(), ""), body.into_bytes()]
        }
        Fault::LyingGzip => vec![head(status, body.len(), "Content-Encoding: gzip\r\n"), body],
        Fault::Extra(fields) => {
            let body = text.replacen("\"data\":", &format!("{fields},\"data\":"), 1);
            vec![head(status, body.len(), ""), body.into_bytes()]
        }
        Fault::After(fields) => {
            let body = format!("{},{fields}}}", text.strip_suffix('}').unwrap_or(&text));
            vec![head(status, body.len(), ""), body.into_bytes()]
        }
        Fault::Header(header) => vec![head(status, body.len(), &format!("{header}\r\n")), body],
        Fault::Body(body) => vec![head(200, body.len(), ""), body.as_bytes().to_vec()],
    };
    for part in parts {
        drop(connection.write_all(&part).await);
    }
    drop(connection.shutdown().await);
}

async fn ask(upstream: &str, head: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
    let line = head.lines().next()?;
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    let request = format!("{line}\r\nHost: x\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let mut connection = TcpStream::connect(upstream).await.ok()?;
    connection.write_all(request.as_bytes()).await.ok()?;
    connection.write_all(body).await.ok()?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_off(end + 4);
    Some((status, if head.contains("transfer-encoding: chunked") { unchunked(&body)? } else { body }))
}

fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let line = body.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&body[..line]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(body.get(line + 2..line + 2 + length)?);
        body = body.get(line + 4 + length..)?;
    }
}

async fn read_request(connection: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length:").map(|text| text.trim().parse().unwrap())
    });
    let mut body = bytes.split_off(end + 4);
    while body.len() < length.unwrap_or(0) {
        if connection.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}
