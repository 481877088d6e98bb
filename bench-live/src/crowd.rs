//! Browsers: each is a connection with one subscription that tells a [`Record`] when its frames come.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::record::Record;

/// Browsers of one loopback address: fewer than the gateway allows, and than there are ports.
const PER_ADDRESS: usize = 500;
const HANDSHAKE: Duration = Duration::from_secs(30);
/// A browser that is told to come back does so this often.
const ATTEMPTS: usize = 20;
/// As much as a stalled browser's kernel may take for it.
const STALLED_WINDOW: u32 = 4 << 10;
/// Longer than the gateway waits for a browser to take a frame.
const STALL: Duration = Duration::from_secs(6);

/// All of them end when dropped.
pub(crate) struct Crowd {
    tasks: JoinSet<()>,
    /// True once they are to unsubscribe.
    enough: watch::Sender<bool>,
}

/// What a browser looks at.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) resource: String,
    /// Whether it asks for what differs.
    pub(crate) deltas: bool,
}

/// What a browser does.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Subscribes to this and reads.
    Reads(View),
    /// Subscribes to this and does not read; comes back when it was cut off.
    Stalls(View),
    /// Subscribes to nothing.
    Idles,
}

impl Crowd {
    /// Lets them all in at once, `manner` says what the browser of that number does; returns when each has been served.
    pub(crate) async fn enter(
        gateway: SocketAddr,
        browsers: usize,
        within: Duration,
        record: &Arc<Record>,
        manner: impl Fn(usize) -> Manner,
    ) -> anyhow::Result<Self> {
        let mut tasks = JoinSet::new();
        let enough = watch::Sender::new(false);
        let mut readers = 0;
        for number in 0..browsers {
            let manner = manner(number);
            readers += usize::from(!matches!(manner, Manner::Stalls(_)));
            tasks.spawn(browse(gateway, address(number), manner, Arc::clone(record), enough.subscribe()));
        }
        let began = Instant::now();
        while record.served() < readers {
            let served = record.served();
            ensure!(
                began.elapsed() < within,
                "only {served} of {readers} browsers were served in {} s",
                within.as_secs()
            );
            sleep(Duration::from_millis(10)).await;
        }
        Ok(Self { tasks, enough })
    }

    /// All unsubscribe, and stay.
    pub(crate) fn unsubscribe(&self) {
        self.enough.send_replace(true);
    }

    /// Cuts all connections, and waits until none is left here.
    pub(crate) async fn leave(mut self) {
        self.tasks.shutdown().await;
    }
}

/// 127.0.1.0, 127.0.1.1, …: each has ports of its own, and limits of its own in the gateway.
fn address(number: usize) -> Ipv4Addr {
    let [_, _, high, low] = u32::try_from(number / PER_ADDRESS).unwrap_or_default().to_be_bytes();
    Ipv4Addr::new(127, 0, high + 1, low)
}

async fn browse(
    gateway: SocketAddr,
    from: Ipv4Addr,
    manner: Manner,
    record: Arc<Record>,
    enough: watch::Receiver<bool>,
) {
    match manner {
        Manner::Stalls(view) => loop {
            if let Ok(mut socket) = connect(gateway, from, Some(STALLED_WINDOW)).await {
                let _ = socket.send(subscribe(&view)).await;
                sleep(STALL).await;
            }
            sleep(Duration::from_millis(100)).await;
        },
        Manner::Reads(view) => read(gateway, from, Some(&view), &record, enough).await,
        Manner::Idles => read(gateway, from, None, &record, enough).await,
    }
}

/// Reads until the connection ends; comes back when the gateway says when.
async fn read(
    gateway: SocketAddr,
    from: Ipv4Addr,
    view: Option<&View>,
    record: &Record,
    mut enough: watch::Receiver<bool>,
) {
    let began = Instant::now();
    for _ in 0..ATTEMPTS {
        let Ok(mut socket) = connect(gateway, from, None).await else { return record.lost() };
        if let Some(view) = view
            && socket.send(subscribe(view)).await.is_err()
        {
            return record.lost();
        }
        let mut is_served = false;
        if view.is_none() {
            record.first(began.elapsed());
        }
        let hint = loop {
            let message = tokio::select! {
                message = socket.next() => message,
                Ok(()) = enough.changed() => {
                    if let Some(view) = view
                        && socket.send(unsubscribe(view)).await.is_err()
                    {
                        return record.lost();
                    }
                    continue;
                }
            };
            match message {
                Some(Ok(Message::Text(text))) => match instant(&text) {
                    None => return record.lost(),
                    // The answer to the subscription is not of a tick.
                    Some(_) if !is_served => {
                        is_served = true;
                        record.first(began.elapsed());
                    }
                    Some(at) => record.frame(at, text.len()),
                },
                Some(Ok(Message::Close(Some(close)))) => break retry_after(&close.reason),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break None,
            }
        };
        let Some(hint) = hint.filter(|_| !is_served) else { return record.lost() };
        record.refused();
        sleep(hint).await;
    }
    record.lost();
}

async fn connect(
    gateway: SocketAddr,
    from: Ipv4Addr,
    window: Option<u32>,
) -> anyhow::Result<WebSocketStream<TcpStream>> {
    let opening = async {
        let socket = TcpSocket::new_v4()?;
        if let Some(window) = window {
            socket.set_recv_buffer_size(window)?;
        }
        // Or the port that is bound is taken for all gateways, not only for this one.
        socket.set_reuseaddr(true)?;
        socket.bind((from, 0).into())?;
        let stream = socket.connect(gateway).await?;
        // tungstenite's own 128 KiB for each of ten thousand would be more than a gigabyte.
        let config = WebSocketConfig::default().read_buffer_size(16 << 10).write_buffer_size(0);
        let (socket, _) = client_async_with_config(format!("ws://{gateway}/api/v1/live"), stream, Some(config)).await?;
        anyhow::Ok(socket)
    };
    timeout(HANDSHAKE, opening).await.context("no handshake in time")?
}

fn subscribe(View { resource, deltas }: &View) -> Message {
    Message::text(serde_json::json!({ "subscribe": resource, "deltas": deltas }).to_string())
}

fn unsubscribe(View { resource, .. }: &View) -> Message {
    Message::text(serde_json::json!({ "unsubscribe": resource }).to_string())
}

/// `at` of a frame, without reading all of it.
fn instant(frame: &str) -> Option<f64> {
    const FIELD: &[u8] = b"\"at\":";
    let after = &frame[memchr::memmem::find(frame.as_bytes(), FIELD)? + FIELD.len()..];
    after[..after.find([',', '}'])?].parse().ok()
}

fn retry_after(reason: &str) -> Option<Duration> {
    let reason: serde_json::Value = serde_json::from_str(reason).ok()?;
    reason["retry_after_ms"].as_u64().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_tells_its_instant() {
        assert_eq!(instant(r#"{"resource":"/a","at":12.5,"body":{"at":3.0}}"#), Some(12.5));
        assert_eq!(instant(r#"{"resource":"/a","at":12.5}"#), Some(12.5));
        assert_eq!(instant(r#"{"resource":null,"error":{}}"#), None);
    }

    #[test]
    fn addresses_are_shared_by_few() {
        assert_eq!(address(499), Ipv4Addr::new(127, 0, 1, 0));
        assert_eq!(address(500), Ipv4Addr::new(127, 0, 1, 1));
        assert_eq!(address(10_000), Ipv4Addr::new(127, 0, 1, 20));
    }
}
