//! The `sightline-gateway` program: configuration, logs, and signals; then `server::run`.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sightline_gateway::config::{self, Config, Layers, LogFormat};
use sightline_gateway::{router, server};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use tracing_subscriber::EnvFilter;

/// The configuration is wrong; as clap's own for a wrong flag.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let flags = config::command().get_matches();
    if flags.subcommand_name() == Some("openapi") {
        let written = std::io::stdout().write_all(router::openapi_json().as_bytes());
        return if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let layers = Layers { flags: &flags, environment: environment() };
    let config = match config::load(&layers) {
        Ok(config) => config,
        Err(error) => {
            // Logs are not set up yet: how they look is part of the configuration.
            let _ = writeln!(std::io::stderr(), "sightline-gateway: {error}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    start_logs(&config);
    raise_descriptors();
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Variables that are not text cannot be ours.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Up to what the system allows: a shell's 1,024 are fewer than the browsers that we may have.
fn raise_descriptors() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        warn!(%error, "the limit on open files could not be raised");
    }
}

fn start_logs(config: &Config) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}

#[tokio::main]
async fn run(config: Config) -> anyhow::Result<()> {
    let address = config.listen;
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another address with --listen or SIGHTLINE_LISTEN")
    })?;
    let address = listener.local_addr().context("the address that was opened cannot be told")?;
    if !address.ip().is_loopback() {
        warn!(%address, "there is no sign-in: everyone who reaches {address} can see every server");
    }
    info!(%address, prometheus = config.prometheus.url.host_str().unwrap_or_default(), "serving on http://{address}");

    let shutdown = CancellationToken::new();
    let on_signal = shutdown.clone();
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be handled")?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        on_signal.cancel();
    });
    server::run(listener, config, shutdown).await
}
