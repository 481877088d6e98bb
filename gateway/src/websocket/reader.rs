//! What a client sends, from bytes to messages: a state machine without a socket.

use super::deflate::inflate;
use super::frame::{Head, MAX_CONTROL_BYTES, Opcode, Violation, decode, is_valid_close_code, unmask};

/// Something whole that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Text(String),
    Binary(Vec<u8>),
    /// A part of a message, the rest of which is still to come.
    Fragment,
    Ping(Vec<u8>),
    Pong,
    /// With its code and reason, if it had any.
    Close(Option<(u16, String)>),
}

/// Takes bytes as they come. While nothing is unfinished it holds no memory.
#[derive(Debug)]
pub struct Reader {
    /// Bytes that were not looked at yet: at most what one read brought, and an unfinished frame.
    bytes: Vec<u8>,
    /// How many of them are done with.
    done: usize,
    message: Option<Box<Message>>,
    /// The longest message, in bytes, deflated or not.
    limit: usize,
    /// Whether deflated messages were agreed on.
    may_deflate: bool,
}

/// A message whose fragments are still coming.
#[derive(Debug)]
struct Message {
    opcode: Opcode,
    is_compressed: bool,
    payload: Vec<u8>,
    /// So much of a text is known to be UTF-8.
    checked: usize,
}

