//! Every expression we ask, on a real Prometheus that scrapes a real exposition: it parses, and it answers.
#![expect(clippy::unwrap_used, reason = "a test may end where it finds what it did not expect")]

mod exposition;
mod process;

use std::time::Duration;

use serde_json::Value;
use sightline_gateway::config::Config;
use sightline_gateway::prometheus::promql::panels::{self, FILESYSTEM_GROWTH, Scope};
use sightline_gateway::prometheus::promql::{Selector, Window, details, gpu_warnings, gpus, hardware, recorded, tick};
use sightline_gateway::server;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use process::Prometheus;

const WINDOW: Window = Window(Duration::from_secs(30));

#[tokio::test(flavor = "multi_thread")]
async fn every_expression_answers_and_the_gateway_shows_it() {
    let target = exposition::serve().await;
    let prometheus = Prometheus::start(target).await;
    prometheus.until_there_are_rates().await;

    for (name, expression, tags) in tick_expressions() {
        let found = prometheus.tags_when_there(&expression, &tags).await;
        for tag in tags {
            assert!(found.contains(&tag), "`{name}` has no `{tag}`, only {found:?}: {expression}");
        }
    }
    let scope = Scope {
        server: Selector::equal(&[("instance", "web-1:9100"), ("job", "node")]),
        host: Selector::any_of("Hostname", ["web-1"]),
        window: WINDOW,
    };
    for panel in panels::all() {
        let count = prometheus.series_over_time(&panel.expression(&scope)).await;
        if panel.id == FILESYSTEM_GROWTH {
            assert_eq!(count, 0, "seconds of history say nothing of growth");
            continue;
        }
        assert!(count > 0, "panel `{}` is empty: {}", panel.id, panel.expression(&scope));
    }
    rules_and_plain_expressions_agree(&prometheus).await;
    the_gateway_shows_every_value(&prometheus).await;
}

/// Name, expression, and the tags or names that its answer must have.
fn tick_expressions() -> Vec<(&'static str, String, Vec<String>)> {
    let servers = Selector::any_of("job", ["node"]);
    let hosts = Selector::any_of("Hostname", ["web-1"]);
    let owned = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>();
    let rules: Vec<_> = recorded::rule_names().collect();
    let measures: Vec<_> = recorded::MEASURES.iter().map(|measure| measure.recorded).collect();
    let by_rules: Vec<_> = measures.iter().copied().filter(|it| !is_summed(it)).collect();
    let fullest = owned(&[recorded::FULLEST_RATIO, recorded::FULLEST_SIZE, recorded::FULLEST_AVAILABLE]);
    let summaries = [
        hardware::TEMPERATURE,
        hardware::GPU_COUNT,
        hardware::GPU_BUSIEST,
        hardware::GPU_BUSY_SUM,
        hardware::GPU_BUSY_COUNT,
        hardware::GPU_MEMORY_USED,
        hardware::GPU_MEMORY_TOTAL,
        hardware::GPU_HOTTEST,
        hardware::GPU_POWER,
    ];
    let warnings = [
        gpu_warnings::LOST,
        gpu_warnings::UNSEEN,
        gpu_warnings::XID,
        gpu_warnings::UNDATED_XID,
        gpu_warnings::ECC,
        gpu_warnings::REMAP_FAILED,
        gpu_warnings::REMAP_PENDING,
        gpu_warnings::THERMAL,
        gpu_warnings::POWER_BRAKE,
        gpu_warnings::POWER_CAPPED,
    ];
    let of_hardware = owned(&[&summaries[..], &warnings].concat());
    let past = Window(Duration::from_secs(3_600));
    vec![
        ("discovery", tick::discovery(past), [owned(&[tick::KNOWN, tick::INTERVAL, tick::RULE])].concat()),
        ("survey", tick::survey(&Selector::any_of("instance", ["web-1:9100"])), owned(&[tick::KNOWN, tick::RULE])),
        ("targets", tick::targets(&servers), owned(&["", recorded::EVALUATED])),
        ("gauges", tick::gauges(&servers), owned(tick::GAUGES)),
        ("measures by rules", recorded::from_rules(&servers), owned(&by_rules)),
        ("measures", recorded::plain(&servers, WINDOW), owned(&measures)),
        ("filesystems by rules", tick::fullest_filesystem(&servers, true), fullest.clone()),
        ("filesystems", tick::fullest_filesystem(&servers, false), fullest),
        (
            "hardware by rules",
            recorded::with_sums_of_jobs(&servers, &hardware::from_rules()),
            [&of_hardware[..], &owned(&recorded::OF_JOBS)].concat(),
        ),
        ("hardware", hardware::plain(&servers, WINDOW), of_hardware),
        ("GPUs", gpus::of_all(WINDOW), owned(&[gpus::GAUGES, &[gpus::HELD_BACK, gpus::PROCESSES]].concat())),
        ("idle GPUs", gpu_warnings::idle_since(), owned(&[])),
        ("columns", tick::columns([("a", "up"), ("b", "node_load1 > 0")]), owned(&["a", "b"])),
        ("last_up", tick::last_up(&servers, past, Window(Duration::from_secs(15))), owned(&[""])),
        (
            "details of gauges",
            details::gauges(&servers, &hosts, WINDOW),
            owned(&[details::GAUGES, gpus::GAUGES, gpus::PROCESS_GAUGES, &[gpus::HELD_BACK, gpus::PROCESSES]].concat()),
        ),
        (
            "details of rates",
            details::rates(&servers, WINDOW),
            [owned(&[details::MODE, details::CORE]), owned(details::COUNTERS)].concat(),
        ),
        ("rules", format!("{{__name__=~\"{}\"}}", rules.join("|")), owned(&rules)),
    ]
}

