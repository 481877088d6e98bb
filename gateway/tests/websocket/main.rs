//! The WebSocket's rules over a raw TCP stream, in the sections of the Autobahn test suite: an echo on our own end, a
//! client that sends what it likes.
#![expect(clippy::unwrap_used, reason = "a test may end where it finds what it did not expect")]

mod close;
mod deflate;
mod echo;
mod frames;
mod limits;
mod text;
