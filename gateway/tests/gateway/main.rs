//! The gateway through its own door: a real socket, the real router, and a Prometheus that plays recorded answers.
#![expect(clippy::unwrap_used, reason = "a test may end where it finds what it did not expect")]

mod alerts;
mod bad_input;
mod fake;
mod fleet;
mod gateway;
mod gpus;
mod http;
mod itself;
mod live;
mod one_server;
mod panels;
mod program;
mod rules;
mod upstream;
