//! Answers kept as they were sent, for requests that come again and again: nothing is read, found or joined for them.
//!
//! They are made of other entries and only repeat them, so they end when the first of those would, and all of them end when
//! anything is forgotten by order.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderValue;

/// For how long it is remembered that a request came once.
pub(crate) const SEEN_FOR: Duration = Duration::from_secs(60);
/// What is good for less than this is not worth it.
const GOOD_FOR_MIN: Duration = Duration::from_secs(5);
/// Longer answers take their time to send, whatever it took to make them.
const BYTES_MAX: usize = 256 * 1024;

/// An answer as it was sent.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) body: Bytes,
    /// Whether the body is compressed.
    pub(crate) gzip: bool,
    /// What `X-Sightline-Cache` said, but for the age.
    pub(crate) note: HeaderValue,
    /// Since when the answer has an age, if it has one.
    pub(crate) since: Option<Instant>,
    /// As what it is counted.
    pub(crate) endpoint: &'static str,
    pub(crate) reason: &'static str,
    /// The age of the store before the answer was made.
    pub(crate) age: u64,
    pub(crate) keep: Duration,
}

/// Whether an answer of this length, good for this long, is worth keeping ready.
pub(crate) fn is_worth_keeping(bytes: usize, good_for: Duration) -> bool {
    bytes <= BYTES_MAX && good_for >= GOOD_FOR_MIN
}
