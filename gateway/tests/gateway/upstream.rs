//! Prometheus away, slow, or wrong: the last good snapshot stays, marked stale, and it heals.

use std::time::Instant;

use serde_json::Value;

use crate::fake::{Fake, Mode};
use crate::gateway::{Gateway, INTERVAL};

/// What only the answer to a tick's first question says.
const TARGETS: &str = r#""series":"down""#;

#[tokio::test]
async fn the_last_snapshot_stays_and_says_why_it_is_old() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    let good = gateway.json("/api/v1/overview").await;
    let mut errors = String::new();
    for mode in [Mode::Away, Mode::Slow, Mode::Unavailable, Mode::Html, Mode::Half, Mode::Torn] {
        fake.set(mode);
        // A tick that was under way had its first answer before: the next one has none.
        let is_of_first =
            |it: &Value| mode != Mode::Torn || it["error"].as_str().is_some_and(|it| it.contains(TARGETS));
        let stale = gateway.until("/api/v1/overview", |it| it["stale"] == true && is_of_first(it)).await;
        assert_eq!(stale["cpu"], good["cpu"], "{mode:?}");
        let health = gateway.json("/api/health").await;
        assert_eq!((&health["status"], &health["dependencies"][0]["status"]), (&"degraded".into(), &"down".into()));
        // How long it waited differs.
        let error = stale["error"].as_str().unwrap();
        let error = error.split_once(" within ").map_or(error, |(start, _)| start);
        errors += &format!("{mode:?}: {error}\n");
        fake.set(Mode::Good);
        gateway.until("/api/v1/overview", |it| it["stale"] == false && it["error"].is_null()).await;
    }
    insta::assert_snapshot!(errors, @r#"
    Away: Prometheus cannot be reached: connection closed before message completed
    Slow: Prometheus did not answer
    Unavailable: Prometheus answered with status 503: Service Unavailable
    Html: Prometheus' answer cannot be read: expected value at line 1 column 1, in `<html>Sign in</html>`
    Half: Prometheus' answer cannot be read: it broke off: unexpected EOF during chunk size line
    Torn: Prometheus' answer cannot be read: EOF while parsing an object at line 1 column 222, in `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"series":"down","job":"node","instance":"web-2:9100","rack":"r1"},"value":[1795216105,"0"…`
    "#);
}

#[tokio::test]
async fn a_first_snapshot_may_take_longer_than_those_after_it() {
    let fake = Fake::start(Mode::Late, 0).await;
    let gateway = Gateway::start_with(&fake, |config| config.prometheus.timeout = INTERVAL / 2).await;
    gateway.until("/api/v1/overview", |it| it["servers"].is_object()).await;
}

