//! `sightline-sim`: a fleet that is not there. It plays servers from recorded scrapes to a real Prometheus.

mod fleet;
mod history;
mod serve;
mod template;
mod value;
mod waves;

use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::serve::Fleet;
use crate::template::Families;

/// Above this many servers only the lean families are the default.
const MANY: u32 = 1_000;

fn main() -> ExitCode {
    let given = command().get_matches(); // refuses with exit status 2
    match act(&given) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).help(help);
    Command::new("sightline-sim")
        .about(
            "Plays a fleet of servers to a real Prometheus: targets under /targets (http_sd), each server under a path",
        )
        .arg(flag("listen", "Where to serve").default_value("127.0.0.1:9200").value_parser(value_parser!(SocketAddr)))
        .arg(
            flag("servers", "How many servers")
                .default_value("200")
                .value_parser(value_parser!(u32).range(1..=100_000)),
        )
        .arg(flag("seed", "Two fleets of one seed agree").default_value("1").value_parser(value_parser!(u64)))
        .arg(
            flag(
                "families",
                "full: all that the exporter has; lean: what Sightline reads. Default: full up to 1,000 servers",
            )
            .value_parser(["full", "lean"]),
        )
        .arg(
            flag("history", "Write so many seconds of the past as OpenMetrics to stdout, and end")
                .value_parser(value_parser!(u32).range(1..=2_678_400)),
        )
        .arg(
            flag("step", "Seconds between two samples of the past")
                .default_value("15")
                .value_parser(value_parser!(u32).range(1..=3_600)),
        )
}

fn act(given: &ArgMatches) -> io::Result<()> {
    let whole = |name: &str| given.get_one::<u32>(name).copied();
    let servers = whole("servers").expect("has a default");
    let families = match given.get_one::<String>("families").map(String::as_str) {
        Some("full") => Families::Full,
        Some(_) => Families::Lean,
        None if servers <= MANY && whole("history").is_none() => Families::Full,
        None => Families::Lean,
    };
    let seed = *given.get_one("seed").expect("has a default");
    let fleet = Fleet::new(fleet::fleet(servers as usize, seed), families);

    if let Some(seconds) = whole("history") {
        let end = serve::now().floor();
        let step = f64::from(whole("step").expect("has a default"));
        let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
        history::write(&fleet, end - f64::from(seconds), end, step, &mut out)?;
        return out.flush();
    }
    let address = *given.get_one("listen").expect("has a default");
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(listen(fleet, address))
}

async fn listen(fleet: Fleet, address: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("--listen={address}: {error}")))?;
    let mut terminated = signal(SignalKind::terminate())?;
    writeln!(io::stderr(), "{} servers on http://{}/targets", fleet.servers().len(), listener.local_addr()?)?;
    serve::serve(fleet, listener, async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
    .await
}
