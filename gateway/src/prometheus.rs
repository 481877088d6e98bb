//! Everything that speaks to Prometheus; nothing else does.

pub mod asker;
pub mod client;
pub mod error;
pub mod promql;
pub mod response;
pub mod rules;
pub mod targets;

pub use asker::Asker;
pub use client::{Client, Request};
pub use error::Error;
