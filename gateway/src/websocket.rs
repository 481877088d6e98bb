//! Our own end of a WebSocket (RFC 6455): server side, small messages in, large shared ones out.
//!
//! It exists for its memory: a connection keeps no buffer in either direction. What is sent is written from where it
//! lies, shared by all who get it; what is received is read through the stack, and only an unfinished frame is kept.
//! `frame`, `reader`, `deflate` and `handshake` are pure; `connection` is the only part that touches a socket.

mod connection;
mod deflate;
mod frame;
mod handshake;
mod reader;

pub use connection::{End, WebSocket};
pub use deflate::{deflate, stored};
pub use frame::{Opcode, Violation, close_code, is_valid_close_code};
pub use handshake::{Accepted, Refusal, accept};
pub use reader::{Event, Reader};
