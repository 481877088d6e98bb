//! The memory that answers are made in, kept from one to the next: mapping some hundred kilobytes anew, touching them
//! page by page and unmapping them would be a good part of what a scrape costs.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::{Compress, Compression, FlushCompress, Status};

/// The memory of the answer that was sent last.
#[derive(Clone, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<u8>>>);

/// An answer. Its memory is spare as soon as it has been sent.
pub(super) struct Answer {
    pub(super) text: Vec<u8>,
    spare: Spare,
}

impl Spare {
    /// An empty answer, in new memory where another is still on its way.
    pub(super) fn answer(&self) -> Answer {
        Answer { text: mem::take(&mut *self.locked()), spare: self.clone() }
    }

    fn locked(&self) -> MutexGuard<'_, Vec<u8>> {
        // One vector is put in place of another, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let mut spare = self.spare.locked();
        if self.text.capacity() > spare.capacity() {
            self.text.clear();
            mem::swap(&mut *spare, &mut self.text);
        }
    }
}

/// gzip at its fastest; its tables, some hundred kilobytes, are made with the first answer that needs them.
#[derive(Default)]
pub(super) struct Gzip(Option<Compress>);

impl Gzip {
    /// Of zlib's sizes the one that all who read gzip must take.
    const WINDOW_BITS: u8 = 15;

    pub(super) fn compress(&mut self, text: &[u8]) -> Vec<u8> {
        let stream = self.0.get_or_insert_with(|| Compress::new_gzip(Compression::fast(), Self::WINDOW_BITS));
        stream.reset();
        let mut compressed = Vec::with_capacity(text.len() / 4 + 64);
        let mut rest = text;
        loop {
            let before = stream.total_in();
            let status = stream.compress_vec(rest, &mut compressed, FlushCompress::Finish);
            match status.expect("the stream was reset, and is given what it asks for") {
                Status::StreamEnd => return compressed,
                Status::Ok | Status::BufError => compressed.reserve(compressed.capacity()),
            }
            let taken = usize::try_from(stream.total_in() - before).expect("no more than it was given");
            rest = &rest[taken..];
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn the_memory_of_an_answer_that_was_sent_is_used_again() {
        let spare = Spare::default();
        let mut first = spare.answer();
        first.text.extend_from_slice(&[b'x'; 1000]);
        let place = first.text.as_ptr();
        let second = spare.answer();
        assert_eq!(second.text.capacity(), 0, "the first is still on its way");
        drop(first);
        drop(second);
        let third = spare.answer();
        assert_eq!((third.text.as_ptr(), third.text.len()), (place, 0));
    }

    #[test]
    fn what_is_compressed_reads_back_however_often_and_however_badly_it_compresses() {
        let mut state = 1u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(300_000)
        .collect();
        let mut gzip = Gzip::default();
        for text in [&b""[..], b"node_load1 0.5\n", &noise, b"a", &[b'a'; 100_000]] {
            let mut read = Vec::new();
            GzDecoder::new(&gzip.compress(text)[..]).read_to_end(&mut read).unwrap();
            assert!(read == text, "{} bytes", text.len());
        }
    }
}
