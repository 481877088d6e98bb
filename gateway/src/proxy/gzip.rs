//! Answers for callers who take gzip. Nothing else is ever sent: Grafana passes a browser's `Accept-Encoding` on and then reads
//! neither zstd nor what Prometheus calls deflate.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;

use crate::encoding::accepts;

/// Less than this fits into a packet anyway.
const SMALLEST_BYTES: usize = 1024;
/// 2.4 times smaller; the usual level takes six times as long for 3.7.
const LEVEL: Compression = Compression::new(1);
const NEVER_FAILS: &str = "writing to a vector cannot fail";

/// How an answer is to be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packing {
    /// The longest answer that is compressed; 0 when the caller does not take gzip. Compressing costs seven times what copying
    /// does, so that a long answer reaches a caller on the same network later than it would as it is.
    pub(crate) gzip_max_bytes: usize,
}

impl Packing {
    pub(crate) const NONE: Self = Self { gzip_max_bytes: 0 };

    pub(crate) fn of(headers: &HeaderMap, gzip_max_bytes: usize) -> Self {
        if gzip_max_bytes > 0 && accepts(headers, "gzip") { Self { gzip_max_bytes } } else { Self::NONE }
    }

    /// Whether an answer of this length is compressed.
    pub(crate) fn compresses(self, length: usize) -> bool {
        (SMALLEST_BYTES..=self.gzip_max_bytes).contains(&length)
    }
}

pub(crate) fn compress(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 2), LEVEL);
    encoder.write_all(text).expect(NEVER_FAILS);
    encoder.finish().expect(NEVER_FAILS).into()
}

/// An iterator over text, compressed on the way.
pub(crate) struct Compressed<I> {
    pieces: I,
    /// Nothing once the end was written.
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl<I> Compressed<I> {
    pub(crate) fn new(pieces: I) -> Self {
        Self { pieces, encoder: Some(GzEncoder::new(Vec::new(), LEVEL)) }
    }
}

impl<I: Iterator<Item = Bytes>> Iterator for Compressed<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        loop {
            let encoder = self.encoder.as_mut()?;
            let Some(piece) = self.pieces.next() else {
                let rest = self.encoder.take()?.finish().expect(NEVER_FAILS);
                return Some(rest.into());
            };
            encoder.write_all(&piece).expect(NEVER_FAILS);
            let written = std::mem::take(encoder.get_mut());
            // The encoder may hold a small piece back.
            if !written.is_empty() {
                return Some(written.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn decompressed(bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn pieces_become_one_stream() {
        let pieces: Vec<Bytes> = (0..50).map(|i| format!("[{i},\"{}\"],", i * 7919).repeat(i * 40).into()).collect();
        let compressed: Vec<Bytes> = Compressed::new(pieces.iter().cloned()).collect();
        assert_eq!(decompressed(&compressed.concat()), pieces.concat());
        assert!(compressed.concat().len() * 4 < pieces.concat().len());
        assert_eq!(decompressed(&compress(b"")), b"");
    }

    #[test]
    fn only_who_takes_gzip_is_sent_it_and_only_what_is_worth_it() {
        let packing = |accepted: &'static str, max: usize| {
            let headers = HeaderMap::from_iter([(http::header::ACCEPT_ENCODING, accepted.parse().unwrap())]);
            Packing::of(&headers, max)
        };
        assert!(packing("gzip, deflate, br, zstd", 10_000).compresses(5_000));
        assert!(!packing("gzip", 10_000).compresses(1_000));
        assert!(!packing("gzip", 10_000).compresses(10_001));
        for accepted in ["deflate, br, zstd", "identity", "gzip;q=0", ""] {
            assert_eq!(packing(accepted, 10_000), Packing::NONE, "{accepted}");
        }
        assert_eq!(packing("gzip", 0), Packing::NONE);
    }
}
