//! Nothing that went wrong is ever remembered, and nobody is given half of an answer for a whole one.

use std::time::Duration;

use futures_util::StreamExt as _;

use crate::support::bench::Bench;
use crate::support::faulty::{Fault, Faulty};
use crate::support::gateway::{Gateway, Reply, content, http_client};
use crate::support::prometheus::free_port;
use crate::support::samples::DENSE_START;

const RANGE: (i64, i64) = (DENSE_START + 600, DENSE_START + 3_600);

fn range(query: &str) -> String {
    range_of(query, RANGE)
}

fn range_of(query: &str, (start, end): (i64, i64)) -> String {
    format!("query_range?query={query}&start={start}&end={end}&step=15")
}

fn faults() -> Vec<Fault> {
    vec![
        Fault::Reset,
        Fault::Half,
        Fault::HalfWithItsLength,
        Fault::LongLength,
        Fault::ChunkedWithoutEnd,
        Fault::Drip,
        Fault::Silence,
        Fault::Status(503, "Service Unavailable"),
        Fault::Status(502, "<html><body>Bad Gateway</body></html>"),
        Fault::Status(504, "<html><body>Gateway Time-out</body></html>"),
        Fault::Status(500, "oops"),
        Fault::Status(429, "slow down"),
        Fault::Status(302, ""),
        Fault::Status(200, "<html><body>Please sign in</body></html>"),
        Fault::Status(200, ""),
        Fault::Status(204, ""),
        Fault::Body("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["),
        Fault::Body("null"),
        Fault::Error(503, "timeout"),
        Fault::Error(500, "internal"),
        Fault::LyingGzip,
    ]
}

#[tokio::test]
async fn a_fault_is_an_error_in_prometheus_form_and_leaves_nothing() {
    let prometheus = Bench::prometheus().await;
    let tried = faults().into_iter().map(|fault| {
        let prometheus = prometheus.clone();
        async move {
            let bench = Bench::before(prometheus, |config| config.proxy.timeout = Duration::from_secs(3)).await;
            try_fault(&bench, fault).await;
        }
    });
    futures_util::stream::iter(tried).buffer_unordered(4).collect::<()>().await;
}

async fn try_fault(bench: &Bench, fault: Fault) {
    let paths = [
        range("requests_total"),
        // Long enough to be passed on live.
        range_of("temperature", (DENSE_START, DENSE_START + 6 * 3_600)),
        format!("query?query=requests_total&time={}", RANGE.1),
        format!("series?match[]=requests_total&start={}&end={}", RANGE.0, RANGE.1),
    ];
    bench.faulty.set(fault.clone());
    let asked = paths.iter().map(|path| expect_refusal(bench, &fault, path));
    futures_util::future::join_all(asked).await;
    // Past the moment for which upstream's errors are remembered, and the breaker's pause.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    bench.faulty.set(Fault::None);
    for path in &paths {
        let (healed, direct) = (bench.ask(path).await, bench.directly(path).await);
        assert_eq!(healed.status, 200, "{fault:?} {path}: {}", healed.body);
        assert_ne!(healed.from(), "hit", "{fault:?} {path}");
        assert_eq!(content(&healed.body), content(&direct.body), "{fault:?} {path}");
    }
}

async fn expect_refusal(bench: &Bench, fault: &Fault, path: &str) {
    let request = bench.client.get(format!("{}/api/v1/{path}", bench.gateway.url));
    // Broken off while it was passed on live: the connection ends without an end, which no client takes for whole.
    let Ok(response) = request.send().await else { return };
    let status = response.status().as_u16();
    let Ok(body) = response.text().await else { return };
    assert!([422, 500, 503].contains(&status), "{fault:?} {path}: {status} {body:.200}");
    assert_eq!(content(&body).status, "error", "{fault:?} {path}: {body:.200}");
}

#[tokio::test]
async fn what_upstream_calls_incomplete_is_passed_on_but_not_kept() {
    let bench = Bench::new().await;
    for (i, fault) in [
        Fault::Extra("\"isPartial\":true"),
        Fault::After("\"warnings\":[\"a store is down\"]"),
        Fault::Header("Cache-Control: private, no-store"),
    ]
    .into_iter()
    .enumerate()
    {
        for path in [
            range(&format!("requests_total%2B{i}")),
            format!("query?query=requests_total%2B{i}&time={}", RANGE.1),
            format!("labels?start={}&end={}", RANGE.0 + i64::try_from(i).unwrap(), RANGE.1),
        ] {
            bench.faulty.set(fault.clone());
            let spoilt = bench.ask(&path).await;
            assert_eq!(spoilt.status, 200, "{fault:?} {path}");
            if let Fault::After(_) = fault {
                assert!(spoilt.body.ends_with("\"warnings\":[\"a store is down\"]}"), "{}", spoilt.body);
            }
            bench.faulty.set(Fault::None);
            let healed = bench.ask(&path).await;
            assert_eq!(healed.from(), "miss", "{fault:?} {path}: {}", healed.cache);
            assert_eq!(content(&healed.body), content(&bench.directly(&path).await.body));
        }
    }
}

