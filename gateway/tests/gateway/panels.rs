//! Panels: their catalogue, and the curves of one.

use crate::gateway;

#[tokio::test]
async fn a_panel_is_a_grid_with_gaps() {
    let (fake, gateway) = gateway::settled().await;
    let path = "/api/v1/servers/web-1:9100/panels/cpu?start=100&end=125&step=10s";
    insta::assert_snapshot!(gateway.answer(path).await, @r#"
    200 OK
    {
      "end": 125.0,
      "expression": "sum by (mode) (rate(node_cpu_seconds_total{instance=\"web-1:9100\",job=\"node\",mode!=\"idle\"}[30000ms])) / scalar(sum (rate(node_cpu_seconds_total{instance=\"web-1:9100\",job=\"node\"}[30000ms])))",
      "panel": "cpu",
      "series": [
        {
          "labels": {
            "mode": "system"
          },
          "name": "system",
          "values": [
            null,
            0.125,
            null
          ]
        },
        {
          "labels": {
            "mode": "user"
          },
          "name": "user",
          "values": [
            0.25,
            0.5,
            null
          ]
        }
      ],
      "server": "web-1:9100",
      "start": 100.0,
      "step": 10.0,
      "warnings": [
        "one store is away"
      ]
    }
    "#);
    fake.take_asked();
    gateway.answer(path).await;
    let asked = fake.take_asked();
    assert!(
        !asked.iter().any(|it| it.starts_with("/api/v1/query_range")),
        "a remembered panel is asked again: {asked:?}"
    );
}

#[tokio::test]
async fn a_panel_is_asked_once_however_many_want_it() {
    let (fake, gateway) = gateway::settled().await;
    fake.take_asked();
    let path = "/api/v1/servers/web-1:9100/panels/load?start=100&end=125&step=5";
    let answers = futures_util::future::join_all((0..20).map(|_| gateway.get(path))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let asked = fake.take_asked().iter().filter(|it| it.starts_with("/api/v1/query_range")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn the_catalogue_has_every_panel_of_the_contract() {
    let (_fake, gateway) = gateway::settled().await;
    let catalogue = gateway.json("/api/v1/panels").await;
    let ids: Vec<_> = catalogue["panels"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    insta::assert_snapshot!(ids.join(" "), @"cpu cpu_cores load pressure memory swap disk_throughput disk_iops disk_busy disk_latency filesystem filesystem_growth network network_utilization network_errors processes sockets file_descriptors temperature gpu_utilization gpu_tensor gpu_memory gpu_memory_activity gpu_temperature gpu_power gpu_clocks gpu_held_back gpu_pcie gpu_nvlink gpu_errors");
}
