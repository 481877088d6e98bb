//! The head of a frame, to and from bytes, and what a peer may do wrong.

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            _ => return None,
        })
    }

    pub(super) fn is_control(self) -> bool {
        self as u8 >= Opcode::Close as u8
    }
}

/// Close codes that we send.
pub mod close_code {
    pub const PROTOCOL: u16 = 1002;
    pub const NOT_UTF8: u16 = 1007;
    pub const TOO_LONG: u16 = 1009;
    pub const RESTART: u16 = 1012;
    pub const AGAIN: u16 = 1013;
}

/// True for a code that may stand in a close frame: those that RFC 6455 and IANA name for it, and the free ranges.
pub fn is_valid_close_code(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// What a peer did that ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    pub code: u16,
    pub reason: &'static str,
}

impl Violation {
    pub(super) const fn protocol(reason: &'static str) -> Self {
        Self { code: close_code::PROTOCOL, reason }
    }

    pub(super) const TOO_LONG: Self = Self { code: close_code::TOO_LONG, reason: "the message is too long" };
    pub(super) const NOT_UTF8: Self = Self { code: close_code::NOT_UTF8, reason: "the text is not UTF-8" };
    pub(super) const NOT_DEFLATED: Self = Self { code: close_code::NOT_UTF8, reason: "the message is not deflated" };
}

/// The most that a control frame may carry.
pub(super) const MAX_CONTROL_BYTES: usize = 125;
const FINAL: u8 = 0x80;
const COMPRESSED: u8 = 0x40;
const RESERVED: u8 = 0x30;
const MASKED: u8 = 0x80;

/// The head of a frame that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub is_final: bool,
    /// The first reserved bit: the message that begins here is deflated.
    pub is_compressed: bool,
    pub opcode: Opcode,
    pub mask: [u8; 4],
    pub length: u64,
}

/// The head at the beginning of `bytes` with its own length; None while it is not all there. What can be seen to be
/// wrong from the first byte on is refused from the first byte on.
pub(super) fn decode(bytes: &[u8]) -> Result<Option<(Head, usize)>, Violation> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    let opcode = Opcode::from_bits(first & 0x0f).ok_or(Violation::protocol("the opcode is reserved"))?;
    if first & RESERVED != 0 {
        return Err(Violation::protocol("a reserved bit is set"));
    }
    let is_final = first & FINAL != 0;
    if opcode.is_control() && !is_final {
        return Err(Violation::protocol("a control frame is fragmented"));
    }
    let Some(&second) = bytes.get(1) else { return Ok(None) };
    if second & MASKED == 0 {
        return Err(Violation::protocol("a frame is not masked"));
    }
    let short = second & !MASKED;
    if opcode.is_control() && usize::from(short) > MAX_CONTROL_BYTES {
        return Err(Violation::protocol("a control frame is too long"));
    }
    let (length, end) = match short {
        126 => (bytes.get(2..4).map(be), 4),
        127 => (bytes.get(2..10).map(be), 10),
        short => (Some(u64::from(short)), 2),
    };
    let Some(length) = length else { return Ok(None) };
    if (short == 126 && length < 126) || (short == 127 && length <= u64::from(u16::MAX)) {
        return Err(Violation::protocol("a length is not in its shortest form"));
    }
    if length > u64::MAX / 2 {
        return Err(Violation::protocol("a length has its highest bit set"));
    }
    let Some(mask) = bytes.get(end..end + 4).and_then(|mask| mask.try_into().ok()) else { return Ok(None) };
    let head = Head { is_final, is_compressed: first & COMPRESSED != 0, opcode, mask, length };
    Ok(Some((head, end + 4)))
}

fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Masking is its own inverse.
pub(super) fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

/// Appends the head of a whole message that we send: final and not masked.
pub(super) fn encode(opcode: Opcode, is_compressed: bool, length: usize, out: &mut Vec<u8>) {
    let compressed = if is_compressed { COMPRESSED } else { 0 };
    out.push(FINAL | compressed | opcode as u8);
    match length {
        0..=125 => out.push(length as u8),
        126..=0xffff => {
            out.push(126);
            out.extend((length as u16).to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend((length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_written_in_its_shortest_form() {
        let head = |length| {
            let mut out = Vec::new();
            encode(Opcode::Text, false, length, &mut out);
            out
        };
        assert_eq!(head(0), [0x81, 0]);
        assert_eq!(head(125), [0x81, 125]);
        assert_eq!(head(126), [0x81, 126, 0, 126]);
        assert_eq!(head(65_535), [0x81, 126, 0xff, 0xff]);
        assert_eq!(head(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_head_is_read_once_it_is_all_there() {
        let bytes = [0xc1, 0xfe, 0x01, 0x00, 1, 2, 3, 4, 9];
        for short in 0..8 {
            assert_eq!(decode(&bytes[..short]), Ok(None), "{short} bytes");
        }
        let head = Head { is_final: true, is_compressed: true, opcode: Opcode::Text, mask: [1, 2, 3, 4], length: 256 };
        assert_eq!(decode(&bytes), Ok(Some((head, 8))));
    }

    #[test]
    fn what_is_wrong_is_known_from_the_first_byte_that_tells() {
        let reason = |bytes: &[u8]| decode(bytes).unwrap_err().reason;
        assert_eq!(reason(&[0x83]), "the opcode is reserved");
        assert_eq!(reason(&[0xa1]), "a reserved bit is set");
        assert_eq!(reason(&[0x09]), "a control frame is fragmented");
        assert_eq!(reason(&[0x81, 0x05]), "a frame is not masked");
        assert_eq!(reason(&[0x89, 0xfe]), "a control frame is too long");
        assert_eq!(reason(&[0x81, 0xfe, 0, 125]), "a length is not in its shortest form");
        assert_eq!(reason(&[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]), "a length is not in its shortest form");
        assert_eq!(reason(&[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]), "a length has its highest bit set");
    }

    #[test]
    fn only_named_and_free_codes_may_close() {
        for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
            assert!(is_valid_close_code(code), "{code}");
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
            assert!(!is_valid_close_code(code), "{code}");
        }
    }
}
