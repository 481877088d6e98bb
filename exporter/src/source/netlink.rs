//! Dumps of the kernel's tables over netlink: a request, and the messages that answer it.
//!
//! Protocol: <https://docs.kernel.org/userspace-api/netlink/intro.html>. Integers are in the machine's byte order, and
//! headers and attributes begin at multiples of four.

mod link;

use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

pub(crate) use link::{Link, Links, STATISTICS};

const HEADER: usize = 16;
/// `NLM_F_REQUEST | NLM_F_DUMP`.
const DUMP_REQUEST: u16 = 0x301;
/// Set in the answer when the table changed meanwhile, so that an entry may be missing or there twice.
const DUMP_INTERRUPTED: u16 = 0x10;
const ERROR: u16 = 2;
const DONE: u16 = 3;

/// The kernel gives at most this much at once.
const CHUNK: usize = 32 << 10;
/// No table that a collector asks for comes near this.
const LARGEST_ANSWER: usize = 64 << 20;
/// How often a dump that was interrupted is asked for again. A machine that starts containers all the time may never
/// give an undisturbed one, and the last answer is better than none.
const RETRIES: usize = 3;

/// A socket for one netlink family, opened when it is first needed and kept.
pub(crate) struct Netlink {
    /// `None` for `NETLINK_ROUTE`, whose number is 0.
    protocol: Option<Protocol>,
    socket: Option<OwnedFd>,
    sequence: u32,
    answer: Vec<u8>,
}

impl Netlink {
    /// Interfaces, addresses, routes, neighbours, queueing disciplines.
    pub(crate) fn route() -> Self {
        Self::new(None)
    }

    /// Sockets.
    pub(crate) fn sockets() -> Self {
        Self::new(Some(netlink::SOCK_DIAG))
    }

    /// Families of messages that modules bring along, like nl80211.
    pub(crate) fn generic() -> Self {
        Self::new(Some(netlink::GENERIC))
    }

    fn new(protocol: Option<Protocol>) -> Self {
        Netlink { protocol, socket: None, sequence: 0, answer: Vec::new() }
    }

    /// Asks for a table: `kind` is the request's type, `body` what follows its header.
    pub(crate) fn dump(
        &mut self,
        kind: u16,
        body: &[u8],
        deadline: Instant,
    ) -> io::Result<impl Iterator<Item = Message<'_>>> {
        for _ in 0..=RETRIES {
            let result = self.ask(kind, body, deadline);
            if result.is_err() {
                // Late answers must not be taken for the next one's.
                self.socket = None;
            }
            if !result? {
                break;
            }
        }
        Ok(messages(&self.answer).filter(|message| message.kind != DONE))
    }

    /// One request and its answer; answers whether the dump was interrupted.
    fn ask(&mut self, kind: u16, body: &[u8], deadline: Instant) -> io::Result<bool> {
        #[cfg(fuzzing)]
        if let Some(answer) = crate::fuzzing::played() {
            self.answer = answer;
            return Ok(false);
        }
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, self.protocol)?,
        };
        let socket = self.socket.insert(socket);
        self.sequence = self.sequence.wrapping_add(1);
        send(&*socket, &request(kind, self.sequence, body)?, SendFlags::empty())?;

        self.answer.clear();
        let mut interrupted = false;
        loop {
            let start = self.answer.len();
            self.answer.reserve(CHUNK);
            receive(socket, &mut self.answer, deadline)?;
            if self.answer.len() > LARGEST_ANSWER || self.answer.len() == start {
                return Err(io::Error::other("the answer has no end"));
            }
            for message in messages(&self.answer[start..]).filter(|message| message.sequence == self.sequence) {
                interrupted |= message.flags & DUMP_INTERRUPTED != 0;
                if matches!(message.kind, ERROR | DONE) {
                    let code = integer(message.payload, 0).map_or(0, i32::from_ne_bytes);
                    #[cfg(fuzzing)]
                    crate::fuzzing::heard(&self.answer);
                    return if code < 0 { Err(io::Error::from_raw_os_error(-code)) } else { Ok(interrupted) };
                }
            }
        }
    }
}

