//! The cases: who connects, what is measured, what is said about it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use tokio::time::{Instant, sleep};

use crate::crowd::{Crowd, Manner, View};
use crate::gateway::{Gateway, Usage, usage};
use crate::record::{Delays, Record, quantile};
use crate::upstream;

/// Between two ticks of the gateway.
const TICK: Duration = Duration::from_secs(5);
/// For all to be let in.
const ENTRY: Duration = Duration::from_secs(60);
/// After a crowd came or went, until its memory is said to be what it is.
const REST: Duration = Duration::from_secs(3);
/// Between two ticks where many are wanted.
const SHORT_TICK: Duration = Duration::from_secs(2);
/// One browser in so many stalls.
const STALLED: usize = 20;
/// First all read, then one in so many stalls, and so on.
const TURNS: usize = 4;
/// The gateway gives back what is free when so many come or go.
const TIDIED: usize = 600;
/// The fleet that a large one is held against.
const FEW_SERVERS: usize = 100;

/// How much of everything.
pub(crate) struct Load {
    pub(crate) gateway: PathBuf,
    /// Where a real one is; None when it is to be played.
    pub(crate) prometheus: Option<String>,
    pub(crate) connections: usize,
    pub(crate) servers: usize,
    pub(crate) views: usize,
    pub(crate) rows: usize,
    /// Whether browsers ask for what differs.
    pub(crate) deltas: bool,
    pub(crate) ticks: usize,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Idle,
    After,
    One,
    Views,
    Stalled,
    Reconnect,
    Snapshot,
}

/// In the order in which they are run.
pub(crate) const CASES: &[Case] = &[
    Case { name: "idle", title: "connected, subscribed to nothing", kind: Kind::Idle },
    Case { name: "after", title: "subscribed to nothing any more, after many frames", kind: Kind::After },
    Case { name: "one", title: "all on one page", kind: Kind::One },
    Case { name: "views", title: "on many different pages", kind: Kind::Views },
    Case {
        name: "stalled",
        title: "all on one page, and 5 % more on a long one, which read it and stall by turns",
        kind: Kind::Stalled,
    },
    Case { name: "reconnect", title: "all reconnect at once", kind: Kind::Reconnect },
    Case { name: "snapshot", title: "what is known of the fleet", kind: Kind::Snapshot },
];

impl Case {
    /// Runs it on a gateway of its own; returns what was measured, in words.
    pub(crate) async fn run(&self, load: &Load) -> anyhow::Result<String> {
        let tick = if matches!(self.kind, Kind::After) { SHORT_TICK } else { TICK };
        let servers = match self.kind {
            Kind::Views | Kind::Snapshot => load.servers,
            // A small fleet: what browsers cost is not to be mixed with what servers cost.
            _ => load.rows.max(100),
        };
        let prometheus = match &load.prometheus {
            Some(url) => url.clone(),
            None => format!("http://{}", upstream::start(servers).await?),
        };
        let connections = (load.connections + load.connections / STALLED).max(TIDIED);
        let gateway = Gateway::start(&load.gateway, &prometheus, connections, tick).await?;
        match self.kind {
            Kind::Snapshot => snapshot(load, &gateway).await,
            Kind::Idle => idle(load, &gateway).await,
            Kind::After => after(load, &gateway).await,
            Kind::One => one(load, &gateway).await,
            Kind::Views => views(load, &gateway).await,
            Kind::Stalled => stalled(load, &gateway).await,
            Kind::Reconnect => reconnect(load, &gateway).await,
        }
    }
}

async fn idle(load: &Load, gateway: &Gateway) -> anyhow::Result<String> {
    let record = Arc::default();
    let before = gateway.usage()?;
    let crowd = Crowd::enter(gateway.address, load.connections, ENTRY, &record, |_| Manner::Idles).await?;
    sleep(REST).await;
    let from = gateway.usage()?;
    sleep(TICK * 2).await;
    let to = gateway.usage()?;
    crowd.leave().await;
    Ok(format!("{} a connection, {}", memory(load, &before, &to), processor(&from, &to)))
}

async fn one(load: &Load, gateway: &Gateway) -> anyhow::Result<String> {
    let before = gateway.usage()?;
    let page = page(load, load.rows);
    let measured = measure(load, gateway, load.connections, |_| Manner::Reads(page.clone())).await?;
    let grown = memory(load, &before, &gateway.usage()?);
    Ok(format!("{measured}, {grown} a connection"))
}

