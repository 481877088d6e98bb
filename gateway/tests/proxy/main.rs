//! The Prometheus-compatible API against real and against broken upstreams.
//!
//! Needs `prometheus`, `promtool` and `victoria-metrics` (Debian's packages of these names), on the PATH or named by
//! `PROMETHEUS_BIN`, `PROMTOOL_BIN` and `VICTORIA_METRICS_BIN`. `PROXY_CASES` sets how many cases the differential test tries,
//! `PROXY_SEED` which.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod differential;
mod faults;
mod grafana;
mod keys;
mod known_bugs;
mod limits;
mod memory;
mod ready;
mod snapshots;
mod support;
mod victoria_metrics;