#[tokio::test]
async fn annotations_about_the_query_are_kept_with_the_data() {
    let bench = Bench::new().await;
    let info = "\"infos\":[\"PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \\\"temperature\\\" (1:6)\"]";
    bench.faulty.set(Fault::After(info));
    let path = range("rate(temperature[5m])");
    let first = bench.ask(&path).await;
    let second = bench.ask(&path).await;
    assert_eq!(second.from(), "hit", "{}", second.cache);
    assert_eq!(first.body, second.body);
    assert!(second.body.ends_with(&format!("{info}}}")), "{}", &second.body[second.body.len() - 300..]);
    // Positions in a note are positions in a text: other text, other question.
    let other = bench.ask(&range("rate(%20temperature[5m])")).await;
    assert_eq!(other.from(), "miss");
    // An annotation that depends on the data is only good for the very same window.
    bench
        .faulty
        .set(Fault::After("\"warnings\":[\"PromQL warning: encountered a mix of histograms and floats (1:6)\"]"));
    let path = range("rate(info[5m])");
    assert_eq!(bench.ask(&path).await.from(), "miss");
    assert_eq!(bench.ask(&path).await.from(), "hit");
    assert_eq!(bench.ask(&range_of("rate(info[5m])", (RANGE.0 + 15, RANGE.1))).await.from(), "miss");
}

#[tokio::test]
async fn upstreams_own_errors_keep_their_words_and_status() {
    let bench = Bench::new().await;
    for path in [
        "query?query=sum(",
        "query_range?query=up&start=0&end=10&step=0",
        "query_range?query=up&start=10&end=0&step=1",
        "query_range?query=up&start=x&end=10&step=1",
        "query_range?query=up&start=0&end=11001&step=1",
        "query_range?query=up&start=0&end=10&step=1&timeout=never",
        "query?query=requests_total%2Brequests_total%2Bon(job)requests_total&time=1760010000",
        "query",
        "series",
        "label/a-b/values",
        "query?query=up&time=yesterday",
    ] {
        let (ours, direct) = (bench.ask(path).await, bench.directly(path).await);
        assert_eq!((ours.status, &ours.body), (direct.status, &direct.body), "{path}");
        assert!(ours.status == 400 || ours.status == 422, "{path}: {}", ours.status);
        assert_eq!(ours.headers["content-type"], "application/json", "{path}");
    }
}

#[tokio::test]
async fn a_querys_own_error_is_remembered_for_a_while() {
    let bench = Bench::new().await;
    let ask = |end: i64| range_of("sum(requests_total", (RANGE.0, end));
    assert_eq!(bench.ask(&ask(RANGE.1)).await.status, 400);
    assert_eq!(bench.ask(&ask(RANGE.1 + 15)).await.status, 400);
    assert_eq!(bench.faulty.take_asked().len(), 1, "a query that cannot be read cannot be read later either");
}

#[tokio::test]
async fn settled_data_outlives_upstream_and_the_end_is_shown_with_its_age() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let bench = Bench::with(|config| {
        config.cache.freshness = Duration::from_secs((now - RANGE.1 + 300).unsigned_abs());
        config.cache.volatile = Duration::ZERO;
    })
    .await;
    let settled = range_of("requests_total", (RANGE.0, RANGE.1 - 900));
    let whole = range("requests_total");
    let before = bench.ask(&whole).await;
    assert_eq!(before.from(), "miss");

    bench.faulty.set(Fault::Reset);
    assert_eq!(bench.ask(&settled).await.from(), "hit");

    let stale = bench.ask(&whole).await;
    assert_eq!(stale.status, 200);
    assert!(stale.cache.starts_with("partial; reason=stale"), "{}", stale.cache);
    assert!(stale.headers.contains_key("age") && stale.headers.contains_key("warning"), "{:?}", stale.headers);
    let (old, new) = (content(&before.body), content(&stale.body));
    assert_eq!(old.series, new.series);
    assert!(
        new.warnings[0].contains("upstream does not answer") && new.warnings[0].contains("s ago"),
        "{:?}",
        new.warnings
    );

    // One who acts on the answer says that he would rather have none.
    let request = bench.client.get(format!("{}/api/v1/{whole}", bench.gateway.url)).header("cache-control", "no-cache");
    assert_eq!(Reply::of(request).await.status, 503);
    // What was never asked for is not there, and is not shown as empty.
    assert_eq!(bench.ask(&range("temperature")).await.status, 503);
    assert_eq!(bench.ask(&range_of("requests_total", (RANGE.0 - 9_000, RANGE.1))).await.status, 503);
}

