//! Node and GPU metrics of this machine for Prometheus: `source → parse → sample → encode`, once per scrape.

mod collector;
mod config;
mod exposition;
mod filter;
#[cfg(fuzzing)]
pub mod fuzzing;
mod log;
mod memory;
mod own;
mod sample;
mod scrape;
mod server;
mod source;

use std::process::ExitCode;

use crate::config::{Config, Invocation};

/// Runs the exporter with the process's arguments until it is told to stop.
///
/// Exits with 0 after `--help`, `--version` and an orderly stop, with 2 when an argument is wrong (nothing has been
/// opened then), and with 1 when it cannot serve.
pub fn main() -> ExitCode {
    memory::limit();
    let config = match config::from_arguments(std::env::args_os()) {
        Ok(Invocation::Serve(config)) => config,
        Ok(Invocation::Print(text)) => return log::print(&text),
        Err(error) => return log::refuse(&error),
    };
    log::init(&config.log);
    match serve(*config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One thread answers HTTP; collectors run on threads of their own (see [`scrape`]), so that a collector that hangs
/// never keeps an answer from leaving.
fn serve(config: Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(server::run(config))
}
