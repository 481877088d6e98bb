//! The whole gateway around the proxy: its own questions come first, and its counters say what happened.

use std::time::Duration;

use sightline_gateway::config::Config;
use sightline_gateway::server;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::bench::Bench;
use crate::support::faulty::{Fault, Faulty};
use crate::support::gateway::{Reply, http_client};
use crate::support::samples::DENSE_START;

/// The value of one series of the gateway's own metrics; nothing when it is not there.
fn sample(metrics: &str, series: &str) -> Option<f64> {
    metrics.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_made_while_callers_ask_for_more_than_there_is_room_for() {
    let prometheus = Bench::prometheus().await;
    let faulty = Faulty::start(&prometheus.url).await;
    let mut config = Config::default();
    config.prometheus.url = faulty.url.parse().unwrap();
    config.snapshot.interval = Duration::from_secs(1);
    config.proxy.max_queries_per_caller = 100;
    config.proxy.max_waiting = 20;
    config.proxy.max_wait = Duration::from_secs(3);
    let max_queries = config.proxy.max_queries;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = CancellationToken::new();
    let gateway = tokio::spawn(server::run(listener, config, shutdown.clone()));
    let client = http_client();
    let metrics = async || Reply::of(client.get(format!("{base}/metrics"))).await.body;
    let ticks = async || sample(&metrics().await, "sightline_gateway_ticks_total{outcome=\"ok\"}").unwrap_or(0.0);

    faulty.set(Fault::SlowRanges(Duration::from_secs(4)));
    let asked = (0..200).map(|i| {
        let window = format!("start={DENSE_START}&end={}&step=15", DENSE_START + 600);
        Reply::of(client.get(format!("{base}/prometheus/api/v1/query_range?query=up%2B{i}&{window}")))
    });
    let watch = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let before = ticks().await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let during = faulty.take_asked().iter().filter(|asked| asked.contains("query_range")).count();
        (ticks().await - before, during)
    };
    let (replies, (made, during)) = tokio::join!(futures_util::future::join_all(asked), watch);
    assert!(made >= 2.0, "{made} snapshots in 3 s");
    assert_eq!(during, max_queries, "that many ranges were with upstream all the while");
    let (answered, refused): (Vec<Reply>, Vec<Reply>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!((answered.len(), refused.len()), (max_queries, 200 - max_queries));
    for reply in &refused {
        assert_eq!(reply.status, 503, "{}", reply.body);
        assert!(reply.headers.contains_key("retry-after"), "{}", reply.body);
    }

    // What happened is counted, by where the answer came from and why.
    faulty.set(Fault::None);
    let path = format!("{base}/prometheus/api/v1/query_range?query=up&start={DENSE_START}&end={}", DENSE_START + 600);
    for path in
        [format!("{path}&step=15"), format!("{path}&step=15&limit=1"), format!("{base}/prometheus/api/v1/write")]
    {
        for _ in 0..4 {
            Reply::of(client.get(&path)).await;
        }
    }
    let metrics = metrics().await;
    for (series, expected) in [
        ("proxy_requests_total{endpoint=\"query_range\",cache=\"hit\",reason=\"\"}", 3.0),
        ("proxy_requests_total{endpoint=\"query_range\",cache=\"miss\",reason=\"limit\"}", 1.0),
        ("proxy_requests_total{endpoint=\"query_range\",cache=\"hit\",reason=\"limit\"}", 3.0),
        ("proxy_refused_total{code=\"403\"}", 4.0),
    ] {
        assert_eq!(sample(&metrics, &format!("sightline_gateway_{series}")), Some(expected), "{series} of {metrics}");
    }
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(20), gateway).await.unwrap().unwrap().unwrap();
}
