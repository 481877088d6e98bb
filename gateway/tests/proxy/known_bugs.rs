//! What other caches in front of Prometheus have got wrong, each a test by name.

use std::time::Duration;

use crate::support::bench::Bench;
use crate::support::faulty::Fault;
use crate::support::gateway::{Reply, content};
use crate::support::samples::{DENSE_END, DENSE_START};

const START: i64 = DENSE_START - DENSE_START % 15 + 600;

fn range(query: &str, start: i64, end: i64, step: &str) -> String {
    format!("query_range?query={query}&start={start}&end={end}&step={step}")
}

async fn assert_like_prometheus(bench: &Bench, path: &str) -> Reply {
    let (ours, direct) = (bench.ask(path).await, bench.directly(path).await);
    assert_eq!(content(&ours.body), content(&direct.body), "{path} ({})", ours.cache);
    ours
}

/// The times of the first series.
fn times(reply: &Reply) -> Vec<f64> {
    let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    body["data"]["result"][0]["values"].as_array().unwrap().iter().map(|point| point[0].as_f64().unwrap()).collect()
}

/// Trickster #96, #116, #198.
#[tokio::test]
async fn data_outside_the_window_is_not_returned() {
    let bench = Bench::new().await;
    bench.ask(&range("requests_total", START, START + 6_000, "15")).await;
    let (start, end) = (START + 1_500, START + 3_000);
    let inner = assert_like_prometheus(&bench, &range("requests_total", start, end, "15")).await;
    assert_eq!(inner.from(), "hit");
    assert!(times(&inner).iter().all(|time| (start as f64..=end as f64).contains(time)));
}

/// Cortex, to this day.
#[tokio::test]
async fn an_aligned_entry_is_not_for_an_unaligned_query() {
    let bench = Bench::new().await;
    bench.ask(&range("requests_total", START, START + 3_600, "15")).await;
    let moved = assert_like_prometheus(&bench, &range("requests_total", START + 7, START + 3_607, "15")).await;
    assert_eq!(times(&moved).len(), 241);
    assert_eq!(times(&moved)[0], (START + 7) as f64);
}

/// Mimir #7721.
#[tokio::test]
async fn limit_is_not_missing_from_the_key() {
    let bench = Bench::new().await;
    for (path, more) in [
        (range("requests_total", START, START + 600, "15"), "&limit=1"),
        ("series?match[]=requests_total&start=1760010000&end=1760011000".to_owned(), "&limit=1"),
        ("labels?start=1760010000&end=1760011000".to_owned(), "&limit=1"),
        (format!("query?query=requests_total&time={START}"), "&limit=1"),
    ] {
        bench.ask(&format!("{path}{more}")).await;
        assert_eq!(assert_like_prometheus(&bench, &path).await.from(), "miss", "{path}");
    }
}

/// Trickster #66.
#[tokio::test]
async fn match_is_not_missing_from_the_key() {
    let bench = Bench::new().await;
    for selector in ["requests_total", "temperature", "info"] {
        for endpoint in ["series", "labels", "label/instance/values"] {
            assert_like_prometheus(&bench, &format!("{endpoint}?match[]={selector}&start={START}&end={}", START + 600))
                .await;
        }
    }
}

/// Trickster keys by the path and `Authorization` only.
#[tokio::test]
async fn a_tenant_is_not_missing_from_the_key() {
    let credential = |name: &str, job: &str| sightline_gateway::config::Credential {
        name: name.to_owned(),
        token: format!("token-of-{name}"),
        labels: [("job".to_owned(), job.to_owned())].into(),
        may_skip_cache: false,
    };
    let bench =
        Bench::with(|config| config.proxy.credentials = vec![credential("one", "a"), credential("two", "b")]).await;
    for path in [
        range("requests_total", START, START + 600, "15"),
        format!("query?query=requests_total&time={START}"),
        format!("series?match[]=requests_total&start={START}&end={}", START + 600),
        format!("label/job/values?start={START}&end={}", START + 600),
    ] {
        for (name, job, other) in [("one", "a", "b"), ("two", "b", "a")] {
            let request = bench
                .client
                .get(format!("{}/api/v1/{path}", bench.gateway.url))
                .bearer_auth(format!("token-of-{name}"));
            let reply = Reply::of(request).await;
            assert_eq!(reply.status, 200, "{}", reply.body);
            assert_eq!(reply.from(), "miss", "{path}");
            assert!(
                reply.body.contains(&format!("\"{job}\"")) && !reply.body.contains(&format!("\"{other}\"")),
                "{path}: {:.300}",
                reply.body
            );
        }
    }
}

