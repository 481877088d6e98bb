//! The `sightline-exporter` binary; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    sightline_exporter::main()
}
