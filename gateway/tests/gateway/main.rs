//! The gateway through its own door: a real socket, the real router, and a Prometheus that plays recorded answers.
#![expect(clippy::unwrap_used, reason = "a test may end where it finds what it did not expect")]

mod api;
mod bad_input;
mod fake;
mod gateway;
mod http;
mod live;
mod program;
mod rules;
mod upstream;