/// Trickster cut steps to whole seconds.
#[tokio::test]
async fn a_fractional_step_is_not_truncated() {
    let bench = Bench::new().await;
    for step in ["0.5", "1.5", "0.25", "1.001", "500ms"] {
        let path = range("requests_total", START, START + 60, step);
        assert_like_prometheus(&bench, &path).await;
        assert_eq!(assert_like_prometheus(&bench, &path).await.from(), "hit", "{step}");
    }
    // Less than a millisecond is Prometheus' own business.
    let path = range("requests_total", START, START + 1, "0.0015");
    let (ours, direct) = (bench.ask(&path).await, bench.directly(&path).await);
    assert_eq!((ours.status, ours.body), (direct.status, direct.body));
}

/// Mimir #3493.
#[tokio::test]
async fn at_end_is_not_the_end_of_each_split() {
    let bench = Bench::new().await;
    for query in ["requests_total @ end()", "requests_total @ start()", "max_over_time(requests_total[5m] @ end())"] {
        let query = query.replace(' ', "%20");
        bench.ask(&range(&query, START, START + 3_000, "15")).await;
        let longer = assert_like_prometheus(&bench, &range(&query, START, START + 6_000, "15")).await;
        assert!(longer.cache.contains("reason=at-window"), "{}", longer.cache);
    }
}

/// Thanos #6928, Cortex #5678.
#[tokio::test]
async fn the_future_of_a_negative_offset_is_not_kept() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    // Everything up to half an hour before the end of the samples is settled, and what comes after it is not.
    let bench = Bench::with(|config| {
        config.cache.freshness = now - Duration::from_secs((DENSE_END - 1_800).unsigned_abs());
        config.cache.volatile = Duration::ZERO;
    })
    .await;
    let path = range("requests_total%20offset%20-40m", DENSE_END - 3_600, DENSE_END - 1_860, "15");
    for _ in 0..2 {
        let reply = assert_like_prometheus(&bench, &path).await;
        assert_eq!(reply.from(), "miss", "{}", reply.cache);
    }
}

#[tokio::test]
async fn a_fixed_time_that_is_not_settled_settles_nothing() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let bench = Bench::with(|config| {
        config.cache.freshness = now - Duration::from_secs((DENSE_END - 1_800).unsigned_abs());
        config.cache.volatile = Duration::ZERO;
    })
    .await;
    let at = |time: i64| range(&format!("requests_total%20@%20{time}"), START, START + 600, "15");
    for (path, from) in [(at(DENSE_END - 60), "miss"), (at(START), "hit")] {
        bench.ask(&path).await;
        assert_eq!(assert_like_prometheus(&bench, &path).await.from(), from);
    }
}

/// Thanos #3742, #1984.
#[tokio::test]
async fn a_partial_stores_answer_is_not_kept() {
    let bench = Bench::new().await;
    let path = range("requests_total", START, START + 600, "15");
    bench.faulty.set(Fault::After("\"warnings\":[\"receive series from store: rpc error: connection refused\"]"));
    bench.ask(&path).await;
    bench.faulty.set(Fault::None);
    assert_eq!(assert_like_prometheus(&bench, &path).await.from(), "miss");
}

/// Trickster #489.
#[tokio::test]
async fn a_partial_failure_leaves_no_hole() {
    let bench = Bench::new().await;
    let (start, end) = (DENSE_START, DENSE_START + 6 * 3_600);
    // Two parts far apart, so that there are three to fetch.
    for (start, end) in [(start + 3_600, start + 5_400), (start + 12_600, start + 14_400)] {
        bench.ask(&range("requests_total", start, end, "15")).await;
    }
    bench.faulty.set(Fault::Reset);
    let failed = bench.ask(&range("requests_total", start, end, "15")).await;
    assert_eq!((failed.status, content(&failed.body).status), (503, "error".to_owned()));
    bench.faulty.set(Fault::None);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    bench.faulty.take_asked();
    let healed = assert_like_prometheus(&bench, &range("requests_total", start, end, "15")).await;
    assert_eq!((healed.from(), bench.faulty.take_asked().len()), ("partial", 3));
}