#[tokio::test]
async fn a_prometheus_that_is_away_at_the_start_is_waited_for() {
    let fake = Fake::start(Mode::Unavailable, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.until("/api/health", |it| it["dependencies"][0]["status"] == "down").await;
    insta::assert_snapshot!(gateway.answer("/api/health").await, @r#"
    503 Service Unavailable
    {
      "at": "<now>",
      "dependencies": [
        {
          "error": "Prometheus answered with status 503: Service Unavailable",
          "latency_seconds": null,
          "name": "prometheus",
          "since": "<now>",
          "status": "down"
        }
      ],
      "snapshot": {
        "age_seconds": null,
        "at": null,
        "servers": 0,
        "stale": true
      },
      "started_at": "<number>",
      "status": "unavailable",
      "version": "0.1.0"
    }
    "#);
    insta::assert_snapshot!(gateway.answer("/api/v1/overview").await, @r#"
    503 Service Unavailable
    {
      "code": "upstream",
      "error": "there is no snapshot yet: Prometheus answered with status 503: Service Unavailable",
      "parameter": null
    }
    "#);
    insta::assert_snapshot!(gateway.answer("/-/ready").await, @r"
    503 Service Unavailable
    there is no snapshot yet
    ");
    assert_eq!(gateway.get("/").await.status(), 200);
    fake.set(Mode::Good);
    gateway.until("/api/health", |it| it["status"] == "ok").await;
}

#[tokio::test]
async fn warnings_are_passed_on() {
    let fake = Fake::start(Mode::Warnings, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    assert_eq!(gateway.json("/api/v1/overview").await["warnings"], serde_json::json!(["one store is away"]));
}

#[tokio::test]
async fn what_is_not_a_number_is_missing() {
    let fake = Fake::start(Mode::NotANumber, 0).await;
    let gateway = Gateway::start(&fake).await;
    let list = gateway.until("/api/v1/servers?filter=web-1", |it| it["matched"] == 1).await;
    let row = &list["servers"][0];
    assert_eq!(row["status"], "up");
    for column in ["cpu_ratio", "load1", "memory_used_bytes", "filesystem", "network_receive_bytes_per_second"] {
        assert!(row[column].is_null(), "{column} is {}", row[column]);
    }
}

#[tokio::test]
async fn a_tick_asks_at_most_twelve_questions_however_many_servers() {
    let mut counts = Vec::new();
    for servers in [0, 300] {
        let fake = Fake::start(Mode::Good, servers).await;
        let gateway = Gateway::start(&fake).await;
        gateway.settled().await;
        assert_eq!(gateway.json("/api/v1/overview").await["servers"]["total"], servers + 3);
        let metrics = gateway.get("/metrics").await.text().await.unwrap();
        let queries = metrics.lines().find_map(|line| line.strip_prefix("sightline_gateway_tick_queries ")).unwrap();
        let queries: u32 = queries.parse().unwrap();
        assert!((1..=12).contains(&queries), "{queries} questions");
        counts.push(queries);
    }
    // One may have had a chore to do, such as to look for new rules.
    assert!(counts[0].abs_diff(counts[1]) <= 1, "more servers, more questions: {counts:?}");
}

#[tokio::test]
async fn a_tick_that_would_be_late_is_skipped_and_counted() {
    let fake = Fake::start(Mode::Late, 0).await;
    let began = Instant::now();
    let gateway = Gateway::start(&fake).await;
    gateway.until("/api/v1/overview", |it| it["servers"]["total"] == 3).await;
    tokio::time::sleep(10 * crate::gateway::INTERVAL).await;
    let metrics = gateway.get("/metrics").await.text().await.unwrap();
    let value = |name: &str| -> u32 {
        let prefix = format!("sightline_gateway_{name} ");
        metrics.lines().find_map(|line| line.strip_prefix(&prefix)).map_or(0, |value| value.parse().unwrap())
    };
    let (made, missed) = (value("ticks_total{outcome=\"ok\"}"), value("ticks_missed_total"));
    // Each takes more than one interval, so at least every second one is left out, on a busy machine more; none is made up for.
    let intervals = began.elapsed().as_millis() / crate::gateway::INTERVAL.as_millis();
    let counted = u128::from(made + missed);
    assert!(made >= 2 && missed + 1 >= made, "{made} made, {missed} missed");
    assert!(counted <= intervals + 1, "{made} made, {missed} missed of {intervals}");
}

#[tokio::test]
async fn all_questions_of_a_tick_are_about_one_instant() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    let overview = gateway.json("/api/v1/overview").await;
    let rows = gateway.json("/api/v1/servers").await;
    // The fake answers every question with this instant, whatever the clock says.
    assert_eq!((&overview["at"], &rows["at"]), (&crate::fake::AT.into(), &crate::fake::AT.into()));
}

/// Nobody had asked about the server before: its row is known all the same.
#[tokio::test]
async fn a_server_that_nobody_had_open_is_shown_as_far_as_it_is_known() {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    fake.set(Mode::Unavailable);
    gateway.until("/api/v1/overview", |it| it["stale"] == true).await;
    let shown = gateway.json("/api/v1/servers/web-1:9100").await;
    assert_eq!(shown["details_error"], "Prometheus answered with status 503: Service Unavailable", "{shown}");
    assert_eq!((&shown["stale"], &shown["server"]["name"]), (&true.into(), &"web-1".into()));
    assert!(shown["server"]["cpu_ratio"].is_number() && shown["system"]["kernel"].is_null(), "{shown}");
    fake.set(Mode::Good);
    gateway.until("/api/v1/servers/web-1:9100", |it| it["details_error"].is_null() && it["stale"] == false).await;
}
