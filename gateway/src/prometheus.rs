//! Everything that speaks to Prometheus; nothing else does.

pub mod client;
pub mod error;
pub mod promql;
pub mod response;

pub use client::{Client, Request};
pub use error::Error;
