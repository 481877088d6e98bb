//! What is kept as it was sent is only for the very same request, and only for as long as it is true.

use std::time::Duration;

use crate::support::bench::Bench;
use crate::support::gateway::Reply;
use crate::support::samples::DENSE_START;

const START: i64 = DENSE_START + 600;

fn range(end: i64) -> String {
    format!("query_range?query=requests_total&start={START}&end={end}&step=15")
}

#[tokio::test]
async fn the_very_same_request_is_given_the_very_same_answer() {
    let bench = Bench::new().await;
    for path in [
        range(START + 1_800),
        format!("query?query=requests_total&time={START}"),
        format!("series?match[]=requests_total&start={START}&end={}", START + 600),
    ] {
        let direct = bench.directly(&path).await;
        assert_eq!(bench.ask(&path).await.body, direct.body, "{path}");
        for _ in 0..4 {
            let reply = bench.ask(&path).await;
            assert_eq!((reply.from(), &reply.body), ("hit", &direct.body), "{path}");
            let age = reply.headers.get("age").map(|age| age.to_str().unwrap().to_owned());
            assert_eq!(
                age.map(|age| format!("age={age}")),
                reply.cache.split("; ").nth(1).filter(|it| it.starts_with("age")).map(str::to_owned),
                "{}",
                reply.cache
            );
        }
        assert_eq!(bench.faulty.take_asked().len(), 1, "{path}");
    }
}

#[tokio::test]
async fn one_byte_more_is_another_request() {
    let bench = Bench::new().await;
    let path = range(START + 1_800);
    for _ in 0..4 {
        bench.ask(&path).await;
    }
    for (other, from) in [
        (range(START + 1_815), "partial"),
        (format!("{path}&limit=1"), "miss"),
        (format!("{path}&_=1"), "hit"),
        (path.replace("requests_total", "requests_total%7Bjob%3D%22a%22%7D"), "miss"),
    ] {
        let (ours, direct) = (bench.ask(&other).await, bench.directly(&other).await);
        assert_eq!((ours.from(), &ours.body), (from, &direct.body), "{other}");
    }
    // A form in the body of a POST, and a body that a GET should not have, are no part of the line.
    let post = bench.post("query_range", path.split_once('?').unwrap().1).await;
    assert_eq!((post.from(), &post.body), ("hit", &bench.directly(&path).await.body));
}

#[tokio::test]
async fn the_unsettled_end_is_never_kept_ready() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let bench = Bench::with(|config| {
        config.cache.freshness = now - Duration::from_secs(START.unsigned_abs());
        config.cache.volatile = Duration::from_millis(300);
    })
    .await;
    let path = range(START + 600);
    for _ in 0..4 {
        bench.ask(&path).await;
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    bench.faulty.take_asked();
    let later: Reply = bench.ask(&path).await;
    assert_ne!(later.from(), "hit", "{}", later.cache);
    assert_eq!(bench.faulty.take_asked().len(), 1);
}
