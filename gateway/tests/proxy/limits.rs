//! What is refused, and in which words.

use std::time::Duration;

use sightline_gateway::config::Credential;

use crate::support::bench::Bench;
use crate::support::faulty::Fault;
use crate::support::gateway::{Reply, content};
use crate::support::samples::DENSE_START;

#[tokio::test]
async fn only_the_listed_endpoints_are_open() {
    let bench = Bench::with(|config| config.proxy.open = vec!["targets".to_owned()]).await;
    for path in
        ["status/config", "status/flags", "status/tsdb", "admin/tsdb/snapshot", "write", "read", "%2e%2e/%2e%2e/-/quit"]
    {
        let reply = bench.ask(path).await;
        assert_eq!((reply.status, content(&reply.body).status), (403, "error".to_owned()), "{path}");
    }
    for url in ["", "/", "/graph", "/-/quit", "/federate"] {
        let reply = Reply::of(bench.client.get(format!("{}{url}", bench.gateway.url))).await;
        assert_eq!((reply.status, content(&reply.body).status), (403, "error".to_owned()), "{url}");
        assert_eq!(reply.cache, "bypass; reason=refused");
    }
    let post = bench.post("admin/tsdb/delete_series", "match[]=up").await;
    assert_eq!(post.status, 403);
    assert_eq!(bench.faulty.take_asked(), Vec::<String>::new(), "a refusal is not asked of upstream");

    let targets = bench.ask("targets").await;
    assert_eq!((targets.status, targets.from()), (200, "bypass"));
}

#[tokio::test]
async fn limits_are_said_in_words() {
    let bench = Bench::with(|config| {
        config.proxy.max_points = 100;
        config.proxy.max_range = Duration::from_secs(86_400);
        config.proxy.max_lookback = Duration::from_secs(3_600);
        config.http.max_body_bytes = 20_000;
    })
    .await;
    let nested = format!("query?query={}1{}", "(".repeat(200), ")".repeat(200));
    let chain = format!("query?query=1{}", "%2B1".repeat(1_500));
    for (path, words) in [
        ("query_range?query=up&start=0&end=1001&step=1", "more than 100 points, which is the limit"),
        ("query_range?query=up&start=0&end=90000&step=10000", "the limit is 86400s"),
        ("query_range?query=rate(up[2h])&start=0&end=10&step=1", "looks back 7200s, the limit is 3600s"),
        (nested.as_str(), "more than 100 deep, which is the limit"),
        (chain.as_str(), "more than 1000 operators, which is the limit"),
    ] {
        let reply = bench.ask(path).await;
        assert_eq!(reply.status, 422, "{path}: {}", reply.body);
        assert!(
            reply.body.contains("\"errorType\":\"execution\"") && reply.body.contains(words),
            "{path}: {}",
            reply.body
        );
    }
    let long = bench.post("query", &format!("query={}", "1".repeat(17_000))).await;
    assert!(long.status == 422 && long.body.contains("17000 bytes, the limit is 16384"), "{}", long.body);
    let longer = bench.post("query", &"x".repeat(30_000)).await;
    assert!(longer.status == 422 && longer.body.contains("longer than 20000 bytes"), "{}", longer.body);
}

#[tokio::test]
async fn what_is_known_to_become_too_long_is_not_asked() {
    let bench = Bench::with(|config| config.proxy.max_response_bytes = 1 << 16).await;
    let range = |points: i64| {
        format!("query_range?query=temperature&start={DENSE_START}&end={}&step=15", DENSE_START + 15 * points)
    };
    assert_eq!(bench.ask(&range(40)).await.status, 200);
    bench.faulty.take_asked();
    let refused = bench.ask(&range(10_000)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("of 10001 points would be far more than 65536 bytes"), "{}", refused.body);
    assert_eq!(bench.faulty.take_asked(), Vec::<String>::new());
}

