//! The gateway: asks Prometheus, remembers the answers, and serves them to browsers.

pub mod answers;
pub mod api;
pub mod app;
mod cache;
pub mod config;
mod delta;
pub mod details;
mod encoding;
pub mod error;
pub mod gpus;
pub mod history;
pub mod live;
pub mod metrics;
pub mod params;
pub mod prometheus;
pub mod proxy;
pub mod publish;
pub mod resource;
pub mod router;
pub mod server;
pub mod snapshot;
pub mod time;
pub mod ui;
pub mod websocket;
pub mod wire;
