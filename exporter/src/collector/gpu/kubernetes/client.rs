//! gRPC's least: one unary call over HTTP/2 on a Unix socket, on a connection that is kept.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::UnixStream;

/// What the kubelet has for an answer. It knows this without asking others.
const DEADLINE: Duration = Duration::from_secs(5);
/// An answer for more pods than a node holds.
const LARGEST_ANSWER: usize = 16 << 20;
/// Before a gRPC message: whether it is compressed, and its length.
const PREFIX: usize = 5;

pub(super) struct Client {
    socket: PathBuf,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    pub(super) fn new(socket: PathBuf) -> Self {
        Self { socket, connection: None }
    }

    /// The message that `List` answers with.
    pub(super) async fn list(&mut self) -> Result<Bytes, String> {
        let socket = self.socket.display().to_string();
        let answer = tokio::time::timeout(DEADLINE, self.call()).await;
        let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {DEADLINE:?}")));
        if answer.is_err() {
            self.connection = None;
        }
        answer.map_err(|reason| format!("{socket}: {reason}"))
    }

    async fn call(&mut self) -> Result<Bytes, String> {
        let mut connection = match self.connection.take().filter(SendRequest::is_ready) {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let request = Request::post("http://localhost/v1.PodResourcesLister/List")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(Full::from(vec![0; PREFIX]))
            .map_err(|error| error.to_string())?;
        let response = connection.send_request(request).await.map_err(|error| error.to_string())?;
        self.connection = Some(connection);
        let (head, body) = response.into_parts();
        if !head.status.is_success() {
            return Err(format!("the answer is {}", head.status));
        }
        check_status(&head.headers)?;
        let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| error.to_string())?;
        if let Some(trailers) = body.trailers() {
            check_status(trailers)?;
        }
        message(body.to_bytes())
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let stream = UnixStream::connect(&self.socket).await.map_err(|error| error.to_string())?;
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(|error| error.to_string())?;
        // Ends with the connection, which ends when its sender is dropped.
        tokio::spawn(connection);
        Ok(sender)
    }
}

/// gRPC tells success in a trailer, or in a header when there is no message.
fn check_status(headers: &HeaderMap) -> Result<(), String> {
    let Some(status) = headers.get("grpc-status").filter(|status| status.as_bytes() != b"0") else { return Ok(()) };
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Err(format!("gRPC status {} {}", text(status), headers.get("grpc-message").map(text).unwrap_or_default()))
}

/// The one message of a unary answer, without its prefix.
fn message(body: Bytes) -> Result<Bytes, String> {
    match body.first_chunk::<PREFIX>() {
        Some([0, length @ ..]) if u32::from_be_bytes(*length) as usize == body.len() - PREFIX => {
            Ok(body.slice(PREFIX..))
        }
        _ => Err("the answer is not one uncompressed gRPC message".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_out_of_its_frame() {
        assert_eq!(message(Bytes::from_static(b"\0\0\0\0\x02hi")).unwrap(), "hi");
        for wrong in [&b""[..], b"\0\0\0\0", b"\0\0\0\0\x03hi", b"\x01\0\0\0\x02hi"] {
            assert!(message(Bytes::copy_from_slice(wrong)).is_err());
        }
    }

    #[test]
    fn a_failure_is_told_with_its_message() {
        let headers = HeaderMap::from_iter([
            (http::HeaderName::from_static("grpc-status"), http::HeaderValue::from_static("8")),
            (http::HeaderName::from_static("grpc-message"), http::HeaderValue::from_static("too many requests")),
        ]);
        assert_eq!(check_status(&headers).unwrap_err(), "gRPC status 8 too many requests");
        assert!(check_status(&HeaderMap::new()).is_ok());
    }
}
