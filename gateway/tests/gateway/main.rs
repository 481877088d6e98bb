//! The gateway through its own door: a real socket, the real router, and a Prometheus that plays recorded answers.

mod api;
mod bad_input;
mod fake;
mod gateway;
mod http;
mod live;
mod program;
mod upstream;
