//! The WebSocket: subscriptions to resources, answered at once and on every tick.
//!
//! A connection is one task. It holds no queue: on a tick it sends the newest answer, and a browser that is still
//! taking the one before skips what it missed. A body is built, serialised and deflated once for all who subscribed to
//! the same resource, whatever their words; a frame is a few bytes of the connection's own around it.

mod admission;
mod frame;
mod memory;
mod pace;
mod session;
mod subscription;

pub use admission::{Admission, Connections};
pub use pace::Pace;
pub use session::{MAX_MESSAGE_BYTES, serve};
