//! A stand-in for `libnvidia-ml.so.1`: NVML's C interface, answered from a scenario file.
//!
//! `SIGHTLINE_FAKE_NVML_SCENARIO` names a TOML file (see [`scenario`]) that says which GPUs there are, what each call
//! answers, fails with, or how long it takes. The file is read again when it changes, so a test can lose a GPU, raise
//! an XID or unload the driver while the program under test runs. Replace the file by a rename: a half-written
//! scenario ends the process, because a test must not pass on something else than it says.
//!
//! A driver that lacks a function is a copy of the library in which the function's name is overwritten: `dlsym` then
//! fails as it does on an old driver.

mod abi;
mod code;
mod kind;
pub mod scenario;
mod world;

/// The variable that names the scenario file.
pub const SCENARIO_VARIABLE: &str = "SIGHTLINE_FAKE_NVML_SCENARIO";
