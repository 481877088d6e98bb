//! Deflated messages (RFC 7692) without context takeover: each stands for itself, so that one that is deflated once can
//! be sent to everybody.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::frame::Violation;

/// What ends a flushed block; the RFC leaves it out on the wire.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// The most that fits into a stored block.
const MAX_STORED_BYTES: usize = 0xffff;

/// The parts, one after the other, deflated. Fast rather than small: it is done on every tick.
pub fn deflate(parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut compress = Compress::new(Compression::fast(), false);
    let mut out = Vec::with_capacity(length / 4 + 64);
    for (number, part) in parts.iter().enumerate() {
        let flush = if number + 1 == parts.len() { FlushCompress::Sync } else { FlushCompress::None };
        let mut rest = *part;
        loop {
            let before = compress.total_in();
            compress.compress_vec(rest, &mut out, flush).expect("memory is all it takes");
            rest = &rest[(compress.total_in() - before) as usize..];
            // Room that was left over means that nothing is held back.
            if rest.is_empty() && out.len() < out.capacity() {
                break;
            }
            out.reserve(out.capacity().max(1_024));
        }
    }
    debug_assert!(out.ends_with(&TAIL));
    out.truncate(out.len() - TAIL.len());
    out.shrink_to_fit();
    out
}

/// Appends `text` as a block that is not deflated. Blocks stand side by side, so a beginning that differs from client
/// to client can precede a rest that is shared.
pub fn stored(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.chunks(MAX_STORED_BYTES) {
        let length = chunk.len() as u16;
        out.push(0);
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(chunk);
    }
}

/// Undoes [`deflate`]; more than `limit` bytes are refused as they come.
pub(super) fn inflate(payload: &[u8], limit: usize) -> Result<Vec<u8>, Violation> {
    let mut decompress = Decompress::new(false);
    // Of the stream that is read now; a final block ends one, and the RFC lets another follow.
    let mut is_ended = false;
    // One byte of room beyond the limit: whoever needs it is too long.
    let mut out = Vec::with_capacity(limit + 1);
    for part in [payload, &TAIL] {
        let mut rest = part;
        while !rest.is_empty() {
            if is_ended {
                decompress.reset(false);
            }
            let (before, length) = (decompress.total_in(), out.len());
            let status = decompress.decompress_vec(rest, &mut out, FlushDecompress::Sync);
            is_ended = status.map_err(|_| Violation::NOT_DEFLATED)? == Status::StreamEnd;
            if out.len() > limit {
                return Err(Violation::TOO_LONG);
            }
            let taken = (decompress.total_in() - before) as usize;
            rest = &rest[taken..];
            if taken == 0 && out.len() == length {
                return Err(Violation::NOT_DEFLATED);
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deflated_is_inflated() {
        let long: Vec<u8> = (0..200_000_u32).flat_map(|it| it.wrapping_mul(it).to_le_bytes()).collect();
        for parts in [vec![&b""[..]], vec![b"one", b"two"], vec![&long, b"}"], vec![&long[..5_000]]] {
            assert_eq!(inflate(&deflate(&parts), 1_000_000), Ok(parts.concat()));
        }
    }

    #[test]
    fn a_stored_beginning_goes_with_any_rest() {
        let rest = deflate(&[b"shared, shared, shared"]);
        for beginning in ["", "mine: ", &"long ".repeat(20_000)] {
            let mut message = Vec::new();
            stored(beginning.as_bytes(), &mut message);
            message.extend(&rest);
            let text = inflate(&message, 1_000_000).unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), format!("{beginning}shared, shared, shared"));
        }
    }

    /// RFC 7692, section 7.2.3: the ways in which "Hello" may come, without what was agreed on for more than one message.
    #[test]
    fn the_examples_of_the_rfc_are_inflated() {
        for payload in [
            // One block.
            &b"\xf2\x48\xcd\xc9\xc9\x07\x00"[..],
            // Not compressed.
            b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
            // A final block, and an empty one behind it.
            b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
            // Two blocks.
            b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
        ] {
            assert_eq!(inflate(payload, 100), Ok(b"Hello".to_vec()), "{payload:x?}");
        }
    }

    #[test]
    fn garbage_and_bombs_are_refused() {
        assert_eq!(inflate(&[0xff; 20], 100), Err(Violation::NOT_DEFLATED));
        let bomb = deflate(&[&vec![0; 50_000_000]]);
        assert!(bomb.len() < 1_000_000);
        assert_eq!(inflate(&bomb, 4_096), Err(Violation::TOO_LONG));
    }
}
