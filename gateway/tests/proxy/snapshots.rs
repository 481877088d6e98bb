//! The whole gateway around the proxy: its own questions come first, and its counters say what happened.

use std::time::Duration;

use crate::support::faulty::Fault;
use crate::support::gateway::Reply;
use crate::support::samples::DENSE_START;
use crate::support::whole::Whole;

fn range(query: &str) -> String {
    format!("query_range?query={query}&start={DENSE_START}&end={}&step=15", DENSE_START + 600)
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_made_while_callers_ask_for_more_than_there_is_room_for() {
    let mut max_queries = 0;
    let whole = Whole::with(|config| {
        config.snapshot.interval = Duration::from_secs(1);
        config.proxy.max_queries_per_caller = 100;
        config.proxy.max_waiting = 20;
        config.proxy.max_wait = Duration::from_secs(3);
        max_queries = config.proxy.max_queries;
    })
    .await;
    let ticks = async || whole.sample("ticks_total{outcome=\"ok\"}").await.unwrap_or(0.0);

    whole.faulty.set(Fault::SlowRanges(Duration::from_secs(4)));
    let paths: Vec<String> = (0..200).map(|i| range(&format!("up%2B{i}"))).collect();
    let asked = paths.iter().map(|path| whole.ask(path));
    let watch = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let before = ticks().await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        (ticks().await - before, whole.asked_about("query_range"))
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
}

#[tokio::test]
async fn answers_are_counted_by_where_they_came_from_and_why() {
    let whole = Whole::with(|_| {}).await;
    for path in [range("up"), format!("{}&limit=1", range("up")), "write".to_owned()] {
        for _ in 0..5 {
            assert!(whole.ask(&path).await.headers.contains_key("x-sightline-cache"), "{path}");
        }
    }
    for (series, expected) in [
        ("proxy_requests_total{endpoint=\"query_range\",cache=\"miss\",reason=\"\"}", 1.0),
        ("proxy_requests_total{endpoint=\"query_range\",cache=\"hit\",reason=\"\"}", 4.0),
        ("proxy_requests_total{endpoint=\"query_range\",cache=\"miss\",reason=\"limit\"}", 1.0),
        ("proxy_requests_total{endpoint=\"query_range\",cache=\"hit\",reason=\"limit\"}", 4.0),
        ("proxy_refused_total{code=\"403\"}", 5.0),
        ("http_requests_total{route=\"/prometheus/{*path}\",method=\"GET\",code=\"200\"}", 10.0),
    ] {
        assert_eq!(whole.sample(series).await, Some(expected), "{series}");
    }
}
