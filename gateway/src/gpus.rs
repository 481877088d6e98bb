//! GPUs: what is known of each, and what somebody should know of it.

pub mod fleet;
pub mod read;
pub mod warnings;
pub mod xid;