async fn views(load: &Load, gateway: &Gateway) -> anyhow::Result<String> {
    let pages = load.servers.div_ceil(load.rows).max(1);
    let sorts = ["cpu", "-cpu", "memory", "-memory", "name", "-name", "load", "-load", "temperature", "-temperature"];
    let view = |number: usize| {
        let view = number % load.views;
        let offset = view / sorts.len() % pages * load.rows;
        let sort = sorts[view % sorts.len()];
        let resource = format!("/api/v1/servers?sort={sort}&offset={offset}&limit={}", load.rows);
        View { resource, deltas: load.deltas }
    };
    let measured = measure(load, gateway, load.connections, |number| Manner::Reads(view(number))).await?;
    Ok(format!("{} views of {} servers: {measured}", load.views.min(load.connections), load.servers))
}

async fn after(load: &Load, gateway: &Gateway) -> anyhow::Result<String> {
    let before = gateway.usage()?;
    let (page, record) = (page(load, load.rows), Arc::new(Record::default()));
    let manner = |_: usize| Manner::Reads(page.clone());
    let crowd = Crowd::enter(gateway.address, load.connections, ENTRY, &record, manner).await?;
    reach(&record, load.connections, load.ticks, SHORT_TICK).await?;
    let (busy, frame) = (gateway.usage()?, record.mean_frame_bytes());
    crowd.unsubscribe();
    sleep(SHORT_TICK * 5).await;
    let idle = gateway.usage()?;
    let left = gateway.metric("live_subscriptions").await?;
    ensure!(left == 0.0, "{left} subscriptions are left");
    crowd.leave().await;
    let (lost, _) = record.lost_and_refused();
    ensure!(lost == 0, "{lost} connections were lost");
    Ok(format!(
        "after {} frames of {frame:.0} B each, a tick every {} s: {} a connection subscribed, {} a connection idle",
        record.whole_ticks(load.connections),
        SHORT_TICK.as_secs(),
        memory(load, &before, &busy),
        memory(load, &before, &idle)
    ))
}

async fn stalled(load: &Load, gateway: &Gateway) -> anyhow::Result<String> {
    // A page that does not fit into the kernel's buffers. Those that stall read it in the turns between.
    let (page, long) = (page(load, load.rows), page(load, 1_000));
    let (record, readers) = (Arc::new(Record::default()), load.connections);
    let crowd = Crowd::enter(gateway.address, readers, ENTRY, &record, |_| Manner::Reads(page.clone())).await?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let is_calm = turn % 2 == 0;
        let manner = |_: usize| if is_calm { Manner::Reads(long.clone()) } else { Manner::Stalls(long.clone()) };
        let some = Crowd::enter(gateway.address, load.connections / STALLED, ENTRY, &Arc::default(), manner).await?;
        sleep(TICK).await;
        record.start_over();
        reach(&record, readers, load.ticks, TICK).await?;
        let ticks = if is_calm { &mut without } else { &mut with };
        ticks.extend(record.ticks(readers));
        some.leave().await;
    }
    let cut = gateway.metric(r#"live_closed_total{reason="slow"}"#).await.unwrap_or(0.0);
    let (lost, _) = record.lost_and_refused();
    ensure!(lost == 0, "{lost} connections of others were lost");
    crowd.leave().await;
    Ok(format!(
        "a tick's clients p99 {:.0} ms while all read, {:.0} ms while some stall (medians of {} and {} ticks), last client p50 {:.0} and {:.0} ms; \
         {cut} stalled connections were cut off",
        over(&without, |tick| tick.p99, 50),
        over(&with, |tick| tick.p99, 50),
        without.len(),
        with.len(),
        over(&without, |tick| tick.last, 50),
        over(&with, |tick| tick.last, 50),
    ))
}

async fn snapshot(load: &Load, gateway: &Gateway) -> anyhow::Result<String> {
    let many = alive(gateway).await?;
    // What a gateway has anyhow is that of a small fleet.
    let prometheus = format!("http://{}", upstream::start(FEW_SERVERS).await?);
    let few = alive(&Gateway::start(&load.gateway, &prometheus, TIDIED, TICK).await?).await?;
    let per_server = (many - few) / load.servers.saturating_sub(FEW_SERVERS).max(1) as f64;
    Ok(format!(
        "{:.1} MB resident between ticks with {} servers, {:.1} MB with {FEW_SERVERS}: {:.2} KB a server, {:.1} MB for all",
        many / 1e6,
        load.servers,
        few / 1e6,
        per_server / 1e3,
        per_server * load.servers as f64 / 1e6
    ))
}

/// What is resident between two ticks, without what was freed: a crowd that comes and goes makes the gateway give that back.
async fn alive(gateway: &Gateway) -> anyhow::Result<f64> {
    sleep(TICK * 2).await;
    let crowd = Crowd::enter(gateway.address, TIDIED, ENTRY, &Arc::default(), |_| Manner::Idles).await?;
    sleep(TICK * 2).await;
    crowd.leave().await;
    let (mut least, end) = (f64::INFINITY, Instant::now() + TICK * 3);
    while Instant::now() < end {
        least = least.min(gateway.usage()?.memory);
        sleep(Duration::from_millis(20)).await;
    }
    Ok(least)
}

