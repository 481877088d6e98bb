//! The echo, the client, and how a case is told.

use std::time::Duration;

use sightline_gateway::websocket::{End, Event, Opcode, WebSocket};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// The longest message that the echo takes.
pub(crate) const LIMIT: usize = 70_000;
const IN_TIME: Duration = Duration::from_secs(10);

pub(crate) const FIN: u8 = 0x80;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    /// Without its deflated payload, which is one of several possible.
    Deflated,
    Pong(Vec<u8>),
    /// With its code; nothing comes after it.
    Close(Option<u16>),
}

/// A masked frame: the first byte as it is, the length in its shortest form.
pub(crate) fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let payload = payload.as_ref();
    let mut out = vec![first];
    match payload.len() {
        short @ 0..=125 => out.push(0x80 | short as u8),
        middle @ 126..=0xffff => {
            out.push(0x80 | 126);
            out.extend((middle as u16).to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend((long as u64).to_be_bytes());
        }
    }
    out.extend(MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    out
}

/// The frames of a message whose first byte would be `first` were it one frame, each with so many bytes.
pub(crate) fn fragments(first: u8, payload: &[u8], size: usize) -> Vec<u8> {
    let last = payload.len().div_ceil(size) - 1;
    let fragment = |(index, part): (usize, &[u8])| {
        let opcode = if index == 0 { first & !FIN } else { CONTINUATION };
        frame(if index == last { FIN | opcode } else { opcode }, part)
    };
    payload.chunks(size).enumerate().flat_map(fragment).collect()
}

/// A whole text message.
pub(crate) fn text(payload: impl AsRef<[u8]>) -> Vec<u8> {
    frame(FIN | TEXT, payload)
}

pub(crate) fn close(code: u16, reason: impl AsRef<[u8]>) -> Vec<u8> {
    frame(FIN | CLOSE, [&code.to_be_bytes(), reason.as_ref()].concat())
}

pub(crate) fn bye() -> Vec<u8> {
    close(1000, "")
}

pub(crate) fn echoed(payload: impl AsRef<[u8]>) -> Got {
    Got::Text(payload.as_ref().to_vec())
}

pub(crate) fn pong(payload: impl AsRef<[u8]>) -> Got {
    Got::Pong(payload.as_ref().to_vec())
}

/// Sends the frames, as one piece and byte by byte, and expects the same both times.
pub(crate) async fn case(id: &str, frames: &[Vec<u8>], expected: &[Got]) {
    let bytes = frames.concat();
    assert_eq!(talk(std::slice::from_ref(&bytes), false).await, expected, "case {id}");
    if bytes.len() < 300 {
        let each: Vec<Vec<u8>> = bytes.iter().map(|&byte| vec![byte]).collect();
        assert_eq!(talk(&each, false).await, expected, "case {id}, byte by byte");
    }
}

/// What comes back for these pieces, until the echo closes.
pub(crate) async fn talk(pieces: &[Vec<u8>], may_deflate: bool) -> Vec<Got> {
    exchange(pieces, may_deflate, Duration::from_micros(100)).await
}

/// The same with pauses, so that the echo has looked at each piece before the next one comes.
pub(crate) async fn talk_slowly(pieces: &[Vec<u8>]) -> Vec<Got> {
    exchange(pieces, false, Duration::from_millis(50)).await
}

async fn exchange(pieces: &[Vec<u8>], may_deflate: bool, pause: Duration) -> Vec<Got> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    client.set_nodelay(true).unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let echo = tokio::spawn(echo(WebSocket::new(stream, b"", LIMIT, may_deflate)));
    let (mut reading, mut writing) = client.split();
    let mut answer = Vec::new();
    let send = async {
        for piece in pieces {
            // The echo may have closed by now.
            if writing.write_all(piece).await.is_err() {
                break;
            }
            if pieces.len() > 1 {
                sleep(pause).await;
            }
        }
    };
    let (_, received) = timeout(IN_TIME, async { tokio::join!(send, reading.read_to_end(&mut answer)) })
        .await
        .expect("the echo closes in time");
    received.expect("the stream ends, and is not cut");
    drop(client);
    timeout(IN_TIME, echo).await.expect("the echo ends").unwrap();
    parse(&answer)
}

async fn echo(mut socket: WebSocket) {
    loop {
        let result = match socket.receive().await {
            Ok(Event::Text(text)) => send(&mut socket, Opcode::Text, text.as_bytes()).await,
            Ok(Event::Binary(bytes)) => send(&mut socket, Opcode::Binary, &bytes).await,
            Ok(Event::Ping(payload)) => socket.pong(&payload, IN_TIME).await,
            Ok(Event::Pong | Event::Fragment) => Ok(()),
            Ok(Event::Close(frame)) => return socket.close(frame.map(|(code, _)| code), "").await,
            Err(End::Violated(violation)) => return socket.close(Some(violation.code), violation.reason).await,
            Err(end) => Err(end),
        };
        if result.is_err() {
            return;
        }
    }
}

async fn send(socket: &mut WebSocket, opcode: Opcode, payload: &[u8]) -> Result<(), End> {
    if socket.may_deflate() {
        let deflated = sightline_gateway::websocket::deflate(&[payload]);
        return socket.send(opcode, true, &deflated, [b"", b""], IN_TIME).await;
    }
    // In parts, as live frames are.
    let (start, rest) = payload.split_at(payload.len() / 3);
    let (middle, end) = rest.split_at(rest.len() / 2);
    socket.send(opcode, false, start, [middle, end], IN_TIME).await
}

/// Frames of a server: whole messages, not masked, lengths in their shortest form.
fn parse(mut bytes: &[u8]) -> Vec<Got> {
    let mut got = Vec::new();
    while let [first, second, rest @ ..] = bytes {
        assert!(!matches!(got.last(), Some(Got::Close(_))), "something comes after the close");
        assert_eq!(second & 0x80, 0, "a server does not mask");
        let (length, rest) = match second {
            126 => (usize::from(u16::from_be_bytes(rest[..2].try_into().unwrap())), &rest[2..]),
            127 => (u64::from_be_bytes(rest[..8].try_into().unwrap()) as usize, &rest[8..]),
            short => (usize::from(*short), rest),
        };
        let (payload, rest) = rest.split_at(length);
        got.push(match first {
            0x81 => Got::Text(payload.to_vec()),
            0x82 => Got::Binary(payload.to_vec()),
            0xc1 | 0xc2 => Got::Deflated,
            0x8a => Got::Pong(payload.to_vec()),
            0x88 => Got::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
            other => panic!("a frame begins with {other:#x}"),
        });
        bytes = rest;
    }
    assert!(bytes.is_empty(), "a frame breaks off");
    got
}
