//! What the gateway says of itself: its health, its contract and its metrics.

use crate::gateway;

#[tokio::test]
async fn health_names_each_dependency() {
    let (_fake, gateway) = gateway::settled().await;
    insta::assert_snapshot!(gateway.answer("/api/health").await, @r#"
    200 OK
    {
      "at": "<now>",
      "dependencies": [
        {
          "error": null,
          "latency_seconds": "<number>",
          "name": "prometheus",
          "since": "<now>",
          "status": "up"
        }
      ],
      "snapshot": {
        "age_seconds": "<number>",
        "at": 1795216105.0,
        "servers": 3,
        "stale": false
      },
      "started_at": "<number>",
      "status": "ok",
      "version": "0.1.0"
    }
    "#);
    insta::assert_snapshot!(gateway.answer("/-/healthy").await, @r"
    200 OK
    the gateway is healthy
    ");
    insta::assert_snapshot!(gateway.answer("/-/ready").await, @r"
    200 OK
    the gateway is ready
    ");
}

#[tokio::test]
async fn the_contract_is_served_and_can_be_tried() {
    let (_fake, gateway) = gateway::settled().await;
    let served = gateway.get("/api/openapi.json").await.text().await.unwrap();
    assert_eq!(served, include_str!("../../openapi.json"));
    for path in ["/api/docs", "/api/docs/docs.js", "/api/docs/docs.css"] {
        assert_eq!(gateway.get(path).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn own_metrics_count_what_was_asked() {
    let (_fake, gateway) = gateway::settled().await;
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
