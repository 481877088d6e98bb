//! Alerts.

use crate::gateway;

#[tokio::test]
async fn alerts_name_their_server() {
    let (_fake, gateway) = gateway::settled().await;
    insta::assert_snapshot!(gateway.answer("/api/v1/alerts").await, @r#"
    200 OK
    {
      "age_seconds": "<number>",
      "alerts": [
        {
          "annotations": {
            "summary": "web-2:9100 is down"
          },
          "expression": "up == 0",
          "labels": {
            "alertname": "InstanceDown",
            "instance": "web-2:9100",
            "job": "node",
            "severity": "critical"
          },
          "name": "InstanceDown",
          "server": "web-2:9100",
          "severity": "critical",
          "since": 1795215805.0,
          "state": "firing",
          "value": 0.0
        },
        {
          "annotations": {},
          "expression": "instance:node_cpu_utilization:ratio > 0.9",
          "labels": {
            "alertname": "CpuBusy",
            "instance": "gpu-1:9100",
            "job": "node",
            "severity": "warning"
          },
          "name": "CpuBusy",
          "server": "gpu-1:9100",
          "severity": "warning",
          "since": 1795216045.0,
          "state": "pending",
          "value": 0.95
        }
      ],
      "at": 1795216105.0,
      "stale": false
    }
    "#);
}
