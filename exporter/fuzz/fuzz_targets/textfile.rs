//! A text file of arbitrary bytes is refused, or exposed as text that would be exposed as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sightline_exporter::fuzzing::textfile;

fuzz_target!(|content: &[u8]| {
    if let Some(text) = textfile(content) {
        assert_eq!(textfile(text.as_bytes()).as_ref(), Some(&text));
    }
});