async fn reconnect(load: &Load, gateway: &Gateway) -> anyhow::Result<String> {
    let page = page(load, load.rows);
    let manner = |_: usize| Manner::Reads(page.clone());
    let before = gateway.usage()?;
    let first = Arc::default();
    let crowd = Crowd::enter(gateway.address, load.connections, ENTRY, &first, manner).await?;
    sleep(TICK * 2).await;
    let full = gateway.usage()?;
    let missed = gateway.metric("ticks_missed_total").await?;

    crowd.leave().await;
    let (again, began) = (Arc::new(Record::default()), Instant::now());
    let crowd = Crowd::enter(gateway.address, load.connections, ENTRY, &again, manner).await?;
    let served = began.elapsed();
    let peak = gateway.usage()?;
    sleep(TICK * 2).await;
    let missed = gateway.metric("ticks_missed_total").await? - missed;
    let settled = gateway.usage()?;
    crowd.leave().await;
    sleep(REST).await;
    let after = gateway.usage()?;
    let (lost, refused) = again.lost_and_refused();
    ensure!(lost == 0, "{lost} browsers did not get through");
    let half = again.until_first().map_or(f32::NAN, |delays| delays.p50) / 1000.0;
    let mib = |usage: &Usage| format!("{:.1}", usage.memory / 1_048_576.0);
    Ok(format!(
        "all served after {:.1} s, half of them after {half:.1} s, {refused} told to come back, {missed} ticks missed; gateway's memory {} MiB before, {} with \
         all, {} when all were back, {} two ticks later, {} when all had left",
        served.as_secs_f64(),
        mib(&before),
        mib(&full),
        mib(&peak),
        mib(&settled),
        mib(&after)
    ))
}

fn page(load: &Load, rows: usize) -> View {
    View { resource: format!("/api/v1/servers?sort=-cpu&limit={rows}"), deltas: load.deltas }
}

/// Lets a crowd in, waits for the ticks, and says how late frames came and what they cost.
async fn measure(
    load: &Load,
    gateway: &Gateway,
    browsers: usize,
    manner: impl Fn(usize) -> Manner,
) -> anyhow::Result<String> {
    let readers = (0..browsers).filter(|&number| !matches!(manner(number), Manner::Stalls(_))).count();
    let record = Arc::new(Record::default());
    let crowd = Crowd::enter(gateway.address, browsers, ENTRY, &record, manner).await?;
    // The tick under way when the last one came in did not reach all.
    sleep(TICK).await;
    record.start_over();
    let (from, own) = (gateway.usage()?, usage("self")?);
    reach(&record, readers, load.ticks, TICK).await?;
    let (to, own_to) = (gateway.usage()?, usage("self")?);
    let ticks = record.ticks(readers);
    let (lost, _) = record.lost_and_refused();
    ensure!(lost == 0, "{lost} connections were lost");
    let frame = record.mean_frame_bytes();
    crowd.leave().await;
    Ok(format!(
        "tick to last client p50 {:.0} ms, p99 {:.0} ms over {} ticks (a tick's clients: median {:.0} ms, p99 {:.0} ms), \
         frames of {frame:.0} B, {}, the browsers {:.1} %",
        over(&ticks, |tick| tick.last, 50),
        over(&ticks, |tick| tick.last, 99),
        ticks.len(),
        over(&ticks, |tick| tick.p50, 50),
        over(&ticks, |tick| tick.p99, 50),
        processor(&from, &to),
        own_to.percent_since(&own)
    ))
}

/// Waits until so many ticks have reached all readers; for fewer of them where the machine cannot do more.
async fn reach(record: &Record, readers: usize, ticks: usize, tick: Duration) -> anyhow::Result<()> {
    let deadline = Instant::now() + tick * (ticks as u32 * 3 / 2 + 3);
    while record.whole_ticks(readers) < ticks && Instant::now() < deadline {
        sleep(Duration::from_millis(100)).await;
    }
    ensure!(record.whole_ticks(readers) > 0, "no tick reached all of {readers} browsers");
    Ok(())
}

/// A quantile over ticks of what each of them has.
fn over(ticks: &[Delays], each: impl Fn(&Delays) -> f32, percent: usize) -> f32 {
    let mut values: Vec<f32> = ticks.iter().map(each).collect();
    values.sort_unstable_by(f32::total_cmp);
    quantile(&values, percent).unwrap_or(f32::NAN)
}

fn memory(load: &Load, before: &Usage, after: &Usage) -> String {
    format!("{:.2} KB", (after.memory - before.memory) / 1000.0 / load.connections as f64)
}

fn processor(from: &Usage, to: &Usage) -> String {
    format!("gateway {:.1} % of a core", to.percent_since(from))
}
