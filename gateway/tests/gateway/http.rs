//! Headers, origins, and connections that dawdle.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::fake::{Fake, Mode};
use crate::gateway::Gateway;

#[tokio::test]
async fn every_page_has_the_security_headers() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    for path in
        ["/", "/api/docs", "/api/v1/overview", "/api/v1/nothing", "/assets/nothing.js", "/metrics", "/servers/x"]
    {
        let response = gateway.get(path).await;
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn other_origins_may_read_only_when_configured() {
    let fake = Fake::start(Mode::Good, 0).await;
    let origin = "https://dashboard.example.com";
    let closed = Gateway::start(&fake).await;
    let open = Gateway::start_with(&fake, |config| config.http.origins = vec![origin.to_owned()]).await;
    for (gateway, asks_as, expected) in
        [(&closed, origin, None), (&open, origin, Some(origin)), (&open, "https://evil.example", None)]
    {
        let response = gateway.send(|client, base| client.get(base + "/api/health").header("origin", asks_as)).await;
        let allowed = response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(allowed, expected, "{asks_as}");
    }
}

#[tokio::test]
async fn a_head_that_does_not_arrive_ends_the_connection() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start_with(&fake, |config| config.http.header_timeout = Duration::from_millis(300)).await;
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(b"GET /api/health HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut rest = Vec::new();
    timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await.expect("the connection stays open").unwrap();
    let text = String::from_utf8_lossy(&rest);
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
}

#[tokio::test]
async fn a_request_under_way_is_finished_before_the_gateway_stops() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(b"GET /api/v1/overview HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    gateway.shutdown.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(gateway.address).await.is_err(), "a gateway that stops takes no more connections");
    timeout(Duration::from_secs(5), gateway.task).await.expect("the gateway stops").unwrap().unwrap();
}
