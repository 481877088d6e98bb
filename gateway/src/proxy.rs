//! Prometheus' HTTP API, answered from memory where that gives the same bytes.

mod enforce;
mod envelope;
mod params;
mod path;
mod query;
mod time;
