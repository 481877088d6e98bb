//! The gateway: asks Prometheus, remembers the answers, and serves them to browsers.

pub mod api;
pub mod config;
pub mod metrics;
pub mod prometheus;
pub mod router;
pub mod wire;
