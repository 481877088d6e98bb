//! Every type that crosses the wire to a browser; `openapi.json` is generated from these.
//!
//! Numbers are base units (bytes, seconds, ratios from 0 to 1, °C, W); instants are unix seconds. A field that has no
//! value is `null`, never left out and never 0.

pub mod alert;
pub mod delta;
pub mod error;
pub mod gpu;
pub mod health;
pub mod live;
pub mod map;
pub mod overview;
pub mod panel;
pub mod server;
pub mod server_detail;
