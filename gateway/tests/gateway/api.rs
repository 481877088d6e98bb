//! What each resource answers.

use crate::fake::{Fake, Mode};
use crate::gateway::Gateway;

async fn gateway() -> (Fake, Gateway) {
    let fake = Fake::start(Mode::Good, 0).await;
    let gateway = Gateway::start(&fake).await;
    gateway.settled().await;
    (fake, gateway)
}

#[tokio::test]
async fn overview_sums_what_is_fresh() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/overview").await, @"");
}

#[tokio::test]
async fn servers_are_listed_with_the_worst_first() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/servers").await, @"");
}

#[tokio::test]
async fn servers_are_filtered_sorted_and_paged() {
    let (_fake, gateway) = gateway().await;
    let mut pages = String::new();
    for query in [
        "sort=name", "sort=-name", "sort=cpu", "sort=-cpu", "filter=status:down", "filter=rack:r1", "filter=!web",
        "filter=WEB+cpu%3E0.2", "filter=gpu.temperature%3E%3D71", "filter=cpu%3C0.3", "limit=1&offset=1", "offset=9",
    ] {
        let page = gateway.json(&format!("/api/v1/servers?{query}")).await;
        let names: Vec<_> = page["servers"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        pages += &format!("{query}: {} of {}, {} match\n", names.join(" "), page["total"], page["matched"]);
    }
    insta::assert_snapshot!(pages, @"");
}

#[tokio::test]
async fn one_server_has_everything() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/servers/web-1:9100").await, @"");
    let gpus = gateway.json("/api/v1/servers/gpu-1%3A9100").await["gpus"].to_string();
    insta::assert_snapshot!(gpus, @"");
}

#[tokio::test]
async fn alerts_name_their_server() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/alerts").await, @"");
}

#[tokio::test]
async fn a_panel_is_a_grid_with_gaps() {
    let (fake, gateway) = gateway().await;
    let path = "/api/v1/servers/web-1:9100/panels/cpu?start=100&end=125&step=10s";
    insta::assert_snapshot!(gateway.answer(path).await, @"");
    fake.take_asked();
    gateway.answer(path).await;
    let asked = fake.take_asked();
    assert!(!asked.iter().any(|it| it.starts_with("/api/v1/query_range")), "a remembered panel is asked again: {asked:?}");
}

#[tokio::test]
async fn a_panel_is_asked_once_however_many_want_it() {
    let (fake, gateway) = gateway().await;
    fake.take_asked();
    let path = "/api/v1/servers/web-1:9100/panels/load?start=100&end=125&step=5";
    let answers = futures_util::future::join_all((0..20).map(|_| gateway.get(path))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let asked = fake.take_asked().iter().filter(|it| it.starts_with("/api/v1/query_range")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn the_catalogue_has_every_panel_of_the_contract() {
    let (_fake, gateway) = gateway().await;
    let catalogue = gateway.json("/api/v1/panels").await;
    let ids: Vec<_> = catalogue["panels"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    insta::assert_snapshot!(ids.join(" "), @"");
}

#[tokio::test]
async fn health_names_each_dependency() {
    let (_fake, gateway) = gateway().await;
    insta::assert_snapshot!(gateway.answer("/api/health").await, @"");
    insta::assert_snapshot!(gateway.answer("/-/healthy").await, @"");
    insta::assert_snapshot!(gateway.answer("/-/ready").await, @"");
}

#[tokio::test]
async fn the_contract_is_served_and_can_be_tried() {
    let (_fake, gateway) = gateway().await;
    let served = gateway.get("/api/openapi.json").await.text().await.unwrap();
    assert_eq!(served, include_str!("../../openapi.json"));
    for path in ["/api/docs", "/api/docs/docs.js", "/api/docs/docs.css"] {
        assert_eq!(gateway.get(path).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn own_metrics_count_what_was_asked() {
    let (_fake, gateway) = gateway().await;
    gateway.get("/api/v1/overview").await;
    let metrics = gateway.get("/metrics").await.text().await.unwrap();
    for line in [
        r#"sightline_gateway_http_requests_total{route="/api/v1/overview",method="GET",code="200"} 1"#,
        r#"sightline_gateway_servers{status="down"} 1"#,
        "sightline_gateway_live_connections 0",
        r#"sightline_gateway_upstream_queries_total{query="discovery",outcome="ok"} 1"#,
        "# EOF",
    ] {
        assert!(metrics.contains(line), "no `{line}` in\n{metrics}");
    }
}