#[tokio::test]
async fn the_last_instant_answer_is_shown_with_its_age_while_upstream_is_away() {
    let bench = Bench::with(|config| config.cache.volatile = Duration::ZERO).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let query = |time: u64| format!("query?query=vector(1)%20%2B%20time()&time={time}");
    let before = bench.ask(&query(now)).await;
    assert_eq!(before.from(), "miss");
    let labels = format!("labels?start={}&end={}", RANGE.0, RANGE.1);
    bench.ask(&labels).await;
    let rules = bench.ask("rules").await;
    assert_eq!(rules.status, 200);

    bench.faulty.set(Fault::Reset);
    let stale = bench.ask(&query(now + 15)).await;
    assert_eq!((stale.status, stale.cache.as_str()), (200, "hit; reason=stale; age=0"));
    assert_eq!(stale.headers["warning"], "110 - \"Response is Stale\"");
    assert!(stale.headers.contains_key("age"));
    let (old, new) = (content(&before.body), content(&stale.body));
    assert_eq!((&old.series, old.warnings.len()), (&new.series, 0));
    assert!(new.warnings[0].contains("upstream does not answer") && new.warnings[0].contains("s ago"), "{new:?}");
    assert_eq!(bench.ask(&labels).await.from(), "hit", "still fresh");

    // What is known is later than what is asked for; what cannot be read; what was never asked; who would rather have none.
    for path in [query(now - 60), query(now).replace("&time=", "&time=x"), "query?query=vector(2)".to_owned()] {
        assert_eq!(bench.ask(&path).await.status, 503, "{path}");
    }
    let url = format!("{}/api/v1/{}", bench.gateway.url, query(now + 15));
    assert_eq!(Reply::of(bench.client.get(url).header("cache-control", "no-cache")).await.status, 503);
    // It is not kept as if it were new.
    bench.faulty.set(Fault::None);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let healed = bench.ask(&query(now + 15)).await;
    assert_eq!((healed.from(), content(&healed.body).warnings.len()), ("miss", 0));
}

#[tokio::test]
async fn a_connection_that_is_refused_is_an_error_and_leaves_nothing() {
    let prometheus = Bench::prometheus().await;
    let port = free_port();
    let gateway = Gateway::start_with(&format!("http://127.0.0.1:{port}/"), |_| {}).await;
    let client = http_client();
    let ask = |path: &str| Reply::of(client.get(format!("{}/api/v1/{path}", gateway.url)));
    let paths = [range("requests_total"), format!("query?query=requests_total&time={}", RANGE.1), "rules".to_owned()];
    for path in &paths {
        let refused = ask(path).await;
        assert_eq!((refused.status, content(&refused.body).status), (503, "error".to_owned()), "{path}");
    }
    let faulty = Faulty::start_at(port, &prometheus.url).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    for path in &paths {
        let healed = ask(path).await;
        assert_eq!((healed.status, healed.from()), (200, "miss"), "{path}: {}", healed.body);
    }
    assert_eq!(faulty.take_asked().len(), paths.len());
}

#[tokio::test]
async fn a_failed_part_fails_the_whole_and_keeps_the_good_parts() {
    let bench = Bench::new().await;
    let early = range_of("requests_total", (DENSE_START, DENSE_START + 3_000));
    assert_eq!(bench.ask(&early).await.from(), "miss");
    bench.faulty.set(Fault::Half);
    let longer = range_of("requests_total", (DENSE_START, DENSE_START + 6_000));
    assert_eq!(bench.ask(&longer).await.status, 503);
    bench.faulty.set(Fault::None);
    bench.faulty.take_asked();
    let healed = bench.ask(&longer).await;
    assert_eq!(healed.from(), "partial", "{}", healed.cache);
    assert_eq!(healed.fetched(), 200);
    assert_eq!(content(&healed.body), content(&bench.directly(&longer).await.body));
}

#[tokio::test]
async fn an_upstream_that_is_gone_is_not_asked_by_everyone() {
    let bench = Bench::new().await;
    bench.faulty.set(Fault::Reset);
    for i in 0..40 {
        let reply = bench.ask(&format!("query?query=up%2B{i}&time=5")).await;
        assert_eq!(reply.status, 503);
        assert_eq!(content(&reply.body).status, "error");
    }
    assert!(bench.faulty.take_asked().len() < 15, "the breaker lets a probe through now and then, no more");
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_refused_with_the_limit_in_words() {
    let bench = Bench::with(|config| config.proxy.max_response_bytes = 1 << 16).await;
    let reply = bench.ask(&range_of("temperature", (DENSE_START, DENSE_START + 6 * 3_600))).await;
    assert_eq!(reply.status, 422, "{}", reply.body);
    assert!(reply.body.contains("65536 bytes, which is the limit"), "{}", reply.body);
}
