//! The fleet by remote write: its past in one go, and its present for as long as it is wanted.

use std::io::{self, Write as _};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::client::Client;
use crate::fleet::Server;
use crate::remote_write::{STALE, WriteRequest};
use crate::serve::{Fleet, now};

/// Prometheus takes a sample that is up to an hour older than its newest, so the past comes in slices that are shorter.
const SLICE: f64 = 1_800.0;
/// Large enough that a request's own cost does not show, small enough that nobody has to hold much.
const BODY: usize = 4 << 20;
/// The present comes once a second, each server when its turn is.
const TURN: Duration = Duration::from_secs(1);
/// What the last rule of `prometheus/rules/recording.yml` makes: when all of them were evaluated.
const EVALUATED: &str = r#"rule_group:evaluated:timestamp_seconds{rule_group="sightline"}"#;

/// Which part of the past, and how dense.
pub(crate) struct Past {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) step: f64,
}

/// Writes the past of all servers. While one body is on its way the next is made.
pub(crate) async fn past(fleet: &Fleet, client: Client, past: &Past) -> io::Result<Client> {
    let (bodies, queue) = mpsc::channel(1);
    let posted = tokio::spawn(post_all(client, queue));
    let mut request = WriteRequest::default();
    let mut start = past.start;
    'slices: while start < past.end {
        let end = (start + SLICE).min(past.end);
        for server in fleet.servers() {
            let scrapes = instants(server.turn(), start, end, past.step);
            let evaluations = instants(0.0, start, end, past.step);
            write(fleet, server, &scrapes, &evaluations, past.step, &mut request);
            if request.len() >= BODY && bodies.send(request.take_body()).await.is_err() {
                break 'slices; // why is what `posted` says
            }
        }
        start = end;
    }
    let _ = bodies.send(request.take_body()).await;
    drop(bodies);
    posted.await.map_err(io::Error::other)?
}

/// One after the other, because Prometheus takes only samples that are newer than those it has.
async fn post_all(mut client: Client, mut queue: mpsc::Receiver<Vec<u8>>) -> io::Result<Client> {
    while let Some(body) = queue.recv().await {
        client.post(body).await?;
    }
    Ok(client)
}

/// The times from `start` until before `end` whose part of a step is `turn`, wherever the slice begins.
fn instants(turn: f64, start: f64, end: f64, step: f64) -> Vec<f64> {
    let first = (start / step - turn).ceil();
    (0..).map(|count| (first + f64::from(count) + turn) * step).take_while(|&at| at < end).collect()
}

/// Writes a sample of every series every `interval` seconds, without end. While Prometheus is away samples are lost, as they are
/// when it scrapes.
pub(crate) async fn present(fleet: &Fleet, client: &mut Client, interval: f64) {
    let mut from = now();
    let mut failed = false;
    loop {
        tokio::time::sleep(TURN).await;
        let to = now();
        let result = turn(fleet, client, interval, from.max(to - interval), to).await;
        if let Err(error) = &result
            && !failed
        {
            let _ = writeln!(io::stderr(), "samples are lost: {error}");
        }
        failed = result.is_err();
        from = to;
    }
}

/// Writes the samples of those servers whose turn is after `from` and not after `to`. Rules are evaluated for all servers at
/// once, at the interval's beginning; that they were is said when everything else is.
async fn turn(fleet: &Fleet, client: &mut Client, interval: f64, from: f64, to: f64) -> io::Result<()> {
    let mut request = WriteRequest::default();
    let newest = |turn: f64| Some(((to / interval - turn).floor() + turn) * interval).filter(|&at| at > from);
    let evaluated = newest(0.0);
    for server in fleet.servers() {
        let scraped = newest(server.turn());
        if scraped.or(evaluated).is_some() {
            write(fleet, server, scraped.as_slice(), evaluated.as_slice(), interval, &mut request);
        }
        if request.len() >= BODY {
            client.post(request.take_body()).await?;
        }
    }
    if let Some(at) = evaluated.filter(|_| fleet.has_rules()) {
        request.push(EVALUATED, &[], &[(at, at)]);
    }
    client.post(request.take_body()).await
}

/// What scrapes of this server at these times would have left, and what evaluations of the rules.
fn write(
    fleet: &Fleet,
    server: &Server,
    scrapes: &[f64],
    evaluations: &[f64],
    interval: f64,
    request: &mut WriteRequest,
) {
    let instance = server.instance();
    let target = [
        ("instance", instance.as_str()),
        ("job", "node"),
        ("datacenter", server.datacenter),
        ("rack", server.rack.as_str()),
        ("role", server.kind.role()),
    ];
    let up: Vec<_> = scrapes.iter().map(|&at| (at, f64::from(u8::from(server.answers(at))))).collect();
    request.push("up", &target, &up);
    fleet.template(server).each_series(server, |series, line| {
        let shown = |at: f64| line.value(server, at).filter(|_| server.answers(at));
        // What was there and is no more is marked, as a scrape does it.
        let sample = |&at: &f64| shown(at).or_else(|| shown(at - interval).map(|_| STALE)).map(|value| (at, value));
        // A rule's sum over a server keeps only these two labels.
        let (times, labels) = if line.is_sum { (evaluations, &target[..2]) } else { (scrapes, &target[..]) };
        let samples: Vec<_> = times.iter().filter_map(sample).collect();
        request.push(series, labels, &samples);
    });
}

#[cfg(test)]
mod tests {
    use super::instants;

    #[test]
    fn slices_of_any_length_make_the_whole() {
        let whole = instants(0.4, 1_000.0, 1_060.0, 5.0);
        assert_eq!(whole, (0..12).map(|count| 1_002.0 + 5.0 * f64::from(count)).collect::<Vec<_>>());
        let edges = [1_000.0, 1_002.0, 1_003.0, 1_012.0, 1_060.0];
        let slices: Vec<_> = edges.windows(2).flat_map(|edge| instants(0.4, edge[0], edge[1], 5.0)).collect();
        assert_eq!(slices, whole);
    }
}