/// Mimir #6446.
#[tokio::test]
async fn a_cancelled_querys_remains_are_not_kept() {
    let bench = Bench::new().await;
    bench.faulty.set(Fault::Slow(Duration::from_secs(20)));
    let path = range("requests_total", START, START + 600, "15");
    let cancelled = tokio::time::timeout(Duration::from_millis(200), bench.ask(&path)).await;
    assert!(cancelled.is_err());
    for _ in 0..50 {
        if bench.faulty.left() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(bench.faulty.left(), 1, "upstream still works for nobody");
    bench.faulty.set(Fault::None);
    assert_eq!(assert_like_prometheus(&bench, &path).await.from(), "miss");
}

/// Trickster #238.
#[tokio::test]
async fn an_empty_answer_is_kept_like_any_other() {
    let bench = Bench::new().await;
    let path = range("nothing_of_this_name", START, START + 600, "15");
    bench.ask(&path).await;
    assert_eq!(assert_like_prometheus(&bench, &path).await.from(), "hit");
}

#[tokio::test]
async fn a_window_that_slides_asks_for_the_unsettled_end_only() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let bench = Bench::with(|config| {
        config.cache.freshness = now - Duration::from_secs((START + 6_000).unsigned_abs()) + Duration::from_secs(60);
        config.cache.volatile = Duration::ZERO;
    })
    .await;
    bench.ask(&range("requests_total", START, START + 6_000, "15")).await;
    let slid = assert_like_prometheus(&bench, &range("requests_total", START + 15, START + 6_015, "15")).await;
    assert_eq!(slid.from(), "partial");
    assert!((5..=7).contains(&slid.fetched()), "60 s are not settled, that is five steps: {}", slid.cache);
}

#[tokio::test]
async fn one_fetch_serves_everyone_who_asks_at_once() {
    let bench = Bench::new().await;
    bench.faulty.set(Fault::Slow(Duration::from_millis(150)));
    // Not only the same window: whoever overlaps waits for what is coming already.
    let paths: Vec<String> =
        (0..30).map(|i| range("requests_total", START + i % 3 * 15, START + 3_000, "15")).collect();
    let replies = futures_util::future::join_all(paths.iter().map(|path| bench.ask(path))).await;
    let asked = bench.faulty.take_asked();
    assert!(asked.len() <= 2, "{asked:?}");
    for (path, reply) in paths.iter().zip(&replies) {
        assert_eq!(content(&reply.body), content(&bench.directly(path).await.body));
    }
    for path in [format!("query?query=requests_total&time={START}"), "labels".to_owned(), "rules".to_owned()] {
        let replies = futures_util::future::join_all((0..30).map(|_| bench.ask(&path))).await;
        assert!(replies.iter().all(|reply| reply.status == 200 && reply.body == replies[0].body), "{path}");
        assert_eq!(bench.faulty.take_asked().len(), 1, "{path}");
    }
}

/// Trickster #521.
#[tokio::test]
async fn a_clients_no_cache_does_not_drop_what_others_use() {
    let bench = Bench::new().await;
    let path = range("requests_total", START, START + 600, "15");
    bench.ask(&path).await;
    let request = bench.client.get(format!("{}/api/v1/{path}", bench.gateway.url)).header("cache-control", "no-cache");
    assert_eq!(Reply::of(request).await.from(), "hit");
    assert_eq!(bench.ask(&path).await.from(), "hit");
}

#[tokio::test]
async fn metrics_that_become_one_are_refused_as_prometheus_refuses_them() {
    let bench = Bench::new().await;
    // Split by time, each half would hold one of the two names only, and nobody would notice.
    let query = "max_over_time%28%7B__name__%3D~%22requests_total|info%22%7D[5m]%29";
    for end in [START + 600, START + 3_000] {
        let path = range(query, START, end, "15");
        let (ours, direct) = (bench.ask(&path).await, bench.directly(&path).await);
        assert_eq!((ours.status, &ours.body), (direct.status, &direct.body));
        assert!(ours.cache.contains("reason=names-may-collide"), "{}", ours.cache);
    }
}
