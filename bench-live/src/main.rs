//! `sightline-bench-live`: what thousands of browsers cost a gateway, case by case, as a table.
//!
//! It plays Prometheus (or takes a real one), starts a gateway of its own on it, and plays the browsers; all of them share
//! this machine, so its own CPU is printed beside the gateway's.

mod cases;
mod crowd;
mod gateway;
mod record;
mod upstream;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cases::{CASES, Load};

/// Descriptors beside the connections' own.
const SPARE_DESCRIPTORS: u64 = 200;

fn main() -> ExitCode {
    let given = command().get_matches(); // refuses with exit status 2
    match run(&given) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).help(help);
    let count = |from: i64, to: i64| value_parser!(u32).range(from..=to);
    let names: Vec<_> = CASES.iter().map(|case| case.name).collect();
    Command::new("sightline-bench-live")
        .about("Measures what live connections cost a gateway, which it starts itself on a Prometheus that it plays")
        .arg(
            flag("gateway", "The gateway's binary")
                .default_value("target/release/sightline-gateway")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(flag("prometheus", "The URL of a real Prometheus with a fleet, instead of the one that is played"))
        .arg(flag("connections", "How many browsers").default_value("10000").value_parser(count(1, 60_000)))
        .arg(flag("servers", "How many servers the fleet has").default_value("10000").value_parser(count(100, 100_000)))
        .arg(flag("views", "Different pages in the case `views`").default_value("1000").value_parser(count(1, 10_000)))
        .arg(flag("rows", "Rows of a page; 9 are about 10 KB").default_value("9").value_parser(count(1, 1_000)))
        .arg(
            flag("deltas", "Browsers ask for what differs between a page and the one before")
                .action(ArgAction::SetTrue),
        )
        .arg(
            flag("ticks", "Ticks that are measured, 5 s each, 2 s in the case `after`; in `stalled` of each turn")
                .default_value("8")
                .value_parser(count(2, 1_000)),
        )
        .arg(
            flag("case", "Only these, comma-separated")
                .value_delimiter(',')
                .value_parser(clap::builder::PossibleValuesParser::new(names)),
        )
}

fn run(given: &ArgMatches) -> anyhow::Result<()> {
    let whole = |name: &str| *given.get_one::<u32>(name).expect("has a default") as usize;
    let load = Load {
        gateway: given.get_one::<PathBuf>("gateway").expect("has a default").clone(),
        prometheus: given.get_one::<String>("prometheus").cloned(),
        connections: whole("connections"),
        servers: whole("servers"),
        views: whole("views"),
        rows: whole("rows"),
        deltas: given.get_flag("deltas"),
        ticks: whole("ticks"),
    };
    raise_descriptors(load.connections as u64 * 21 / 20 + SPARE_DESCRIPTORS)?;
    let chosen: Option<Vec<&String>> = given.get_many("case").map(Iterator::collect);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut out = io::stdout().lock();
    let Load { connections, servers, rows, ticks, .. } = &load;
    let cores = std::thread::available_parallelism()?;
    writeln!(
        out,
        "{connections} connections, {servers} servers, pages of {rows} rows, {ticks} ticks.\n{cores} cores, shared \
         by the gateway, the browsers and the Prometheus that is played; nothing is pinned.\n"
    )?;
    writeln!(out, "| case | figures |\n|---|---|")?;
    for case in CASES.iter().filter(|case| chosen.as_ref().is_none_or(|it| it.iter().any(|name| *name == case.name))) {
        let figures = runtime.block_on(case.run(&load))?;
        writeln!(out, "| {} | {figures} |", case.title)?;
        out.flush()?;
    }
    Ok(())
}

/// For ourselves, and for the gateway, which inherits it.
fn raise_descriptors(needed: u64) -> anyhow::Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(needed), maximum: maximum.map(|maximum| maximum.max(needed)) };
    setrlimit(Resource::Nofile, raised).map_err(|error| {
        let maximum = maximum.unwrap_or_default();
        anyhow::anyhow!("{needed} descriptors are needed and {maximum} are allowed ({error}); raise `ulimit -Hn`, or ask for fewer --connections")
    })
}
