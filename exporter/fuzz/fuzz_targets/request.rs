//! The parts of a request that a client may write freely: its query, and the values of its headers.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sightline_exporter::fuzzing::request;

fuzz_target!(|parts: (&str, &[u8])| request(parts.0, parts.1));