/// Appends what the kernel has to say, which as a rule is there since it was asked.
fn receive(socket: &OwnedFd, into: &mut Vec<u8>, deadline: Instant) -> io::Result<()> {
    match recv(socket, spare_capacity(into), RecvFlags::DONTWAIT) {
        Err(Errno::AGAIN) => {}
        other => return Ok(other.map(drop)?),
    }
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    set_socket_timeout(socket, Timeout::Recv, Some(left))?;
    Ok(recv(socket, spare_capacity(into), RecvFlags::empty()).map(drop)?)
}

fn request(kind: u16, sequence: u32, body: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(HEADER + body.len()).map_err(io::Error::other)?;
    let mut request = Vec::with_capacity(HEADER + body.len());
    request.extend_from_slice(&length.to_ne_bytes());
    request.extend_from_slice(&kind.to_ne_bytes());
    request.extend_from_slice(&DUMP_REQUEST.to_ne_bytes());
    request.extend_from_slice(&sequence.to_ne_bytes());
    request.extend_from_slice(&[0; 4]);
    request.extend_from_slice(body);
    Ok(request)
}

/// A message, taken apart as far as all have it in common.
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    flags: u16,
    sequence: u32,
    pub(crate) payload: &'a [u8],
}

fn messages(mut bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let length = u32::from_ne_bytes(integer(bytes, 0)?) as usize;
        let message = Message {
            kind: u16::from_ne_bytes(integer(bytes, 4)?),
            flags: u16::from_ne_bytes(integer(bytes, 6)?),
            sequence: u32::from_ne_bytes(integer(bytes, 8)?),
            payload: bytes.get(HEADER..length)?,
        };
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(message)
    })
}

/// The attributes in `bytes`: each its type and its value.
pub(crate) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    /// The upper bits of the type tell of nesting and byte order.
    const KIND: u16 = 0x3fff;
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(integer(bytes, 0)?));
        let kind = u16::from_ne_bytes(integer(bytes, 2)?) & KIND;
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// An attribute, as part of a request.
pub(crate) fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    let mut bytes = Vec::with_capacity(usize::from(length));
    bytes.extend_from_slice(&length.to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A string attribute's text, up to its end mark.
pub(crate) fn string(value: &[u8]) -> &[u8] {
    value.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// The integer at an offset; `None` when there are too few bytes.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    integer(bytes, at).map(u32::from_ne_bytes)
}

/// The bytes of an integer at an offset, if there are that many.
pub(crate) fn integer<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_where_the_bytes_do() {
        let mut bytes = request(16, 7, &[1, 2, 3, 4]).unwrap();
        bytes.extend(request(3, 7, &[]).unwrap());
        let kinds = |bytes: &[u8]| messages(bytes).map(|it| (it.kind, it.payload.to_vec())).collect::<Vec<_>>();
        assert_eq!(kinds(&bytes), [(16, vec![1, 2, 3, 4]), (3, vec![])]);
        assert_eq!(kinds(&bytes[..30]), [(16, vec![1, 2, 3, 4])]);
        for length in [0u32, 15, 1000, u32::MAX] {
            bytes[..4].copy_from_slice(&length.to_ne_bytes());
            assert!(kinds(&bytes).is_empty(), "{length}");
        }
    }

    #[test]
    fn attributes_are_padded_and_may_be_nested() {
        let bytes = [5, 0, 3, 0, b'a', 0, 0, 0, 8, 0, 1, 0x80, 1, 0, 0, 0, 9, 0];
        assert_eq!(attributes(&bytes).collect::<Vec<_>>(), [(3, &b"a"[..]), (1, &[1, 0, 0, 0])]);
        assert!(attributes(&[3, 0, 1, 0]).next().is_none(), "shorter than its own header");
        assert!(attributes(&[0; 8]).next().is_none());
    }

    #[test]
    fn a_request_that_is_refused_is_an_error() {
        let mut netlink = Netlink::route();
        // `RTM_MAX` is far below.
        let refused = netlink.dump(0x7000, &[0; 16], Instant::now() + Duration::from_secs(5)).err();
        assert_eq!(refused.unwrap().raw_os_error(), Some(Errno::OPNOTSUPP.raw_os_error()));
    }
}
