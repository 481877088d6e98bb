//! Every documented parameter of every endpoint: asked once without it and once with it, the second time upstream is asked.

use crate::support::bench::Bench;
use crate::support::faulty::Fault;

/// Endpoint, what is asked first, and what is added one at a time. From Prometheus' `web/api/v1/api.go` (2.42 to 3.x).
const PARAMETERS: &[(&str, &str, &[&str])] = &[
    (
        "query",
        "query=requests_total&time=1760010000",
        &[
            "time=1760010015",
            "query=temperature",
            "limit=1",
            "lookback_delta=1m",
            "stats=all",
            "dedup=false",
            "nocache=1",
            "unknown=x",
        ],
    ),
    (
        "query_range",
        "query=requests_total&start=1760010000&end=1760011000&step=15",
        &[
            "query=temperature",
            "start=1760010007",
            "start=1760009000",
            "end=1760011500",
            "step=30",
            "step=15.001",
            "limit=1",
            "lookback_delta=1m",
            "stats=all",
            "dedup=false",
            "max_source_resolution=5m",
            "partial_response=false",
            "nocache=1",
            "unknown=x",
        ],
    ),
    (
        "query_exemplars",
        "query=requests_total&start=1760010000&end=1760011000",
        &["query=temperature", "start=1760010001", "end=1760011001"],
    ),
    (
        "series",
        "match[]=requests_total&start=1760010000&end=1760011000",
        &["match[]=temperature", "start=1760010001", "end=1760011001", "limit=1"],
    ),
    (
        "labels",
        "start=1760010000&end=1760011000",
        &["match[]=temperature", "start=1760010001", "end=1760011001", "limit=1"],
    ),
    (
        "label/job/values",
        "start=1760010000&end=1760011000",
        &["match[]=requests_total", "start=1760010001", "end=1760011001", "limit=1"],
    ),
    ("metadata", "", &["metric=up", "limit=1", "limit_per_metric=1"]),
    ("targets/metadata", "", &["match_target={job=\"a\"}", "metric=up", "limit=1"]),
    (
        "rules",
        "",
        &[
            "type=alert",
            "type=record",
            "rule_name[]=a",
            "rule_group[]=a",
            "file[]=a",
            "match[]=up",
            "exclude_alerts=true",
            "group_limit=1",
            "group_next_token=a",
        ],
    ),
    ("format_query", "query=up", &["query=down"]),
    ("parse_query", "query=up", &["query=down"]),
    ("alerts", "", &["unknown=x"]),
    ("status/buildinfo", "", &["unknown=x"]),
    ("features", "", &["unknown=x"]),
];

#[tokio::test]
async fn an_answer_is_never_for_another_question() {
    let bench = Bench::new().await;
    // What 2.42 does not know yet is answered, too: it is the key that is tested, not Prometheus.
    bench.faulty.set(Fault::Body("{\"status\":\"success\",\"data\":[]}"));
    for (endpoint, first, others) in PARAMETERS {
        for other in *others {
            let name = other.split('=').next().unwrap();
            let mut pairs: Vec<&str> = first.split('&').filter(|pair| !pair.is_empty()).collect();
            let without = format!("{endpoint}?{}", pairs.join("&"));
            // A list grows; anything else is replaced.
            if !name.ends_with("[]") {
                pairs.retain(|pair| pair.split('=').next() != Some(name));
            }
            pairs.push(other);
            let with = format!("{endpoint}?{}", pairs.join("&"));

            bench.ask(&without).await;
            bench.faulty.take_asked();
            let reply = bench.ask(&with).await;
            let asked = bench.faulty.take_asked();
            assert!(
                !asked.is_empty() && reply.from() != "hit",
                "{with} was answered from the entry of {without}: {}",
                reply.cache
            );
            let value: String =
                url::form_urlencoded::byte_serialize(other.split_once('=').unwrap().1.as_bytes()).collect();
            assert!(asked[0].contains(&value), "{other} is missing from what upstream was asked: {asked:?}");

            // And to show that it is the parameter that matters: the same again is in memory.
            assert_eq!(bench.ask(&with).await.from(), "hit", "{with}");
            bench.faulty.take_asked();
        }
    }
}

#[tokio::test]
async fn range_data_is_kept_apart_by_everything_but_its_window() {
    let bench = Bench::new().await;
    let (_, first, others) = PARAMETERS[1];
    for other in others.iter().filter(|other| !other.starts_with("end") && **other != "start=1760009000") {
        let name = other.split('=').next().unwrap();
        bench.ask(&format!("query_range?{first}")).await;
        let mut pairs: Vec<&str> = first.split('&').filter(|pair| pair.split('=').next() != Some(name)).collect();
        pairs.push(other);
        let reply = bench.ask(&format!("query_range?{}", pairs.join("&"))).await;
        assert_eq!(reply.from(), "miss", "{other}: {}", reply.cache);
    }
}

#[tokio::test]
async fn what_is_left_out_of_the_key_is_a_short_list() {
    let bench = Bench::new().await;
    let asked = "query_range?query=requests_total&start=1760010000&end=1760011000&step=15";
    bench.ask(asked).await;
    for irrelevant in ["timeout=30s", "_=12345"] {
        assert_eq!(bench.ask(&format!("{asked}&{irrelevant}")).await.from(), "hit", "{irrelevant}");
    }
    // Blanks and comments do not change a query either, nor does the way in which a number is written.
    let other = "query_range?query=%20requests_total%20%23x&start=1760010000.0&end=2025-10-09T11:56:40Z&step=15s";
    assert_eq!(bench.ask(other).await.from(), "hit");
}