impl Reader {
    pub fn new(limit: usize, may_deflate: bool) -> Self {
        Self { bytes: Vec::new(), done: 0, message: None, limit, may_deflate }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        if self.done > 0 {
            self.bytes.drain(..self.done);
            self.done = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next thing that is whole; None until more is fed.
    pub fn next_event(&mut self) -> Result<Option<Event>, Violation> {
        let Some((head, start)) = decode(&self.bytes[self.done..])? else { return Ok(self.wait()) };
        let length = self.check(&head)?;
        let (start, end) = (self.done + start, self.done + start + length);
        let Some(payload) = self.bytes.get_mut(start..end) else { return Ok(self.wait()) };
        unmask(payload, head.mask);
        let payload = payload.to_vec();
        self.done = end;
        let event = match head.opcode {
            Opcode::Close => Event::Close(close(&payload)?),
            Opcode::Ping => Event::Ping(payload),
            Opcode::Pong => Event::Pong,
            Opcode::Text | Opcode::Binary | Opcode::Continuation => self.data(&head, payload)?,
        };
        Ok(Some(event))
    }

    /// An idle connection keeps nothing, not even an empty buffer.
    fn wait(&mut self) -> Option<Event> {
        if self.done == self.bytes.len() {
            self.bytes = Vec::new();
            self.done = 0;
        }
        None
    }

    /// Whether a frame with this head may come now; its length. Known before its payload is waited for.
    fn check(&self, head: &Head) -> Result<usize, Violation> {
        let is_start = matches!(head.opcode, Opcode::Text | Opcode::Binary);
        if head.is_compressed && !(self.may_deflate && is_start) {
            return Err(Violation::protocol("a reserved bit is set"));
        }
        let before = match (&self.message, head.opcode) {
            (None, Opcode::Continuation) => return Err(Violation::protocol("there is no message to continue")),
            (Some(_), Opcode::Text | Opcode::Binary) => {
                return Err(Violation::protocol("a message begins within another"));
            }
            (Some(message), Opcode::Continuation) => message.payload.len(),
            _ => 0,
        };
        let limit = if head.opcode.is_control() { MAX_CONTROL_BYTES } else { self.limit - before };
        usize::try_from(head.length).ok().filter(|&length| length <= limit).ok_or(Violation::TOO_LONG)
    }

    fn data(&mut self, head: &Head, payload: Vec<u8>) -> Result<Event, Violation> {
        let mut message = match self.message.take() {
            Some(mut message) => {
                message.payload.extend_from_slice(&payload);
                message
            }
            None => {
                let (opcode, is_compressed) = (head.opcode, head.is_compressed);
                Box::new(Message { opcode, is_compressed, payload, checked: 0 })
            }
        };
        if head.is_final && message.is_compressed {
            message.payload = inflate(&message.payload, self.limit)?;
            message.is_compressed = false;
        }
        if message.opcode == Opcode::Text && !message.is_compressed {
            message.check_text(head.is_final)?;
        }
        if !head.is_final {
            self.message = Some(message);
            return Ok(Event::Fragment);
        }
        match message.opcode {
            Opcode::Text => String::from_utf8(message.payload).map(Event::Text).map_err(|_| Violation::NOT_UTF8),
            _ => Ok(Event::Binary(message.payload)),
        }
    }
}

impl Message {
    /// Refuses what is not UTF-8 as soon as it is there; only the last character may be unfinished, and only when more
    /// is to come.
    fn check_text(&mut self, is_final: bool) -> Result<(), Violation> {
        match std::str::from_utf8(&self.payload[self.checked..]) {
            Ok(text) => self.checked += text.len(),
            Err(error) if error.error_len().is_none() && !is_final => self.checked += error.valid_up_to(),
            Err(_) => return Err(Violation::NOT_UTF8),
        }
        Ok(())
    }
}

fn close(payload: &[u8]) -> Result<Option<(u16, String)>, Violation> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return match payload.is_empty() {
            true => Ok(None),
            false => Err(Violation::protocol("a close frame has half a code")),
        };
    };
    let code = u16::from_be_bytes(*code);
    if !is_valid_close_code(code) {
        return Err(Violation::protocol("a close frame has a code that is not allowed"));
    }
    let reason = std::str::from_utf8(reason).map_err(|_| Violation::NOT_UTF8)?;
    Ok(Some((code, reason.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client's frame, masked.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        let mut out = vec![first, 0x80 | payload.len() as u8];
        out.extend(mask);
        let start = out.len();
        out.extend(payload);
        unmask(&mut out[start..], mask);
        out
    }

    #[test]
    fn bytes_may_come_one_at_a_time() {
        let mut reader = Reader::new(100, false);
        let bytes = [frame(0x01, "Grü".as_bytes()), frame(0x89, b"?"), frame(0x80, "ße".as_bytes())].concat();
        let mut events = Vec::new();
        for byte in bytes {
            reader.feed(&[byte]);
            while let Some(event) = reader.next_event().unwrap() {
                events.push(event);
            }
        }
        assert_eq!(events, [Event::Fragment, Event::Ping(b"?".to_vec()), Event::Text("Grüße".to_owned())]);
    }

    #[test]
    fn an_idle_reader_holds_no_memory() {
        let mut reader = Reader::new(100, false);
        reader.feed(&[frame(0x81, b"one"), frame(0x81, b"two")].concat());
        assert_eq!(reader.next_event(), Ok(Some(Event::Text("one".to_owned()))));
        assert_eq!(reader.next_event(), Ok(Some(Event::Text("two".to_owned()))));
        assert_eq!(reader.next_event(), Ok(None));
        assert_eq!((reader.bytes.capacity(), reader.message.is_none()), (0, true));
    }

    #[test]
    fn a_message_that_will_be_too_long_is_refused_before_it_comes() {
        let mut reader = Reader::new(100, false);
        reader.feed(&frame(0x01, &[b'x'; 60]));
        assert_eq!(reader.next_event(), Ok(Some(Event::Fragment)));
        reader.feed(&frame(0x80, &[b'x'; 41])[..6]);
        assert_eq!(reader.next_event(), Err(Violation::TOO_LONG));
    }

    #[test]
    fn a_deflated_message_is_bounded_once_inflated() {
        let deflated = |length: usize| frame(0xc1, &super::super::deflate(&[b"x".repeat(length).as_slice()]));
        let mut reader = Reader::new(1_000, true);
        reader.feed(&deflated(1_000));
        assert_eq!(reader.next_event(), Ok(Some(Event::Text("x".repeat(1_000)))));
        reader.feed(&deflated(1_001));
        assert_eq!(reader.next_event(), Err(Violation::TOO_LONG));
        let mut reader = Reader::new(1_000, false);
        reader.feed(&deflated(10));
        assert_eq!(reader.next_event(), Err(Violation::protocol("a reserved bit is set")));
    }
}
