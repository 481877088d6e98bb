//! The WebSocket: subscriptions to resources, answered at once and on every tick.
//!
//! A connection is one task. It holds no queue: on a tick it sends the newest answer, and a browser that is still
//! taking the one before skips what it missed. A frame is built once for all who subscribed by the same words.

mod admission;
mod frames;
mod session;

pub use admission::{Admission, Connections};
pub use frames::Frames;
pub use session::{MAX_MESSAGE_BYTES, serve};
