//! What the exporter says on its standard streams.

use std::process::ExitCode;

use crate::config::{Log, UsageError};

/// Logs to standard error from here on.
pub(crate) fn init(log: &Log) {
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(log.level).with_target(false);
    if log.json {
        builder.json().flatten_event(true).init();
    } else {
        builder.with_ansi(false).init();
    }
}

#[expect(clippy::print_stdout, reason = "the help and the version go to standard output")]
pub(crate) fn print(text: &str) -> ExitCode {
    println!("{}", text.trim_end());
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "a wrong argument is answered before there is a log")]
pub(crate) fn refuse(error: &UsageError) -> ExitCode {
    eprintln!("sightline-exporter: error: {error}, try --help");
    ExitCode::from(2)
}
