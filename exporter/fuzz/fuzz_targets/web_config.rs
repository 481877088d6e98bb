//! A web configuration of arbitrary text is read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| sightline_exporter::fuzzing::web_config(text));
