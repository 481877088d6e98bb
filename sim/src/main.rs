//! `sightline-sim`: a fleet that is not there. It plays servers from recorded scrapes to a real Prometheus.

mod client;
mod cores;
mod fleet;
mod push;
mod remote_write;
mod serve;
mod template;
mod value;
mod waves;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command, value_parser};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::client::Client;
use crate::push::Past;
use crate::serve::Fleet;
use crate::template::Families;

/// Above this many servers only the lean families are the default.
const MANY: u32 = 1_000;
/// The newest seconds of the past are as dense as the present: short charts are, too, and a rate whose window holds some of both
/// is that of either. Prometheus extrapolates less where samples that were seldom become frequent.
const DENSEST: f64 = 600.0;
/// Of so many seconds there is a sample at least as often as this.
const DENSE: f64 = 3_600.0;
const DENSE_STEP: f64 = 15.0;
/// The past ends so many seconds before it is written: what comes next is to join it without a gap.
const JOINS_WITHIN: f64 = 2.0;

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
                "full: all that the exporter has; lean: what Sightline reads; snapshot: what its fleet page reads, with the \
                 recording rules' series. Default: full up to 1,000 servers, else lean; lean for --history, else snapshot for \
                 --remote-write",
            )
            .value_parser(["full", "lean", "snapshot"]),
        )
        .arg(
            flag("remote-write", "Push to this receiver, such as http://127.0.0.1:9090/api/v1/write, as well as serve")
                .value_name("url")
                .value_parser(|url: &str| Client::new(url).map(|_| url.to_owned())),
        )
        .arg(
            flag("interval", "Seconds between two samples that are pushed")
                .default_value("15")
                .value_parser(value_parser!(u32).range(1..=3_600)),
        )
        .arg(
            flag("history", "Push so many seconds of the past, and end")
                .requires("remote-write")
                .value_parser(value_parser!(u32).range(1..=2_678_400)),
        )
        .arg(
            flag("step", "Seconds between two samples of the past; at most 15 in its last hour, and --interval in its last ten minutes")
                .default_value("60")
                .value_parser(value_parser!(u32).range(1..=3_600)),
        )
}

fn act(given: &ArgMatches) -> io::Result<()> {
    let whole = |name: &str| given.get_one::<u32>(name).copied();
    let (servers, history) = (whole("servers").expect("has a default"), whole("history"));
    let url = given.get_one::<String>("remote-write");
    let families = match given.get_one::<String>("families").map(String::as_str) {
        Some("full") => Families::Full,
        Some("lean") => Families::Lean,
        Some(_) => Families::Snapshot,
        None if history.is_some() => Families::Lean,
        None if url.is_some() => Families::Snapshot,
        None if servers <= MANY => Families::Full,
        None => Families::Lean,
    };
    let seed = *given.get_one("seed").expect("has a default");
    let interval = f64::from(whole("interval").expect("has a default"));
    let step = f64::from(whole("step").expect("has a default"));
    let address = *given.get_one("listen").expect("has a default");
    let fleet = Fleet::new(fleet::fleet(servers as usize, seed), families);
    let client = url.map(|url| Client::new(url).expect("was looked at above"));

    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        match (client, history) {
            (Some(client), Some(seconds)) => past(&fleet, client, f64::from(seconds), interval, step).await,
            (client, _) => listen(fleet, address, client, interval).await,
        }
    })
}

async fn past(fleet: &Fleet, mut client: Client, seconds: f64, interval: f64, step: f64) -> io::Result<()> {
    let mut end = serve::now().floor();
    let (dense, densest) = (end - DENSE.min(seconds), end - DENSEST.min(seconds));
    let step = step.max(interval);
    for past in [
        Past { start: end - seconds, end: dense, step },
        Past { start: dense, end: densest, step: step.min(DENSE_STEP.max(interval)) },
    ] {
        client = push::past(fleet, client, &past).await?;
    }
    let (mut start, mut before) = (densest, f64::INFINITY);
    // To write it takes a while, which is past, too, by then; as long as that becomes less.
    while end - start >= JOINS_WITHIN && end - start < before {
        client = push::past(fleet, client, &Past { start, end, step: interval }).await?;
        (before, start, end) = (end - start, end, serve::now().floor());
    }
    Ok(())
}

async fn listen(fleet: Fleet, address: SocketAddr, client: Option<Client>, interval: f64) -> io::Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("--listen={address}: {error}")))?;
    let mut terminated = signal(SignalKind::terminate())?;
    writeln!(io::stderr(), "{} servers on http://{}/targets", fleet.servers().len(), listener.local_addr()?)?;
    let fleet = Arc::new(fleet);
    let pushed = async {
        match client {
            Some(mut client) => push::present(&fleet, &mut client, interval).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        served = serve::serve(Arc::clone(&fleet), listener) => served,
        () = pushed => Ok(()),
        _ = terminated.recv() => Ok(()),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}
