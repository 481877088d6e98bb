//! What the tests stand on: a filled Prometheus, a gateway in this process, and a way to ask both.

pub(crate) mod bench;
pub(crate) mod faulty;
pub(crate) mod gateway;
pub(crate) mod prometheus;
pub(crate) mod random;
pub(crate) mod samples;
pub(crate) mod whole;