#[tokio::test]
async fn the_callers_timeout_counts_and_is_passed_on_shorter() {
    let bench = Bench::new().await;
    bench.ask("query?query=1&time=1&timeout=10").await;
    let asked = bench.faulty.take_asked().remove(0);
    let timeout: f64 = asked.split("timeout=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
    assert!((9.0..10.0).contains(&timeout), "{asked}");

    bench.faulty.set(Fault::Silence);
    let started = std::time::Instant::now();
    let reply = bench.ask("query?query=2&time=1&timeout=300ms").await;
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("\"errorType\":\"timeout\""), "{}", reply.body);
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_caller_that_asks_too_much_waits_and_is_told_when_to_come_back() {
    let bench = Bench::with(|config| {
        config.proxy.max_queries_per_caller = 2;
        config.proxy.max_wait = Duration::from_millis(200);
    })
    .await;
    bench.faulty.set(Fault::Slow(Duration::from_secs(1)));
    let paths: Vec<String> = (0..6).map(|i| format!("query?query={i}&time=1")).collect();
    let replies = futures_util::future::join_all(paths.iter().map(|path| bench.ask(path))).await;
    let refused: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 503).collect();
    assert_eq!(refused.len(), 4);
    assert!(refused.iter().all(|reply| reply.headers.contains_key("retry-after")));
    assert!(refused[0].body.contains("2 queries of one caller"), "{}", refused[0].body);
}

fn credentials() -> Vec<Credential> {
    let credential = |name: &str, labels: &[(&str, &str)], may_skip_cache| Credential {
        name: name.to_owned(),
        token: format!("token-of-{name}"),
        labels: labels.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        may_skip_cache,
    };
    vec![credential("admin", &[], true), credential("confined", &[("job", "a")], false)]
}

async fn ask_as(bench: &Bench, who: &str, path: &str, order: Option<&str>) -> Reply {
    let mut request =
        bench.client.get(format!("{}/api/v1/{path}", bench.gateway.url)).bearer_auth(format!("token-of-{who}"));
    if let Some(order) = order {
        request = request.header("x-sightline-cache", order);
    }
    Reply::of(request).await
}

#[tokio::test]
async fn a_confined_caller_sees_his_labels_whatever_he_asks() {
    let bench = Bench::with(|config| config.proxy.credentials = credentials()).await;
    assert_eq!(bench.ask("query?query=1&time=1").await.status, 401);
    let time = DENSE_START + 3_000;
    for query in [
        "requests_total",
        "requests_total{job=\"b\"} or requests_total",
        "label_replace(sum by (job) (rate(requests_total[5m])), \"x\", \"$1\", \"job\", \"(.*)\")",
        "max_over_time((requests_total or requests_total{job=~\".*\"})[5m:1m])",
        "{__name__=~\".+\",job!=\"\"}",
    ] {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let reply = ask_as(&bench, "confined", &format!("query?query={query}&time={time}"), None).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.body);
        assert!(
            reply.body.contains("\"job\":\"a\"") && !reply.body.contains("\"job\":\"b\""),
            "{query}: {:.300}",
            reply.body
        );
        assert!(
            ask_as(&bench, "admin", &format!("query?query={query}&time={time}"), None)
                .await
                .body
                .contains("\"job\":\"b\"")
        );
    }
    for (path, status) in [
        ("query?query=rate(requests_total[1h/2])&time=5", 400),
        ("series?match[]=sum(requests_total)", 400),
        ("rules", 403),
        ("alerts", 403),
        ("metadata", 403),
        ("targets/metadata", 403),
        ("query?query=1%2B1&time=4", 200),
        ("status/buildinfo", 200),
    ] {
        assert_eq!(ask_as(&bench, "confined", path, None).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn only_who_may_skips_or_drops_what_is_cached() {
    let bench = Bench::with(|config| config.proxy.credentials = credentials()).await;
    let path = format!("query_range?query=requests_total&start={DENSE_START}&end={}&step=15", DENSE_START + 600);
    let ask = |order| ask_as(&bench, "admin", &path, order);
    assert_eq!(ask(None).await.from(), "miss");
    assert_eq!(ask(Some("skip")).await.from(), "miss");
    assert_eq!(ask(None).await.from(), "hit");
    // Three times from memory: found, seen again, and kept ready. Who drops it drops that, too.
    for _ in 0..3 {
        assert_eq!(ask(None).await.from(), "hit");
    }
    assert_eq!(ask(Some("drop")).await.from(), "miss");
    bench.faulty.take_asked();
    assert_eq!(ask_as(&bench, "admin", &path, None).await.from(), "hit");
    assert_eq!(ask(Some("drop-all")).await.from(), "miss");
    assert_eq!(ask(Some("everything")).await.status, 400);
    assert_eq!(ask_as(&bench, "confined", &path, Some("drop")).await.status, 403);
}