/// True for measures of which the rules give the fleet's sum only.
fn is_summed(measure: &str) -> bool {
    [recorded::FILESYSTEM_SIZE, recorded::FILESYSTEM_FREE].contains(&measure)
}

async fn rules_and_plain_expressions_agree(prometheus: &Prometheus) {
    let servers = Selector::any_of("job", ["node"]);
    let by_rules = recorded::with_sums_of_jobs(&servers, &recorded::from_rules(&servers));
    let mut by_rules = prometheus.values(&by_rules).await;
    let mut plain = prometheus.values(&recorded::plain(&servers, WINDOW)).await;
    // There is one server, so its job's sums are its own.
    for (sum, of_server) in
        [(recorded::JOB_SIZE, recorded::FILESYSTEM_SIZE), (recorded::JOB_FREE, recorded::FILESYSTEM_FREE)]
    {
        assert_eq!(by_rules.remove(sum), plain.remove(of_server), "{sum}");
    }
    assert_eq!(by_rules.keys().collect::<Vec<_>>(), plain.keys().collect::<Vec<_>>());
    for (measure, value) in &plain {
        // The rules ran up to a second earlier.
        let difference = (value - by_rules[measure]).abs() / value.abs().max(1e-9);
        assert!(difference < 0.2, "{measure}: {value} against {}", by_rules[measure]);
    }
}

async fn the_gateway_shows_every_value(prometheus: &Prometheus) {
    let mut config = Config::default();
    config.prometheus.url = prometheus.url.parse().unwrap();
    config.snapshot.interval = Duration::from_secs(1);
    // Long enough to see that what a panel asked for is there for everyone.
    config.cache.volatile = Duration::from_secs(60);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = CancellationToken::new();
    let gateway = tokio::spawn(server::run(listener, config, shutdown.clone()));

    let list = until(&format!("{base}/api/v1/servers"), |list| list["total"] == 1).await;
    let row = list["servers"][0].as_object().unwrap();
    // These say what is wrong, and nothing is.
    let may_be_null = ["status_since", "status_reason"];
    let missing: Vec<_> =
        row.iter().filter(|(name, value)| value.is_null() && !may_be_null.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} in {row:?}");
    assert_eq!((&row["name"], &row["gpu"]["count"]), (&"web-1".into(), &1.into()));
    let overview = process::get_json(&format!("{base}/api/v1/overview")).await;
    assert_eq!(
        (&overview["gpu"]["utilization_ratio"], &overview["filesystem"]["size_bytes"]),
        (&0.8.into(), &100.0.into())
    );

    let detail = process::get_json(&format!("{base}/api/v1/servers/web-1:9100")).await;
    for list in ["filesystems", "disks", "networks", "gpus", "sensors"] {
        assert!(detail[list].as_array().is_some_and(|items| !items.is_empty()), "{list} of {detail}");
    }
    assert_eq!(detail["gpu_processes"][0]["name"], "python3");
    let gpus = process::get_json(&format!("{base}/api/v1/gpus?filter=utilization%3E0.7")).await;
    assert_eq!((&gpus["matched"], &gpus["gpus"][0]["server_name"]), (&1.into(), &"web-1".into()), "{gpus}");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let path = format!("{base}/api/v1/servers/web-1:9100/panels/cpu?start={}&end={now}&step=1", now - 10);
    let panel = process::get_json(&path).await;
    let values = panel["series"][0]["values"].as_array().unwrap();
    assert_eq!(values.len(), 11);
    assert!(values.iter().any(Value::is_number), "{panel}");
    panels_and_the_proxy_share_a_memory(&base, &panel, (now - 10, now)).await;

    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(15), gateway).await.expect("the gateway stops").unwrap().unwrap();
}

async fn panels_and_the_proxy_share_a_memory(base: &str, panel: &Value, (start, end): (u64, u64)) {
    let expression = panel["expression"].as_str().unwrap();
    let (start, end) = (start.to_string(), end.to_string());
    let form = [("query", expression), ("start", &start), ("end", &end), ("step", "1")];
    let form: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let url = format!("{base}/prometheus/api/v1/query_range?{form}");
    let answer = process::client().get(url).send().await.unwrap();
    let cache = answer.headers()["x-sightline-cache"].to_str().unwrap().to_owned();
    assert!(cache.starts_with("hit; fetched=0"), "{cache}");
}

async fn until(url: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..100 {
        last = process::get_json(url).await;
        if is_so(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{url} stayed {last}");
}
