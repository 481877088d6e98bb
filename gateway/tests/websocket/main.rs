//! The WebSocket's rules over a raw TCP stream, in the sections of the Autobahn test suite: an echo on our own end, a
//! client that sends what it likes. Cases bear the suite's numbers.
//!
//! | section of the suite | here |
//! |---|---|
//! | 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragmentation, 10.1 fragments of one size | `frames`; all but large ones are sent as one piece and byte by byte, where the suite has separate cases |
//! | 6 UTF-8 | `text`; each sequence whole, and a frame for each byte |
//! | 7 closing | `close`; 7.1.6 with 60 KB, as no message is longer than the limit |
//! | 8 | is empty |
//! | 9 limits and performance | `limits`; of 9.1 to 9.6, up to 16 MB, that more than the limit is refused, of 9.7 and 9.8 that a thousand messages come back in order; no time is measured |
//! | 11 | is empty |
//! | 12 compression of different payloads | `deflate`; lengths up to 64 KB |
//! | 13 what may be agreed on | `websocket/handshake.rs`, beside the code: our answer is one, so there is one way to send |
//!
//! 6.4.3 and 6.4.4 are what the suite calls non-strict: what is not UTF-8 within one frame is found when the frame is whole.
//! Frames are at most 4 KiB long in the gateway.
#![expect(clippy::unwrap_used, reason = "a test may end where it finds what it did not expect")]

mod close;
mod deflate;
mod echo;
mod frames;
mod limits;
mod text;
