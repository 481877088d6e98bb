//! A WebSocket on a TCP stream: reads through the stack, writes from where the bytes lie.

use std::io::{self, IoSlice};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::frame::{MAX_CONTROL_BYTES, Opcode, Violation, encode};
use super::reader::{Event, Reader};

/// Read at a time. It lies on the stack, so it costs a connection nothing.
const READ_BYTES: usize = 4 << 10;
/// How long a client may take to go after a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

pub struct WebSocket {
    stream: TcpStream,
    reader: Reader,
    may_deflate: bool,
}

/// Why nothing more is received or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The connection broke or was cut.
    Gone,
    /// The client broke a rule.
    Violated(Violation),
    /// What was sent was not taken in time.
    Slow,
}

impl WebSocket {
    /// On a stream after the handshake; `received` is what came behind it already. Messages over `limit` bytes are
    /// refused.
    pub fn new(stream: TcpStream, received: &[u8], limit: usize, may_deflate: bool) -> Self {
        let mut reader = Reader::new(limit, may_deflate);
        reader.feed(received);
        Self { stream, reader, may_deflate }
    }

    /// Whether the client takes deflated messages.
    pub fn may_deflate(&self) -> bool {
        self.may_deflate
    }

    /// The next thing that comes. May be dropped while it waits: what came stays.
    pub async fn receive(&mut self) -> Result<Event, End> {
        loop {
            if let Some(event) = self.reader.next_event().map_err(End::Violated)? {
                return Ok(event);
            }
            self.stream.readable().await.map_err(|_| End::Gone)?;
            match self.read_now() {
                Ok(0) => return Err(End::Gone),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(End::Gone),
                _ => {}
            }
        }
    }

    /// Not asynchronous, so that the buffer is not part of what a waiting task keeps.
    fn read_now(&mut self) -> io::Result<usize> {
        let mut buffer = [0; READ_BYTES];
        let length = self.stream.try_read(&mut buffer)?;
        self.reader.feed(&buffer[..length]);
        Ok(length)
    }

    /// Sends one message that is `start` and then the shared parts, within `limit`.
    pub async fn send(
        &mut self,
        opcode: Opcode,
        is_deflated: bool,
        start: &[u8],
        shared: [&[u8]; 2],
        limit: Duration,
    ) -> Result<(), End> {
        let length = start.len() + shared.iter().map(|part| part.len()).sum::<usize>();
        let mut head = Vec::with_capacity(10 + start.len());
        encode(opcode, is_deflated, length, &mut head);
        head.extend_from_slice(start);
        let parts = [&head, shared[0], shared[1]];
        match self.write_now(parts, 0) {
            Ok(written) if written == parts.iter().map(|part| part.len()).sum::<usize>() => Ok(()),
            // Boxed, so that only who waits has the room for waiting.
            Ok(written) => match Box::pin(timeout(limit, self.write_rest(parts, written))).await {
                Ok(result) => result.map_err(|_| End::Gone),
                Err(_) => Err(End::Slow),
            },
            Err(_) => Err(End::Gone),
        }
    }

    /// As much as the kernel takes at once.
    fn write_now(&self, parts: [&[u8]; 3], skip: usize) -> io::Result<usize> {
        let mut slices = parts.map(IoSlice::new);
        let mut slices = slices.as_mut_slice();
        IoSlice::advance_slices(&mut slices, skip);
        match self.stream.try_write_vectored(slices) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            result => result,
        }
    }

    async fn write_rest(&self, parts: [&[u8]; 3], mut written: usize) -> io::Result<()> {
        let length = parts.iter().map(|part| part.len()).sum();
        while written < length {
            self.stream.writable().await?;
            written += self.write_now(parts, written)?;
        }
        Ok(())
    }

    /// Answers a ping.
    pub async fn pong(&mut self, payload: &[u8], limit: Duration) -> Result<(), End> {
        self.send(Opcode::Pong, false, payload, [b"", b""], limit).await
    }

    /// Says goodbye with a code, or without one to a client that gave none, and waits a moment for the client to go: a
    /// connection that is cut with bytes unread loses what is on its way.
    pub async fn close(mut self, code: Option<u16>, reason: &str) {
        let mut payload = Vec::new();
        if let Some(code) = code {
            payload.extend(code.to_be_bytes());
            let room = reason.floor_char_boundary(MAX_CONTROL_BYTES - payload.len());
            payload.extend(&reason.as_bytes()[..room]);
        }
        if self.send(Opcode::Close, false, &payload, [b"", b""], CLOSE_TIMEOUT).await.is_err() {
            return;
        }
        let farewell = async {
            self.stream.shutdown().await?;
            loop {
                self.stream.readable().await?;
                match self.discard_now() {
                    Ok(0) => return Ok(()),
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                    _ => {}
                }
            }
        };
        // One that does not go is cut off.
        let _ = timeout(CLOSE_TIMEOUT, farewell).await;
    }

    fn discard_now(&self) -> io::Result<usize> {
        self.stream.try_read(&mut [0; READ_BYTES])
    }
}
