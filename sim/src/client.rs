//! Posts bodies to Prometheus' remote write receiver, over one connection that is made again when it broke.

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Prometheus may be at work on its own blocks for that long.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where samples go.
pub(crate) struct Client {
    url: Uri,
    authority: String,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// A client for `http://host:port/api/v1/write`; a URL of another form is refused.
    pub(crate) fn new(url: &str) -> Result<Self, String> {
        let example = "give the receiver's URL, such as http://127.0.0.1:9090/api/v1/write";
        let url: Uri = url.parse().map_err(|error| format!("{error}; {example}"))?;
        if url.scheme_str() != Some("http") || url.path().len() < 2 {
            return Err(format!("it is not an http URL with a path; {example}"));
        }
        let host = url.host().ok_or_else(|| format!("it has no host; {example}"))?;
        let authority = format!("{host}:{}", url.port_u16().unwrap_or(80));
        Ok(Self { url, authority, connection: None })
    }

    /// Sends one body and waits until it is stored; an empty one is not sent.
    pub(crate) async fn post(&mut self, body: Vec<u8>) -> io::Result<()> {
        if body.len() < 2 {
            return Ok(());
        }
        let sent = timeout(DEADLINE, self.attempt(Bytes::from(body))).await;
        let result = sent.unwrap_or_else(|_| Err(io::Error::other(format!("no answer within {DEADLINE:?}"))));
        if result.is_err() {
            self.connection = None;
        }
        result.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.url)))
    }

    async fn attempt(&mut self, body: Bytes) -> io::Result<()> {
        let connection = match self.connection.take() {
            Some(connection) if !connection.is_closed() => connection,
            _ => self.connect().await?,
        };
        let connection = self.connection.insert(connection);
        connection.ready().await.map_err(io::Error::other)?;
        let request = Request::post(self.url.path())
            .header(HOST, &self.authority)
            .header(CONTENT_TYPE, "application/x-protobuf")
            .header(CONTENT_ENCODING, "snappy")
            .header("X-Prometheus-Remote-Write-Version", "0.1.0")
            .body(Full::new(body))
            .map_err(io::Error::other)?;
        let answer = connection.send_request(request).await.map_err(io::Error::other)?;
        let status = answer.status();
        let text = answer.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
        if status.is_success() {
            return Ok(());
        }
        Err(io::Error::other(format!("answered {status}: {}", String::from_utf8_lossy(&text).trim())))
    }

    async fn connect(&self) -> io::Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        // Ends by itself with the sender or the connection.
        tokio::spawn(connection);
        Ok(sender)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_another_form_is_refused() {
        for (url, why) in [
            ("127.0.0.1:9090", "not an http URL"),
            ("https://prometheus/api/v1/write", "not an http URL"),
            ("http://prometheus", "with a path"),
            ("http://a b", "such as"),
        ] {
            let error = Client::new(url).err().unwrap_or_default();
            assert!(error.contains(why), "{url}: {error}");
        }
        assert_eq!(Client::new("http://prometheus/api/v1/write").unwrap().authority, "prometheus:80");
    }
}
