//! NVML's return codes by the names a scenario uses.

use nvml_wrapper_sys::bindings::nvmlReturn_t;
use serde::{Deserialize, Deserializer};

/// A failure that a call answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub(crate) nvmlReturn_t);

impl Code {
    pub(crate) const UNINITIALIZED: Code = Code(1);
    pub(crate) const INVALID_ARGUMENT: Code = Code(2);
    pub(crate) const NOT_SUPPORTED: Code = Code(3);
    pub(crate) const NOT_FOUND: Code = Code(6);
    pub(crate) const INSUFFICIENT_SIZE: Code = Code(7);
    pub(crate) const DRIVER_NOT_LOADED: Code = Code(9);
    pub(crate) const TIMEOUT: Code = Code(10);
    pub(crate) const GPU_IS_LOST: Code = Code(15);
}

/// Every failure a scenario may ask for: `NVML_ERROR_…` without its prefix.
const NAMES: [(&str, nvmlReturn_t); 14] = [
    ("UNINITIALIZED", 1),
    ("INVALID_ARGUMENT", 2),
    ("NOT_SUPPORTED", 3),
    ("NO_PERMISSION", 4),
    ("NOT_FOUND", 6),
    ("INSUFFICIENT_SIZE", 7),
    ("DRIVER_NOT_LOADED", 9),
    ("TIMEOUT", 10),
    ("IRQ_ISSUE", 11),
    ("GPU_IS_LOST", 15),
    ("RESET_REQUIRED", 16),
    ("LIB_RM_VERSION_MISMATCH", 18),
    ("NO_DATA", 21),
    ("UNKNOWN", 999),
];

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, code)| Code(*code))
            .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no NVML error; known: {NAMES:?}")))
    }
}
