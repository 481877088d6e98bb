//! The WebSocket, as a browser uses and misuses it.

use std::time::{Duration, SystemTime};

use flate2::{Decompress, FlushDecompress};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use sightline_gateway::websocket::deflate;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

use crate::fake::{Fake, Mode};
use crate::gateway::{Gateway, INTERVAL};

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn connect(gateway: &Gateway) -> Self {
        Self(connect_async(format!("ws://{}/api/v1/live", gateway.address)).await.unwrap().0)
    }

    async fn send(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    async fn subscribe(&mut self, resource: &str) -> Value {
        self.send(json!({ "subscribe": resource }).to_string()).await;
        self.frame().await
    }

    async fn message(&mut self) -> Message {
        loop {
            let message = timeout(Duration::from_secs(10), self.0.next()).await.expect("a message in time");
            match message.expect("an open connection").expect("a message") {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    async fn frame(&mut self) -> Value {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Code and reason.
    async fn close(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.message().await {
                let frame = frame.expect("a close frame with a code");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

async fn start(mode: Mode) -> (Fake, Gateway) {
    let fake = Fake::start(mode, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    (fake, gateway)
}

/// Without what differs from one moment to the next.
fn content(mut body: Value) -> Value {
    for field in ["age_seconds", "at"] {
        body.as_object_mut().unwrap().remove(field);
    }
    body
}

/// A new subscription's first frame and what GET answers, with no tick between the two.
async fn of_one_tick(gateway: &Gateway, resource: &str) -> (Value, Value) {
    let tick = |body: &Value| (body["at"].clone(), body["stale"].clone());
    for _ in 0..50 {
        let frame = Client::connect(gateway).await.subscribe(resource).await;
        let answer = gateway.json(resource).await;
        if tick(&frame["body"]) == tick(&answer) {
            return (frame, answer);
        }
    }
    panic!("{resource}: a frame and an answer are never of one tick");
}

#[tokio::test]
async fn a_frame_is_what_get_would_answer() {
    let (_fake, gateway) = start(Mode::Good).await;
    let mut client = Client::connect(&gateway).await;
    for resource in [
        "/api/v1/overview",
        "/api/v1/servers?sort=-cpu&limit=2",
        "/api/v1/servers/web-1:9100",
        "/api/v1/servers/web-1%3A9100",
        "/api/v1/alerts",
        "/api/v1/map?by=memory&group=rack",
    ] {
        let (frame, answer) = of_one_tick(&gateway, resource).await;
        assert_eq!(frame["resource"], resource);
        assert_eq!(content(frame["body"].clone()), content(answer), "{resource}");
    }
    assert_eq!(client.subscribe("/api/health").await["body"]["status"], "ok");
}

#[tokio::test]
async fn a_frame_repeats_its_subscribers_own_words() {
    let (_fake, gateway) = start(Mode::Good).await;
    let mut servers = Vec::new();
    for words in ["/api/v1/servers?limit=2&sort=-cpu", "/api/v1/servers?sort=-cpu&filter=&limit=2&offset=0"] {
        let frame = Client::connect(&gateway).await.subscribe(words).await;
        assert_eq!(frame["resource"], words);
        servers.push(frame["body"]["servers"].clone());
    }
    assert_eq!(servers[0], servers[1]);
}

/// A client that offers to deflate, by hand: its first frame for `resource`, and whether that was deflated.
async fn deflated_frame(gateway: &Gateway, resource: &str) -> (Value, bool) {
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    let address = gateway.address;
    let request = format!(
        "GET /api/v1/live HTTP/1.1\r\nhost: {address}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         sec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
    );
    // The first message goes with the handshake, deflated, with a mask that changes nothing.
    let message = deflate(&[json!({ "subscribe": resource }).to_string().as_bytes()]);
    let frame = [&[0xc1, 0x80 | u8::try_from(message.len()).unwrap(), 0, 0, 0, 0][..], &message].concat();
    stream.write_all(&[request.as_bytes(), &frame].concat()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let agreed = "sec-websocket-extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    assert!(head.starts_with("HTTP/1.1 101") && head.contains(agreed), "{head}");
    let first = stream.read_u8().await.unwrap();
    let length = match stream.read_u8().await.unwrap() {
        126 => usize::from(stream.read_u16().await.unwrap()),
        127 => usize::try_from(stream.read_u64().await.unwrap()).unwrap(),
        short => usize::from(short),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.unwrap();
    if first == 0x81 {
        return (serde_json::from_slice(&payload).unwrap(), false);
    }
    assert_eq!(first, 0xc1);
    payload.extend([0, 0, 0xff, 0xff]);
    let mut text = Vec::with_capacity(1 << 20);
    Decompress::new(false).decompress_vec(&payload, &mut text, FlushDecompress::Sync).unwrap();
    (serde_json::from_slice(&text).unwrap(), true)
}

#[tokio::test]
async fn long_frames_are_deflated_for_who_offers_it() {
    let (_fake, gateway) = start(Mode::Good).await;
    let long = "/api/v1/servers?sort=name";
    let (frame, is_deflated) = timeout(Duration::from_secs(10), deflated_frame(&gateway, long)).await.unwrap();
    assert!(is_deflated);
    assert_eq!(frame["resource"], long);
    assert_eq!(frame["body"]["servers"], gateway.json(long).await["servers"]);
    let (frame, is_deflated) = deflated_frame(&gateway, "/api/v1/servers?filter=nobody").await;
    assert_eq!((frame["body"]["matched"].as_u64(), is_deflated), (Some(0), false));
}

#[tokio::test]
async fn who_did_not_read_for_a_while_is_soon_at_the_newest() {
    let fake = Fake::start(Mode::Changing, 100).await;
    let gateway = Gateway::start_with(&fake, |config| config.live.send_timeout = Duration::from_secs(60)).await;
    gateway.settled().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(gateway.address).await.unwrap();
    let url = format!("ws://{}/api/v1/live", gateway.address);
    let mut client = client_async(url, stream).await.unwrap().0;
    client.send(Message::text(json!({ "subscribe": "/api/v1/servers" }).to_string())).await.unwrap();
    // What the kernel keeps for it must not be the frames of all these ticks.
    tokio::time::sleep(INTERVAL * 20).await;
    let woken = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let old = timeout(Duration::from_secs(10), async {
        let mut old = 0;
        while let Message::Text(text) = client.next().await.unwrap().unwrap() {
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["at"].as_f64().unwrap() >= woken {
                break;
            }
            old += 1;
        }
        old
    });
    let old = old.await.expect("a frame that is newer");
    assert!((1..=3).contains(&old), "{old} frames were old");
}

#[tokio::test]
async fn another_version_of_the_protocol_is_told_ours() {
    let (_fake, gateway) = start(Mode::Good).await;
    let ask = |client: reqwest::Client, base: String| {
        let request = client.get(base + "/api/v1/live").header("connection", "Upgrade").header("upgrade", "websocket");
        request.header("sec-websocket-version", "8").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    let response = gateway.send(ask).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["sec-websocket-version"]),
        (426, &"13".parse().unwrap())
    );
    insta::assert_snapshot!(response.text().await.unwrap(), @r#"{"error":"this is not a WebSocket handshake: the header `sec-websocket-version` is `8`; allowed: 13","code":"bad_request","parameter":null}"#);
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_why() {
    let (_fake, gateway) = start(Mode::Good).await;
    let mut client = Client::connect(&gateway).await;
    // A head that is not masked.
    client.0.get_mut().write_all(&[0x81, 0x01, b'x']).await.unwrap();
    assert_eq!(client.close().await, (1002, "a frame is not masked".to_owned()));
}

#[tokio::test]
async fn a_frame_comes_on_every_tick_and_is_short_when_nothing_changed() {
    let (fake, gateway) = start(Mode::Good).await;
    let mut client = Client::connect(&gateway).await;
    assert!(client.subscribe("/api/v1/overview").await["body"].is_object());
    for _ in 0..3 {
        let frame = client.frame().await;
        assert_eq!(frame.get("body"), None, "{frame}");
        assert!(frame["at"].is_number());
    }
    fake.set(Mode::Changing);
    let changed = timeout(INTERVAL * 20, async { while client.frame().await.get("body").is_none() {} }).await;
    changed.expect("a changed value is sent");
    client.send(r#"{"unsubscribe":"/api/v1/overview"}"#).await;
    let silence = timeout(INTERVAL * 4, async {
        loop {
            client.frame().await;
        }
    })
    .await;
    assert!(silence.is_err());
}

/// What a client knows after a frame.
fn with_frame(before: &Value, frame: &Value) -> Value {
    match frame.get("delta") {
        Some(delta) => with_delta(before, delta),
        None => frame.get("body").unwrap_or(before).clone(),
    }
}

fn with_delta(before: &Value, delta: &Value) -> Value {
    let field = delta["field"].as_str().unwrap();
    let old = before[field].as_array().unwrap();
    let mut added = delta["added"].as_array().unwrap().iter();
    let mut rows = match delta["order"].as_array() {
        None => old.clone(),
        Some(order) => {
            let row = |place: &Value| place.as_u64().map_or_else(|| added.next().unwrap(), |it| &old[it as usize]);
            order.iter().map(row).cloned().collect()
        }
    };
    for (name, column) in delta["changed"].as_object().unwrap() {
        let values = column["values"].as_array().unwrap();
        let all = (0..rows.len()).collect();
        let numbers: Vec<usize> = serde_json::from_value(column["rows"].clone()).unwrap_or(all);
        assert_eq!(numbers.len(), values.len(), "{name}");
        for (number, value) in numbers.into_iter().zip(values) {
            rows[number][name] = value.clone();
        }
    }
    let mut list = delta["list"].clone();
    list[field] = rows.into();
    list
}

#[tokio::test]
async fn a_delta_makes_the_list_that_others_are_sent_whole() {
    let (_fake, gateway) = start(Mode::Changing).await;
    for resource in ["/api/v1/servers?sort=-cpu", "/api/v1/servers?sort=name&offset=1"] {
        let (mut whole, mut by_deltas) = (Client::connect(&gateway).await, Client::connect(&gateway).await);
        // By the tick's time.
        let mut bodies = vec![whole.subscribe(resource).await];
        by_deltas.send(json!({ "subscribe": resource, "deltas": true }).to_string()).await;
        let mut body = by_deltas.frame().await["body"].clone();
        let (mut deltas, mut compared) = (0, 0);
        // On a busy machine one or the other skips ticks.
        for _ in 0..150 {
            if deltas >= 5 && compared >= 5 {
                break;
            }
            let frame = whole.frame().await;
            assert_eq!(frame.get("delta"), None, "who did not ask for deltas gets none");
            bodies.push(frame);
            let frame = by_deltas.frame().await;
            body = with_frame(&body, &frame);
            deltas += usize::from(frame.get("delta").is_some());
            if let Some(same) = bodies.iter().find(|it| it["at"] == frame["at"] && it.get("body").is_some()) {
                compared += 1;
                assert_eq!(content(same["body"].clone()), content(body.clone()), "{resource}");
            }
        }
        assert!(deltas >= 5 && compared >= 5, "{resource}: {deltas} deltas, {compared} compared");
    }
}

#[tokio::test]
async fn who_subscribes_anew_is_sent_the_whole() {
    let (_fake, gateway) = start(Mode::Changing).await;
    let mut client = Client::connect(&gateway).await;
    let subscribe = json!({ "subscribe": "/api/v1/servers", "deltas": true }).to_string();
    client.send(subscribe.clone()).await;
    assert!(client.frame().await["body"].is_object());
    while client.frame().await.get("delta").is_none() {}
    client.send(subscribe).await;
    let anew = timeout(INTERVAL * 10, async { while client.frame().await.get("body").is_none() {} }).await;
    anew.expect("a body");
}

#[tokio::test]
async fn a_map_names_its_servers_once() {
    let (_fake, gateway) = start(Mode::Changing).await;
    let mut client = Client::connect(&gateway).await;
    let first = client.subscribe("/api/v1/map").await["body"].clone();
    let servers = first["servers"]["ids"].as_array().unwrap().len();
    let next = loop {
        let frame = client.frame().await;
        if frame.get("body").is_some() {
            break frame["body"].clone();
        }
    };
    assert_eq!((&next["servers"], &next["generation"]), (&Value::Null, &first["generation"]));
    assert_eq!(next["levels"].as_array().unwrap().len(), servers);
    // Who subscribes anew may be somebody who has forgotten.
    assert!(client.subscribe("/api/v1/map").await["body"]["servers"].is_object());
}

#[tokio::test]
async fn a_watched_server_is_asked_about_with_the_tick() {
    let (fake, gateway) = start(Mode::Changing).await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = Client::connect(&gateway).await;
        client.subscribe("/api/v1/servers/web-1:9100").await;
        client.subscribe("/api/v1/servers/gpu-1:9100").await;
        clients.push(client);
    }
    tokio::time::sleep(INTERVAL * 2).await;
    fake.take_asked();
    tokio::time::sleep(INTERVAL * 5).await;
    let asked = fake.take_asked();
    let ticks = asked.iter().filter(|it| it.contains("timestamp(up{")).count();
    let details = asked.iter().filter(|it| it.contains("node_os_info")).count();
    assert!(ticks >= 2 && details <= ticks + 1, "{ticks} ticks, {details} questions about details");
}

#[tokio::test]
async fn garbage_gets_an_error_and_the_connection_lives() {
    let (_fake, gateway) = start(Mode::Good).await;
    let mut client = Client::connect(&gateway).await;
    let mut answers = String::new();
    for garbage in [
        "garbage",
        "",
        "[]",
        "{}",
        r#"{"subscribe":1}"#,
        r#"{"subscribe":"/api/v1/nothing"}"#,
        r#"{"subscribe":"/api/v1/servers?limit=0"}"#,
        r#"{"unsubscribe":"/api/v1/alerts"}"#,
        r#"{"subscribe":"/api/v1/overview","more":1}"#,
        r#"{"subscribe":"/api/v1/overview","deltas":1}"#,
    ] {
        client.send(garbage).await;
        answers += &format!("{}\n", client.frame().await);
    }
    client.0.send(Message::binary(vec![0, 159, 146, 150])).await.unwrap();
    answers += &format!("{}\n", client.frame().await);
    // A subscription to what is not there stays: it may come.
    answers += &format!("{}\n", client.subscribe("/api/v1/servers/nobody").await);
    client.send(r#"{"unsubscribe":"/api/v1/servers/nobody"}"#).await;
    insta::assert_snapshot!(answers, @r#"
    {"error":{"code":"bad_request","error":"the message is `garbage`; allowed: {\"subscribe\":\"<path>\"}, with \"deltas\":true or without, or {\"unsubscribe\":\"<path>\"}","parameter":null},"resource":null}
    {"error":{"code":"bad_request","error":"the message is ``; allowed: {\"subscribe\":\"<path>\"}, with \"deltas\":true or without, or {\"unsubscribe\":\"<path>\"}","parameter":null},"resource":null}
    {"error":{"code":"bad_request","error":"the message is `[]`; allowed: {\"subscribe\":\"<path>\"}, with \"deltas\":true or without, or {\"unsubscribe\":\"<path>\"}","parameter":null},"resource":null}
    {"error":{"code":"bad_request","error":"the message is `{}`; allowed: {\"subscribe\":\"<path>\"}, with \"deltas\":true or without, or {\"unsubscribe\":\"<path>\"}","parameter":null},"resource":null}
    {"error":{"code":"bad_request","error":"the message is `{\"subscribe\":1}`; allowed: {\"subscribe\":\"<path>\"}, with \"deltas\":true or without, or {\"unsubscribe\":\"<path>\"}","parameter":null},"resource":null}
    {"error":{"code":"not_found","error":"there is nothing at `/api/v1/nothing`","parameter":null},"resource":"/api/v1/nothing"}
    {"error":{"code":"bad_request","error":"`limit` is `0`; allowed: a whole number from 1 to 1000","parameter":"limit"},"resource":"/api/v1/servers?limit=0"}
    {"error":{"code":"not_found","error":"there is no subscription `/api/v1/alerts`","parameter":"id"},"resource":"/api/v1/alerts"}
    {"error":{"code":"bad_request","error":"the message is `{\"subscribe\":\"/api/v1/overview\",\"more\":1}`; allowed: {\"subscribe\":\"<path>\"}, with \"deltas\":true or without, or {\"unsubscribe\":\"<path>\"}","parameter":null},"resource":null}
    {"error":{"code":"bad_request","error":"the message is `{\"subscribe\":\"/api/v1/overview\",\"deltas\":1}`; allowed: {\"subscribe\":\"<path>\"}, with \"deltas\":true or without, or {\"unsubscribe\":\"<path>\"}","parameter":null},"resource":null}
    {"error":{"code":"bad_request","error":"a binary message; allowed: JSON text","parameter":null},"resource":null}
    {"error":{"code":"not_found","error":"there is no server `nobody`","parameter":"id"},"resource":"/api/v1/servers/nobody"}
    "#);
    client.send(r#"{"subscribe":"/api/v1/overview"}"#).await;
    while !client.frame().await["body"].is_object() {}
}

#[tokio::test]
async fn a_message_over_4_kib_closes_with_1009() {
    let (_fake, gateway) = start(Mode::Good).await;
    for length in [4_097, 20_000, 1_000_000] {
        let mut client = Client::connect(&gateway).await;
        client.send("x".repeat(length)).await;
        assert_eq!(client.close().await, (1009, "a message may have 4096 bytes".to_owned()), "{length}");
    }
    let mut client = Client::connect(&gateway).await;
    client.send("x".repeat(4_096)).await;
    assert!(client.frame().await["error"].is_object());
}

#[tokio::test]
async fn subscriptions_and_connections_are_bounded() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start_with(&fake, |config| {
        config.live.max_subscriptions = 2;
        config.live.max_connections_per_address = 2;
        config.live.max_watched_servers = 1;
    })
    .await;
    gateway.settled().await;
    let (mut first, mut second) = (Client::connect(&gateway).await, Client::connect(&gateway).await);
    first.subscribe("/api/v1/servers/web-1:9100").await;
    assert_eq!(second.subscribe("/api/v1/servers/gpu-1:9100").await["error"]["code"], "unavailable");
    first.send(r#"{"subscribe":"/api/v1/alerts"}"#).await;
    first.send(r#"{"subscribe":"/api/v1/overview"}"#).await;
    let refused = async {
        loop {
            let frame = first.frame().await;
            if frame["error"].is_object() {
                return frame["error"]["error"].clone();
            }
        }
    };
    let refused = timeout(Duration::from_secs(5), refused).await.unwrap();
    insta::assert_snapshot!(refused, @r#""there are 2 subscriptions; allowed: at most 2""#);

    let (code, reason) = Client::connect(&gateway).await.close().await;
    assert_eq!(code, 1013);
    assert!(serde_json::from_str::<Value>(&reason).unwrap()["retry_after_ms"].as_u64().unwrap() > 0);
    drop(second);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(Client::connect(&gateway).await.subscribe("/api/v1/alerts").await["body"].is_object());
}

#[tokio::test]
async fn a_gateway_that_stops_says_when_to_come_back() {
    let (_fake, gateway) = start(Mode::Good).await;
    let mut client = Client::connect(&gateway).await;
    client.subscribe("/api/v1/overview").await;
    gateway.shutdown.cancel();
    let (code, reason) = client.close().await;
    assert_eq!(code, 1012);
    assert!(serde_json::from_str::<Value>(&reason).unwrap()["retry_after_ms"].as_u64().unwrap() > 0);
    drop(client);
    timeout(Duration::from_secs(5), gateway.task).await.expect("the gateway stops").unwrap().unwrap();
}

#[tokio::test]
async fn a_browser_that_does_not_read_costs_the_others_nothing() {
    let fake = Fake::start(Mode::Changing, 300).await;
    let gateway = Gateway::start_with(&fake, |config| config.live.send_timeout = Duration::from_millis(500)).await;
    gateway.settled().await;
    let mut stalled = Client::connect(&gateway).await;
    stalled.send(r#"{"subscribe":"/api/v1/servers?limit=1000"}"#).await;
    let mut reader = Client::connect(&gateway).await;
    reader.subscribe("/api/v1/servers?limit=1000").await;
    for _ in 0..10 {
        timeout(INTERVAL * 10, reader.frame()).await.expect("the others get their frames");
    }
}

#[tokio::test]
async fn other_sites_may_not_connect() {
    let (_fake, gateway) = start(Mode::Good).await;
    let own = format!("http://{}", gateway.address);
    for (origin, is_allowed) in [("https://evil.example", false), (own.as_str(), true), ("null", false)] {
        let mut request = format!("ws://{}/api/v1/live", gateway.address).into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        assert_eq!(connect_async(request).await.is_ok(), is_allowed, "{origin}");
    }
}
