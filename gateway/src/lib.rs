//! The gateway: asks Prometheus, remembers the answers, and serves them to browsers.

pub mod api;
pub mod router;
pub mod wire;
